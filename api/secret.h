#pragma once
// A secret in memory: wiped when it goes away, and nothing prints it. The bytes live on the heap
// alone, so that moving leaves none behind.

#include <openssl/crypto.h>

#include <string_view>
#include <utility>
#include <vector>

namespace rolloutd::api {

class secret {
public:
    secret() = default;
    explicit secret(std::string_view bytes) : bytes_(bytes.begin(), bytes.end()) {}
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;
    secret(secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    secret& operator=(secret&& other) noexcept {
        bytes_.swap(other.bytes_);
        return *this;
    }
    ~secret() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

    // Valid as long as this secret is neither changed nor gone.
    std::string_view reveal() const { return {bytes_.data(), bytes_.size()}; }
    bool empty() const { return bytes_.empty(); }

private:
    std::vector<char> bytes_;
};

}  // namespace rolloutd::api
