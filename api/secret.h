#pragma once
// A secret in memory: wiped when it goes away, and nothing prints it. The bytes live on the heap
// alone, so that moving leaves none behind.

#include <string.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rolloutd::api {

// Not OPENSSL_cleanse, which takes eight bytes at a time: that was 560 instructions a request.
inline void overwrite(void* bytes, std::size_t count) {
    if (count > 0) ::explicit_bzero(bytes, count);
}

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
    ~secret() { overwrite(bytes_.data(), bytes_.size()); }

    // Valid as long as this secret is neither changed nor gone.
    std::string_view reveal() const { return {bytes_.data(), bytes_.size()}; }
    bool empty() const { return bytes_.empty(); }

private:
    std::vector<char> bytes_;
};

// Overwrites what a text holds, and leaves it empty. What a short one held before it was moved lies
// beyond its end.
inline void wipe(std::string& text) {
    overwrite(text.data(), text.capacity());
    text.clear();
}

// A secret on its way into a request or out of a message, where a plain text is asked for: wiped
// when it goes away. Moving a short one leaves its bytes behind, and those are wiped as well.
class secret_text : public std::string {
public:
    secret_text() = default;
    // Not explicit: texts become secrets freely, and the other way they are as good as any.
    secret_text(const char* bytes) : std::string(bytes) {}
    secret_text(std::string_view bytes) : std::string(bytes) {}
    secret_text(std::string&& bytes) : std::string(std::move(bytes)) {}
    secret_text(const std::string& bytes) : std::string(bytes) {}
    secret_text(const secret_text&) = default;
    secret_text& operator=(const secret_text&) = default;
    secret_text(secret_text&&) noexcept = default;
    secret_text& operator=(secret_text&& other) noexcept {
        swap(other);
        return *this;
    }
    ~secret_text() { wipe(*this); }
};

}  // namespace rolloutd::api
