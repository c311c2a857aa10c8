#include "policies/text.h"

#include <algorithm>

namespace rolloutd::policies {

namespace {

bool is_same_letter(char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(a) == lower(b);
}

// Bytes 10xxxxxx go on with the character that an earlier byte began.
bool goes_on(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

std::string_view beginning_of(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && goes_on(text[most]))
        --most;
    return text.substr(0, most);
}

bool looks_secret(std::string_view parameter, const std::vector<std::string>& words) {
    return std::ranges::any_of(words, [&](const std::string& word) {
        return !std::ranges::search(parameter, word, is_same_letter).empty();
    });
}

}  // namespace rolloutd::policies
