#pragma once
// Where the X-Auth-Token comes from. The token never appears in a log, an error or a metric;
// whoever shows a text that the cloud sent takes the token out of it first.

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "api/result.h"

namespace rolloutd::api {

class token_source {
public:
    virtual ~token_source() = default;

    // The token to send: visible ASCII, never empty. A failure (nothing sent) says why there is
    // none.
    virtual boost::asio::awaitable<result<std::string>> token() = 0;

    // The cloud refused this token (401): the next token() must not take it from a cache.
    virtual void rejected(std::string_view token) = 0;
};

// A file that somebody else renews. It is read anew when it was replaced or changed, and after a
// refusal.
class token_file final : public token_source {
public:
    explicit token_file(std::string path) : path_(std::move(path)) {}

    boost::asio::awaitable<result<std::string>> token() override;
    void rejected(std::string_view token) override;

    // The same without a coroutine: for checks at start. Reads at most 64 KiB; a content failure
    // names the path and what is wrong with it.
    result<std::string> read();

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

    result<std::string> read_anew(int file, const identity& seen);

    std::string path_;
    std::string cached_;  // "" when there is nothing to rely on
    identity cached_from_;
};

}  // namespace rolloutd::api
