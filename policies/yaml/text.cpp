#include "policies/yaml/text.h"

#include <algorithm>

namespace rolloutd::policies::yaml {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

// Length of the well-formed code point at `at`, or 0.
std::size_t code_point_length(std::string_view text, std::size_t at) {
    const unsigned first = byte_at(text, at);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                               : first >= 0xE0 && first <= 0xEF ? 3
                               : first >= 0xF0 && first <= 0xF4 ? 4
                                                                : 0;
    if (length == 0 || text.size() - at < length) return 0;
    for (std::size_t next = 1; next < length; ++next) {
        if (!is_continuation(text[at + next])) return 0;
    }
    // Overlong forms, surrogates and numbers past U+10FFFF show in the second byte.
    const unsigned second = byte_at(text, at + 1);
    const bool wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                       (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return wrong ? 0 : length;
}

}  // namespace

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

std::size_t mark_length(std::string_view text) { return text.starts_with("\xEF\xBB\xBF") ? 3 : 0; }

std::optional<std::size_t> first_non_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = code_point_length(text, at);
        if (length == 0) return at;
        at += length;
    }
    return std::nullopt;
}

std::optional<std::size_t> first_forbidden(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const unsigned byte = byte_at(text, at);
        if (byte == '\r') {
            if (at + 1 < text.size() && text[at + 1] == '\n') continue;
            return at;
        }
        if (byte == 0x7F || (byte < 0x20 && byte != '\n' && byte != '\t')) return at;
    }
    return std::nullopt;
}

std::size_t line_end(std::string_view text, std::size_t from) {
    std::size_t end = text.find('\n', std::min(from, text.size()));
    if (end == std::string_view::npos) end = text.size();
    if (end > from && end > 0 && text[end - 1] == '\r') --end;
    return end;
}

std::size_t line_begin(std::string_view text, std::size_t from) {
    if (from == 0) return 0;
    const std::size_t before = text.rfind('\n', std::min(from, text.size()) - 1);
    return before == std::string_view::npos ? 0 : before + 1;
}

std::string excerpt(std::string_view text) {
    constexpr std::size_t most = 40;
    std::string shown(text.substr(0, most));
    const bool cut = text.size() > most;
    if (cut) {
        std::size_t keep = most;
        while (keep > 0 && is_continuation(text[keep]))
            --keep;
        shown.resize(keep);
    }
    std::replace(shown.begin(), shown.end(), '\n', ' ');
    return cut ? shown + "…" : shown;
}

}  // namespace rolloutd::policies::yaml
