// The extension for texts: charAt, indexOf, join, lastIndexOf, lowerAscii, replace, reverse, split,
// substring, trim, upperAscii. Places in a text are counted in code points from 0.

#include <algorithm>
#include <cstring>

#include "policies/cel/expression.h"
#include "policies/cel/functions.h"
#include "policies/cel/token.h"

namespace rolloutd::policies::cel {

namespace {

using kind = type_kind;
using arguments = std::span<const value>;

constexpr std::size_t none = std::string_view::npos;

value out_of_range(std::int64_t index) {
    return value::error("index_out_of_bounds",
                        "index " + std::to_string(index) + " lies outside of the text");
}

value too_long(const budget& limits) {
    return value::error(
        "budget", "a text grew longer than " + std::to_string(limits.string_bytes) + " bytes");
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// The byte at which the code point of that index begins (the text's size for the one behind the
// last), or `none`.
std::size_t byte_of(std::string_view text, std::int64_t index) {
    if (index < 0) return none;
    std::size_t at = 0;
    for (; index > 0; --index) {
        if (at >= text.size()) return none;
        do
            ++at;
        while (at < text.size() && continues(text[at]));
    }
    return at;
}

// memmem is linear in both; std::string::find is their product at worst.
std::size_t find_in(std::string_view text, std::string_view part, std::size_t from) {
    if (part.empty()) return from;
    const void* found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
    return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : none;
}

value index_at(std::string_view text, std::size_t byte) {
    if (byte == none) return value::integer(-1);
    return value::integer(static_cast<std::int64_t>(count_points(text.substr(0, byte))));
}

value char_at(arguments given) {
    const std::string& text = given[0].as_string();
    const std::size_t begin = byte_of(text, given[1].as_integer());
    if (begin == none) return out_of_range(given[1].as_integer());
    if (begin == text.size()) return value::string("");
    return value::string(text.substr(begin, byte_of(std::string_view(text).substr(begin), 1)));
}

value index_of(arguments given) {
    const std::string& text = given[0].as_string();
    std::size_t from = 0;
    if (given.size() > 2) {
        from = byte_of(text, given[2].as_integer());
        if (from == none) return out_of_range(given[2].as_integer());
    }
    return index_at(text, find_in(text, given[1].as_string(), from));
}

// Sought from behind by turning both around: memmem knows only one direction.
value last_index_of(arguments given) {
    const std::string& text = given[0].as_string();
    const std::string& part = given[1].as_string();
    std::size_t last = text.size();
    if (given.size() > 2) {
        last = byte_of(text, given[2].as_integer());
        if (last == none) return out_of_range(given[2].as_integer());
    }
    if (part.size() > text.size()) return value::integer(-1);
    last = std::min(last, text.size() - part.size());
    const std::string turned(text.rend() - static_cast<std::ptrdiff_t>(last + part.size()),
                             text.rend());
    const std::size_t found = find_in(turned, std::string(part.rbegin(), part.rend()), 0);
    return index_at(text, found == none ? none : last - found);
}

template <class Change>
value changed(const value& from, Change change) {
    std::string made = from.as_string();
    std::transform(made.begin(), made.end(), made.begin(), change);
    return value::string(std::move(made));
}

value lower_ascii(arguments given) {
    return changed(given[0], [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
}

value upper_ascii(arguments given) {
    return changed(given[0], [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
}

value substring(arguments given) {
    const std::string_view text = given[0].as_string();
    const std::int64_t first = given[1].as_integer();
    const std::size_t begin = byte_of(text, first);
    if (begin == none) return out_of_range(first);
    if (given.size() == 2) return value::string(std::string(text.substr(begin)));
    const std::int64_t last = given[2].as_integer();
    const std::size_t end = byte_of(text, last);
    if (end == none) return out_of_range(last);
    if (end < begin) return value::error("index_out_of_bounds", "the part ends before it begins");
    return value::string(std::string(text.substr(begin, end - begin)));
}

// What Unicode calls white space; spaces of no width are none.
constexpr std::string_view blanks[] = {
    "\t",           "\n",           "\v",           "\f",           "\r",           " ",
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82",
    "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
    "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
    "\xE3\x80\x80"};

value trim(arguments given) {
    std::string_view text = given[0].as_string();
    const auto cut = [&text](bool front) {
        for (const std::string_view blank : blanks) {
            if (!(front ? text.starts_with(blank) : text.ends_with(blank))) continue;
            front ? text.remove_prefix(blank.size()) : text.remove_suffix(blank.size());
            return true;
        }
        return false;
    };
    while (cut(true)) {}
    while (cut(false)) {}
    return value::string(std::string(text));
}

value reverse(arguments given) {
    const std::string& text = given[0].as_string();
    std::string made;
    made.reserve(text.size());
    std::size_t end = text.size();
    while (end > 0) {
        std::size_t begin = end - 1;
        while (begin > 0 && continues(text[begin]))
            --begin;
        made.append(text, begin, end - begin);
        end = begin;
    }
    return value::string(std::move(made));
}

value join(arguments given, const budget& limits) {
    const std::string_view between = given.size() > 1 ? given[1].as_string() : std::string_view{};
    std::string made;
    for (std::size_t index = 0; index < given[0].size(); ++index) {
        const value one = given[0].element(index);
        if (one.is_error()) return one;
        if (one.kind() != value_kind::string) {
            return value::error("no_overload", "only a list of strings can be joined");
        }
        if (index > 0) made += between;
        made += one.as_string();
        if (made.size() > limits.string_bytes) return too_long(limits);
    }
    return value::string(std::move(made));
}

// How many times something is done: as often as it can be for a negative number.
std::size_t times_of(arguments given, std::size_t at) {
    if (given.size() <= at || given[at].as_integer() < 0) return none;
    return static_cast<std::size_t>(given[at].as_integer());
}

// An empty text is found before each code point and at the end.
value replace(arguments given, const budget& limits) {
    const std::string_view text = given[0].as_string();
    const std::string_view old = given[1].as_string();
    const std::string_view fresh = given[2].as_string();
    std::size_t left = times_of(given, 3);
    std::string made;
    std::size_t at = 0;
    bool begun = false;
    while (left > 0) {
        std::size_t found = at;
        if (!old.empty()) {
            found = find_in(text, old, at);
        } else if (begun) {
            found = at < text.size() ? at + byte_of(text.substr(at), 1) : none;
        }
        if (found == none) break;
        begun = true;
        made.append(text.substr(at, found - at)).append(fresh);
        if (made.size() > limits.string_bytes) return too_long(limits);
        at = found + old.size();
        --left;
    }
    made.append(text.substr(at));
    return value::string(std::move(made));
}

value split(arguments given, const budget& limits) {
    std::string_view rest = given[0].as_string();
    const std::string_view separator = given[1].as_string();
    std::size_t left = times_of(given, 2);
    std::vector<value> made;
    if (left == 0 || (separator.empty() && rest.empty())) return value::list(std::vector<value>{});
    for (; left > 1; --left) {
        const std::size_t end = separator.empty() ? byte_of(rest, 1) : find_in(rest, separator, 0);
        if (end == none || (separator.empty() && end == rest.size())) break;
        made.push_back(value::string(std::string(rest.substr(0, end))));
        rest.remove_prefix(end + separator.size());
        if (made.size() > limits.list_elements) break;
    }
    made.push_back(value::string(std::string(rest)));
    return value::list(std::move(made));
}

function of_text(std::string name, std::vector<type> more, type result, function_body body) {
    more.insert(more.begin(), kind::string);
    return {
        std::move(name), {make_overload(true, std::move(more), std::move(result), body)}, false};
}

// The last parameter may be left out.
function of_text_or_less(std::string name, std::vector<type> more, type result,
                         function_body body) {
    function made = of_text(std::move(name), more, result, body);
    more.pop_back();
    made.overloads.push_back(of_text("", more, result, body).overloads[0]);
    return made;
}

}  // namespace

std::vector<function> text_functions() {
    const type texts = type::list_of(kind::string);
    return {
        of_text("charAt", {kind::integer}, kind::string, char_at),
        of_text_or_less("indexOf", {kind::string, kind::integer}, kind::integer, index_of),
        of_text_or_less("lastIndexOf", {kind::string, kind::integer}, kind::integer, last_index_of),
        of_text_or_less("substring", {kind::integer, kind::integer}, kind::string, substring),
        of_text("lowerAscii", {}, kind::string, lower_ascii),
        of_text("upperAscii", {}, kind::string, upper_ascii),
        of_text("trim", {}, kind::string, trim),
        of_text("reverse", {}, kind::string, reverse),
        {"join",
         {make_bounded(true, {texts}, kind::string, join),
          make_bounded(true, {texts, kind::string}, kind::string, join)},
         false},
        {"replace",
         {make_bounded(true, {kind::string, kind::string, kind::string}, kind::string, replace),
          make_bounded(true, {kind::string, kind::string, kind::string, kind::integer},
                       kind::string, replace)},
         false},
        {"split",
         {make_bounded(true, {kind::string, kind::string}, texts, split),
          make_bounded(true, {kind::string, kind::string, kind::integer}, texts, split)},
         false}};
}

}  // namespace rolloutd::policies::cel
