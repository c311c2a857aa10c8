#include "daemon/notices/notice.h"

#include <array>
#include <cctype>

namespace rolloutd::daemon {

std::string_view to_text(notice_state what) {
    constexpr std::array<std::string_view, 3> words{"once", "began", "ended"};
    return words.at(static_cast<std::size_t>(what));
}

std::string_view to_text(notice_level what) {
    constexpr std::array<std::string_view, 3> words{"info", "warning", "critical"};
    return words.at(static_cast<std::size_t>(what));
}

std::string cut_short(std::string text, std::size_t most) {
    constexpr std::string_view ellipsis = "…";
    if (text.size() <= most) return text;
    std::size_t end = most - ellipsis.size();
    // Bytes that continue a character begin with the bits 10.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    text.resize(end);
    text += ellipsis;
    return text;
}

std::string alert_name(std::string_view event) {
    std::string name = "Rolloutd";
    bool begins = true;
    for (const char each : event) {
        if (each == '_') {
            begins = true;
            continue;
        }
        name += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(each))) : each;
        begins = false;
    }
    return name;
}

}  // namespace rolloutd::daemon
