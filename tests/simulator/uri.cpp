#include "tests/simulator/uri.h"

#include <charconv>

namespace coc_sim {
namespace {

std::string decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        if (text[i] == '%' && i + 2 < text.size()) {
            const char* const digits = text.data() + i + 1;
            const auto [stop, failure] = std::from_chars(digits, digits + 2, value, 16);
            if (failure == std::errc{} && stop == digits + 2) {
                plain.push_back(static_cast<char>(value));
                i += 2;
                continue;
            }
        }
        plain.push_back(text[i] == '+' ? ' ' : text[i]);
    }
    return plain;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        if (end != 0) parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return parts;
}

}  // namespace

uri parse_uri(std::string_view target) {
    uri made;
    const std::size_t mark = target.find('?');
    made.path = target.substr(0, mark);
    if (mark != std::string_view::npos) made.query = target.substr(mark + 1);
    for (const std::string_view part : split(made.path, '/'))
        made.segments.push_back(decoded(part));
    for (const std::string_view pair : split(made.query, '&')) {
        const std::size_t equals = pair.find('=');
        const std::string name = decoded(pair.substr(0, equals));
        made.parameters[name] =
            equals == std::string_view::npos ? std::string() : decoded(pair.substr(equals + 1));
    }
    return made;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc{} || stop != end) return std::nullopt;
    return value;
}

}  // namespace coc_sim
