#include "policies/yaml/scalar_map.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace rolloutd::policies::yaml {
namespace {

// The walk over raw text and value.
struct walk {
    std::string_view raw;
    std::string_view value;
    std::size_t at = 0;  // in raw
    std::vector<std::size_t> map;

    std::size_t done() const { return map.size(); }
    bool finished() const { return done() >= value.size(); }
    bool raw_ends() const { return at >= raw.size(); }
    char here() const { return raw[at]; }
    char expected() const { return value[done()]; }

    bool is_break(std::size_t where) const {
        return where < raw.size() &&
               (raw[where] == '\n' ||
                (raw[where] == '\r' && where + 1 < raw.size() && raw[where + 1] == '\n'));
    }
    void skip_break() { at += raw[at] == '\r' ? 2U : 1U; }
    void skip_blanks() {
        while (!raw_ends() && (here() == ' ' || here() == '\t'))
            ++at;
    }
    // One byte of the value stands at `from`.
    void take(std::size_t from) { map.push_back(from); }
    bool literal() {
        if (raw_ends() || finished() || here() != expected()) return false;
        take(at++);
        return true;
    }
};

// Blanks up to the end of the line, and at least one line end.
bool at_fold(const walk& now) {
    std::size_t look = now.at;
    while (look < now.raw.size() && (now.raw[look] == ' ' || now.raw[look] == '\t'))
        ++look;
    return now.is_break(look);
}

// One line end becomes a space, more become one line feed less. `escaped` line ends give nothing.
bool fold(walk& now, bool escaped) {
    const std::size_t from = now.at;
    std::size_t breaks = 0;
    now.skip_blanks();
    while (now.is_break(now.at)) {
        now.skip_break();
        now.skip_blanks();
        ++breaks;
    }
    std::string given(breaks > 0 ? breaks - 1 : 0, '\n');
    if (given.empty() && !escaped) given = " ";
    for (const char each : given) {
        if (now.finished() || now.expected() != each) return false;
        now.take(from);
    }
    return true;
}

std::optional<walk> walk_plain(walk now) {
    while (!now.finished()) {
        const bool blank = now.expected() == ' ' || now.expected() == '\n';
        const bool same = blank && at_fold(now) ? fold(now, false) : now.literal();
        if (!same) return std::nullopt;
    }
    return now;
}

std::optional<walk> walk_single(walk now) {
    if (now.raw_ends() || now.here() != '\'') return std::nullopt;
    ++now.at;
    while (!now.finished()) {
        bool same = false;
        if (at_fold(now)) {
            same = fold(now, false);
        } else if (!now.raw_ends() && now.here() == '\'') {
            if (now.at + 1 >= now.raw.size() || now.raw[now.at + 1] != '\'') return std::nullopt;
            same = now.expected() == '\'';
            now.take(now.at);
            now.at += 2;
        } else {
            same = now.literal();
        }
        if (!same) return std::nullopt;
    }
    if (now.raw_ends() || now.here() != '\'') return std::nullopt;
    return now;
}

// Bytes of the value that the escape at `now` gives, and how long it is in the file.
struct escape {
    std::size_t raw_length = 2;
    std::size_t value_length = 1;
};

std::size_t encoded_length(std::uint32_t code) {
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

std::optional<escape> read_escape(const walk& now) {
    if (now.at + 1 >= now.raw.size()) return std::nullopt;
    const char kind = now.raw[now.at + 1];
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits > 0) {
        if (now.raw.size() - now.at - 2 < digits) return std::nullopt;
        const std::string_view text = now.raw.substr(now.at + 2, digits);
        std::uint32_t code = 0;
        const auto [stop, failed] =
            std::from_chars(text.data(), text.data() + text.size(), code, 16);
        if (failed != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
        return escape{2 + digits, encoded_length(code)};
    }
    if (kind == 'N' || kind == '_') return escape{2, 2};
    if (kind == 'L' || kind == 'P') return escape{2, 3};
    return escape{};
}

std::optional<walk> walk_double(walk now) {
    if (now.raw_ends() || now.here() != '"') return std::nullopt;
    ++now.at;
    const auto more = [&now] { return !now.raw_ends() && now.here() != '"'; };
    while (more()) {
        if (now.here() == '\\' && now.is_break(now.at + 1)) {
            ++now.at;
            if (!fold(now, true)) return std::nullopt;
        } else if (now.here() == '\\') {
            const std::optional<escape> one = read_escape(now);
            if (!one || now.value.size() - now.done() < one->value_length) return std::nullopt;
            for (std::size_t n = 0; n < one->value_length; ++n)
                now.take(now.at);
            now.at += one->raw_length;
        } else if (!(at_fold(now) ? fold(now, false) : now.literal())) {
            return std::nullopt;
        }
    }
    if (now.raw_ends() || !now.finished()) return std::nullopt;
    return now;
}

std::size_t leading_spaces(std::string_view raw, std::size_t at) {
    std::size_t count = 0;
    while (at + count < raw.size() && raw[at + count] == ' ')
        ++count;
    return count;
}

// Line feeds of the value that stand between two lines of the block, or one space of a folded one.
void take_separator(walk& now, std::size_t from, bool folded) {
    const std::size_t before = now.done();
    while (!now.finished() && now.expected() == '\n')
        now.take(from);
    if (now.done() == before && folded && !now.finished() && now.expected() == ' ') now.take(from);
}

// Tries one indentation.
std::optional<walk> walk_block_at(walk now, std::size_t indent, bool folded) {
    std::size_t last_end = now.at;
    bool first = true;
    while (!now.raw_ends()) {
        const std::size_t line = now.at;
        const std::size_t spaces = leading_spaces(now.raw, line);
        std::size_t end = line;
        while (end < now.raw.size() && !now.is_break(end))
            ++end;
        const bool empty = line + spaces >= end && spaces <= indent;
        if (!empty) {
            if (spaces < indent) break;
            if (!first || now.done() == 0) take_separator(now, last_end, folded && !first);
            for (now.at = line + indent; now.at < end;) {
                if (!now.literal()) return std::nullopt;
            }
            first = false;
            last_end = end;
        }
        now.at = end;
        if (!now.raw_ends()) now.skip_break();
    }
    now.at = last_end;
    while (!now.finished() && now.expected() == '\n')
        now.take(last_end);
    if (!now.finished()) return std::nullopt;
    return now;
}

std::optional<walk> walk_block(walk now, bool folded) {
    while (!now.raw_ends() && !now.is_break(now.at))
        ++now.at;
    if (now.raw_ends()) return std::nullopt;
    now.skip_break();
    // The header may name the indentation relative to a parent that is not known here; trying costs
    // little, because a wrong one disagrees in the first line.
    constexpr std::size_t widest = 200;
    for (std::size_t indent = 1; indent <= widest; ++indent) {
        if (std::optional<walk> found = walk_block_at(now, indent, folded)) return found;
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::size_t> map_scalar(std::string_view text, const node& scalar) {
    walk start;
    start.raw = text;
    start.value = scalar.value;
    start.at = scalar.where.begin;
    std::optional<walk> found;
    switch (scalar.style) {
        case node_style::plain: found = walk_plain(start); break;
        case node_style::single_quoted: found = walk_single(start); break;
        case node_style::double_quoted: found = walk_double(start); break;
        case node_style::literal: found = walk_block(start, false); break;
        case node_style::folded: found = walk_block(start, true); break;
        case node_style::flow:
        case node_style::block: break;
    }
    if (!found) return {};
    found->map.push_back(found->at);
    return found->map;
}

}  // namespace rolloutd::policies::yaml
