#pragma once
// A small file that holds one secret and that somebody else renews: a token, a password, a key.
// Read anew when it was replaced or changed. Its content appears in no message. Called by whoever
// authenticates; single thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "api/result.h"
#include "api/secret.h"

namespace rolloutd::api {

// What may stand in the file, apart from line ends behind it: one word of visible ASCII characters,
// as headers carry them, or a line of text.
enum class secret_shape { word, line };

class secret_file {
public:
    // `kind` names the file for people and in the failure's code: "token file", bad_token_file.
    secret_file(std::string kind, std::string path, secret_shape shape = secret_shape::word)
        : kind_(std::move(kind)), path_(std::move(path)), shape_(shape) {}

    // What the file holds, never empty; valid until the next call. A content failure names the path
    // and what is wrong with it. Reads at most 64 KiB, and nothing when the file looks unchanged.
    result<std::string_view> read();

    // What the last good read() found, without a look at the file; "" after forget().
    std::string_view held() const { return fresh_ ? content_.reveal() : std::string_view(); }

    // The next read() looks into the file even if it looks unchanged.
    void forget() { fresh_ = false; }

    // Grows whenever a read() found another content than the last good one. 0 before the first.
    std::uint64_t version() const { return version_; }

private:
    // What tells a changed file from an unchanged one.
    struct identity {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::int64_t size = 0;
        std::int64_t changed_s = 0;
        std::int64_t changed_ns = 0;
        bool operator==(const identity&) const = default;
    };

    failure bad(const std::string& why) const;
    result<std::string_view> read_anew(int file, const identity& seen);
    result<std::string_view> take(std::string_view text, const identity& seen);

    std::string kind_;
    std::string path_;
    secret_shape shape_;
    secret content_;
    identity content_from_;
    bool fresh_ = false;  // whether content_ may be relied on while the file looks unchanged
    std::uint64_t version_ = 0;
};

}  // namespace rolloutd::api
