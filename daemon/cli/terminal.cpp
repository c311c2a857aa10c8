#include "daemon/cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "policies/diagnostic.h"

namespace rolloutd::daemon::cli {

namespace {

std::string_view code_of(paint how) {
    switch (how) {
        case paint::plain: return "";
        case paint::bold: return "\x1b[1m";
        case paint::dim: return "\x1b[2m";
        case paint::red: return "\x1b[31m";
        case paint::green: return "\x1b[32m";
        case paint::yellow: return "\x1b[33m";
        case paint::cyan: return "\x1b[36m";
    }
    return "";
}

// Code points, near enough to cells for names and words.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char each) {
        return (static_cast<unsigned char>(each) & 0xc0U) != 0x80U;
    }));
}

}  // namespace

bool wants_colour(int descriptor, bool switched_off) {
    if (switched_off) return false;
    const char* const no_colour = std::getenv("NO_COLOR");
    if (no_colour != nullptr && *no_colour != '\0') return false;
    return ::isatty(descriptor) == 1;
}

std::string palette::operator()(paint how, std::string_view text) const {
    if (!colours_ || how == paint::plain) return std::string(text);
    return std::string(code_of(how)) + std::string(text) + "\x1b[0m";
}

paint paint_of(std::string_view word) {
    if (word == "FINISHED" || word == "confirmed") return paint::green;
    if (word == "PROCESSING" || word == "READY") return paint::cyan;
    if (word == "PAUSED" || word == "undetermined" || word == "true") return paint::yellow;
    if (word == "ABNORMAL" || word == "CANCELED" || word == "ERROR" || word == "blind") {
        return paint::red;
    }
    return paint::plain;
}

std::string harmless(std::string_view text) {
    std::string result = policies::printable(text);
    std::ranges::replace(result, '\t', '?');
    return result;
}

std::string table(const std::vector<std::vector<std::string>>& lines, const palette& colours) {
    std::vector<std::size_t> widths;
    for (const auto& line : lines) {
        widths.resize(std::max(widths.size(), line.size()));
        for (std::size_t k = 0; k < line.size(); ++k) {
            widths[k] = std::max(widths[k], width_of(line[k]));
        }
    }
    std::string text;
    for (std::size_t row = 0; row < lines.size(); ++row) {
        const auto& line = lines[row];
        std::string made;
        for (std::size_t k = 0; k < line.size(); ++k) {
            const paint how = row == 0 ? paint::bold : paint_of(line[k]);
            made += colours(how, harmless(line[k]));
            if (k + 1 < line.size()) made += std::string(widths[k] - width_of(line[k]) + 2, ' ');
        }
        text += made.substr(0, made.find_last_not_of(' ') + 1) + '\n';
    }
    return text;
}

}  // namespace rolloutd::daemon::cli
