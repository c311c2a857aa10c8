#pragma once
// SHA-256 as text. Pure; the bytes come from the caller. Used for policies' digests and rules'
// definitions.

#include <string>
#include <string_view>

namespace rolloutd::policies {

// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace rolloutd::policies
