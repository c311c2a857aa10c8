#pragma once
// Small questions about text that come up everywhere. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace rolloutd::policies {

// The beginning of UTF-8 text in at most `most` bytes, never half a character: journald and the
// readers of a record drop what is not text.
std::string_view beginning_of(std::string_view text, std::size_t most);

// Whether a parameter's name holds one of the words of `journal.redact`, in any case of ASCII
// letters.
bool looks_secret(std::string_view parameter, const std::vector<std::string>& words);

}  // namespace rolloutd::policies
