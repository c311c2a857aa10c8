#include "policies/condition_words.h"

#include <cctype>

namespace rolloutd::policies {
namespace {

bool begins_word(char byte) {
    return std::isalpha(static_cast<unsigned char>(byte)) != 0 || byte == '_';
}

bool continues_word(char byte) {
    return begins_word(byte) || std::isdigit(static_cast<unsigned char>(byte)) != 0;
}

bool is_quote(char byte) { return byte == '"' || byte == '\''; }

// One past the string whose quote stands at `at`; an unclosed one ends the text.
std::size_t end_of_string(std::string_view text, std::size_t at, bool raw) {
    const char quote = text[at];
    const std::string thrice(3, quote);
    const bool tripled = text.substr(at, 3) == thrice;
    const std::string_view close = tripled ? std::string_view(thrice) : text.substr(at, 1);
    at += close.size();
    while (at < text.size()) {
        if (!raw && text[at] == '\\') {
            at += 2;
            continue;
        }
        if (text.substr(at, close.size()) == close) return at + close.size();
        ++at;
    }
    return text.size();
}

// r"", b'', Rb"" and the like.
bool is_string_prefix(std::string_view word) {
    return word.size() <= 2 && word.find_first_not_of("rRbB") == std::string_view::npos;
}

bool is_blank(char byte) { return std::isspace(static_cast<unsigned char>(byte)) != 0; }

// Looks past white space from `at`.
char next_byte(std::string_view text, std::size_t at) {
    while (at < text.size() && is_blank(text[at]))
        ++at;
    return at < text.size() ? text[at] : '\0';
}

}  // namespace

std::vector<condition_word> words_of(std::string_view condition) {
    std::vector<condition_word> found;
    bool behind_dot = false;
    std::size_t at = 0;
    while (at < condition.size()) {
        const char here = condition[at];
        if (is_blank(here)) {
            ++at;
            continue;
        }
        if (is_quote(here)) {
            at = end_of_string(condition, at, false);
        } else if (here == '`') {
            const std::size_t close = condition.find('`', at + 1);
            at = close == std::string_view::npos ? condition.size() : close + 1;
        } else if (condition.substr(at, 2) == "//") {
            const std::size_t end = condition.find('\n', at);
            at = end == std::string_view::npos ? condition.size() : end;
            continue;
        } else if (continues_word(here)) {
            std::size_t end = at;
            while (end < condition.size() && continues_word(condition[end]))
                ++end;
            const std::string_view word = condition.substr(at, end - at);
            if (end < condition.size() && is_quote(condition[end]) && is_string_prefix(word)) {
                const bool raw = word.find_first_of("rR") != std::string_view::npos;
                end = end_of_string(condition, end, raw);
            } else if (begins_word(here) && !behind_dot && next_byte(condition, end) != '(') {
                found.push_back({std::string(word), {at, end}});
            }
            at = end;
        } else {
            behind_dot = here == '.';
            ++at;
            continue;
        }
        behind_dot = false;
    }
    return found;
}

}  // namespace rolloutd::policies
