#include "policies/digest.h"

#include <openssl/evp.h>

#include <array>

#include "policies/check.h"

namespace rolloutd::policies {

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    const int done =
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
    // It fails only when libcrypto has no SHA-256 or no memory for its context.
    ROLLOUTD_CHECK(done == 1 && length == 32);
    constexpr std::string_view hex = "0123456789abcdef";
    std::string text;
    text.reserve(std::size_t{2} * length);
    for (unsigned int n = 0; n < length; ++n) {
        text += hex[digest[n] >> 4U];
        text += hex[digest[n] & 0x0FU];
    }
    return text;
}

}  // namespace rolloutd::policies
