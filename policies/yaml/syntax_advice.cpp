#include "policies/yaml/syntax_advice.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "policies/yaml/text.h"

namespace rolloutd::policies::yaml {
namespace {

// The nearest `key: value` at or above a place, as far as it can be told from raw text.
struct keyed_line {
    std::string_view key;
    std::size_t key_begin = 0;
    std::size_t value_begin = 0;  // offset of the value's first character
    std::string_view value;       // to the end of that line
};

bool is_key_byte(char byte) {
    return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_' || byte == '-' ||
           byte == '.';
}

bool read_keyed_line(std::string_view text, std::size_t line, keyed_line& found) {
    const std::size_t end = line_end(text, line);
    std::size_t at = line;
    const auto blank = [&] { return at < end && (text[at] == ' ' || text[at] == '\t'); };
    while (blank())
        ++at;
    while (at + 1 < end && text[at] == '-' && text[at + 1] == ' ') {
        at += 2;
        while (blank())
            ++at;
    }
    const std::size_t key_begin = at;
    while (at < end && is_key_byte(text[at]))
        ++at;
    if (at == key_begin || at >= end || text[at] != ':') return false;
    if (at + 1 < end && text[at + 1] != ' ' && text[at + 1] != '\t') return false;
    found.key = text.substr(key_begin, at - key_begin);
    found.key_begin = key_begin;
    ++at;
    while (blank())
        ++at;
    found.value_begin = at;
    found.value = text.substr(at, end - at);
    return true;
}

keyed_line find_keyed_line(std::string_view text, std::size_t at) {
    keyed_line found;
    constexpr int lines_to_look_back = 20;
    std::size_t line = line_begin(text, at);
    for (int n = 0; n < lines_to_look_back; ++n) {
        if (read_keyed_line(text, line, found)) return found;
        if (line == 0) break;
        line = line_begin(text, line - 1);
    }
    found.key_begin = found.value_begin = std::min(at, text.size());
    return found;
}

std::string noun(std::string_view key) {
    const bool condition = key == "when" || key == "needs" || key == "match";
    return condition ? "condition" : "value";
}

std::string quote_it(std::string_view key) {
    return "quote the " + noun(key) + " or use a `|` block";
}

// yaml-cpp's words, in words that help.
std::string plain_words(std::string_view reason) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 13> known{{
        {"end of map not found", "this does not belong to the map around it"},
        {"end of sequence not found", "this does not belong to the list around it"},
        {"end of map flow not found", "a `{` is not closed by a `}`"},
        {"end of sequence flow not found", "a `[` is not closed by a `]`"},
        {"illegal map value", "a `:` stands where no key can be"},
        {"illegal map key", "a key stands where none can be"},
        {"illegal flow end", "a closing bracket without its opening one"},
        {"illegal block entry", "a `-` of a list stands where none can be"},
        {"illegal EOF in scalar", "a quoted text is not closed"},
        {"illegal document indicator in scalar", "a quoted text is not closed before `---`"},
        {"unexpected character in block scalar", "text follows the `|` or `>` of a block"},
        {"unknown token", "this character cannot begin a value"},
        {"bad character found while scanning hex number", "an escape needs hexadecimal digits"},
    }};
    for (const auto& [theirs, ours] : known) {
        if (reason == theirs) return std::string(ours);
    }
    return std::string(reason);
}

// What YAML makes of the first characters of a value, or "".
std::string first_character(std::string_view value) {
    if (value.empty()) return "";
    switch (value.front()) {
        case '"':
        case '\'': return "a value that begins with a quote ends at the closing quote";
        case '[':
        case '{': return "a value that begins with a bracket is a YAML list or map";
        case '>':
        case '|': return "`>` and `|` at the begin of a value start a block on the next line";
        case '@':
        case '`':
        case '%': return "`@`, `` ` `` and `%` cannot begin a value";
        default: break;
    }
    if (value.find(": ") != std::string_view::npos) {
        return "`: ` inside a value without quotes reads as a key";
    }
    return "";
}

syntax_advice special(std::string_view text, const keyed_line& line) {
    const std::size_t at = line.value_begin;
    syntax_advice made;
    made.where = {at, word_end(text, at)};
    switch (line.value.front()) {
        case '!':
            made.code = "tag";
            made.message = tag_message(text, at);
            made.hint = tag_hint(text, at);
            break;
        case '&':
            made.code = "anchor";
            made.message = "`&` begins a YAML anchor here, and anchors are not used";
            made.hint = quote_it(line.key);
            break;
        default:
            made.code = "alias";
            made.message = "`*` begins a YAML alias here, and aliases are not used";
            made.hint = quote_it(line.key);
            break;
    }
    return made;
}

}  // namespace

std::size_t word_end(std::string_view text, std::size_t at) {
    const std::size_t stop = line_end(text, at);
    std::size_t end = at;
    while (end < stop && std::string_view(" \t,]}").find(text[end]) == std::string_view::npos) {
        ++end;
    }
    return std::min(std::max(end, at + 1), text.size());
}

std::string tag_message(std::string_view, std::size_t) {
    return "`!` begins a YAML tag here, and tags are not used";
}

std::string tag_hint(std::string_view text, std::size_t at) {
    return "`!` begins a YAML tag here: " + quoting_hint(text, at);
}

std::string quoting_hint(std::string_view text, std::size_t at) {
    return quote_it(find_keyed_line(text, at).key);
}

syntax_advice advise(std::string_view text, std::size_t at, std::string_view reason) {
    const keyed_line line = find_keyed_line(text, at);
    if (!line.value.empty() &&
        std::string_view("!&*").find(line.value.front()) != std::string_view::npos &&
        at >= line.value_begin) {
        return special(text, line);
    }
    syntax_advice made;
    made.code = "syntax";
    made.where = {at, at < line_end(text, at) ? word_end(text, at) : at};
    if (reason.find("anchor is not defined") != std::string_view::npos) {
        made.code = "alias";
        made.message = "`*` begins a YAML alias here, and aliases are not used";
        made.hint = quote_it(line.key);
        return made;
    }
    const std::size_t line_at = line_begin(text, at);
    const std::size_t indented = text.find_first_not_of(" \t", line_at);
    const std::size_t tab = text.substr(line_at, indented - line_at).find('\t');
    if (indented != std::string_view::npos && tab != std::string_view::npos) {
        made.where = {line_at + tab, line_at + tab + 1};
        made.message = "not YAML: a tab is used for indentation";
        made.hint = "indent with spaces";
        return made;
    }
    made.message = "not YAML: " + plain_words(reason);
    const std::string why = first_character(line.value);
    if (!why.empty()) {
        made.hint = why + ": " + quote_it(line.key);
    } else if (noun(line.key) == "condition") {
        made.hint = quote_it(line.key);
    } else {
        made.hint = "check the indentation and the brackets of this line and the one before it";
    }
    return made;
}

}  // namespace rolloutd::policies::yaml
