#include "policies/yaml/rewrite.h"

#include <algorithm>
#include <string_view>

#include "policies/yaml/scalar_map.h"

namespace rolloutd::policies::yaml {
namespace {

std::string single_quoted(std::string_view text) {
    std::string made;
    for (const char c : text)
        made += c == '\'' ? std::string("''") : std::string(1, c);
    return made;
}

std::string double_quoted(std::string_view text) {
    std::string made;
    for (const char c : text) {
        if (c == '"' || c == '\\') made += '\\';
        made += c;
    }
    return made;
}

std::string written(node_style style, const std::string& text) {
    if (style == node_style::single_quoted) return single_quoted(text);
    if (style == node_style::double_quoted) return double_quoted(text);
    return text;
}

// Whether YAML reads the text back as it stands: `!(a)` is a tag, and `"a" == b` a broken text.
bool is_safe_plain(std::string_view text) {
    constexpr std::string_view indicators = "!\"'[]{}&*#|>@`%,?:-";
    return !text.empty() && indicators.find(text.front()) == std::string_view::npos &&
           text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos &&
           !text.ends_with(':');
}

std::string changed(std::string value, std::vector<value_change> changes) {
    std::ranges::sort(changes, [](const value_change& a, const value_change& b) {
        return a.where.begin > b.where.begin;
    });
    for (const value_change& each : changes)
        value.replace(each.where.begin, each.where.end - each.where.begin, each.text);
    return value;
}

}  // namespace

std::vector<text_edit> rewrite(const document& file, const node& scalar,
                               const std::vector<value_change>& changes) {
    const bool inside = std::ranges::all_of(changes, [&scalar](const value_change& each) {
        return each.where.begin <= each.where.end && each.where.end <= scalar.value.size();
    });
    if (changes.empty() || !inside || map_scalar(file.text(), scalar).empty()) return {};
    if (scalar.style == node_style::plain) {
        const std::string value = changed(scalar.value, changes);
        if (!is_safe_plain(value)) {
            if (value.find('\n') != std::string::npos) return {};
            return {{file.at(scalar.where.begin), file.at(scalar.where.end),
                     "'" + single_quoted(value) + "'"}};
        }
    }
    std::vector<text_edit> made;
    for (const value_change& each : changes) {
        const span where = file.locate(scalar, each.where);
        made.push_back(
            {file.at(where.begin), file.at(where.end), written(scalar.style, each.text)});
    }
    return made;
}

}  // namespace rolloutd::policies::yaml
