#include "policies/diagnostic.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

namespace rolloutd::policies {
namespace {

// The next code point of UTF-8 text; a stray byte counts as one character.
char32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t index) {
        return static_cast<unsigned>(static_cast<unsigned char>(text[index]));
    };
    const unsigned first = byte(at++);
    const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    char32_t point = more == 0 ? first : first & (0x3FU >> more);
    for (int n = 0; n < more && at < text.size() && (byte(at) & 0xC0U) == 0x80U; ++n) {
        point = (point << 6U) | (byte(at++) & 0x3FU);
    }
    return point;
}

// Bytes of the UTF-8 sequence that begins there; 0 where none does.
std::size_t sequence_at(std::string_view text, std::size_t at) {
    const auto first = static_cast<unsigned char>(text[at]);
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (at + size > text.size()) return 0;
    for (std::size_t n = at + 1; n < at + size; ++n) {
        if ((static_cast<unsigned char>(text[n]) & 0xC0U) != 0x80U) return 0;
    }
    return size;
}

struct code_range {
    char32_t first;
    char32_t last;
};

bool is_in(char32_t point, const code_range* ranges, std::size_t count) {
    return std::any_of(ranges, ranges + count, [&](const code_range& each) {
        return point >= each.first && point <= each.last;
    });
}

// Cells on a terminal: 0 for combining marks, 2 for East Asian wide characters and emoji.
int cells_of(char32_t point) {
    static constexpr code_range combining[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},
                                               {0x0610, 0x061A}, {0x064B, 0x065F}, {0x1AB0, 0x1AFF},
                                               {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF},
                                               {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
    static constexpr code_range wide[] = {
        {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
        {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
        {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
    if (is_in(point, combining, std::size(combining))) return 0;
    return is_in(point, wide, std::size(wide)) ? 2 : 1;
}

std::string_view line_of(std::string_view source, int number) {
    for (int line = 1; line < number; ++line) {
        const std::size_t end = source.find('\n');
        if (end == std::string_view::npos) return {};
        source.remove_prefix(end + 1);
    }
    std::string_view found = source.substr(0, source.find('\n'));
    if (found.ends_with('\r')) found.remove_suffix(1);
    if (number == 1 && found.starts_with("\xEF\xBB\xBF")) found.remove_prefix(3);
    return found;
}

// Blanks up to the range (tabs kept, so that the terminal aligns them), then ^ and ~.
std::string caret_line(std::string_view line, const issue& what) {
    std::string marks;
    int column = 1;
    const int last = what.end.line == what.begin.line  ? what.end.column
                     : what.end.line > what.begin.line ? std::numeric_limits<int>::max()
                                                       : what.begin.column;
    bool begun = false;
    for (std::size_t at = 0; at < line.size(); ++column) {
        const char32_t point = next_code_point(line, at);
        const auto cells = static_cast<std::size_t>(cells_of(point));
        if (column < what.begin.column) {
            marks += point == '\t' ? std::string("\t") : std::string(cells, ' ');
        } else if (column < last) {
            marks += std::string(point == '\t' ? 1 : cells, '~');
            begun = true;
        } else {
            break;
        }
    }
    const std::size_t first = begun ? marks.find('~') : std::string::npos;
    if (first == std::string::npos) return marks + "^";
    marks[first] = '^';
    return marks;
}

std::string_view word_for(severity level) { return level == severity::error ? "error" : "warning"; }

// Insertions, deletions, replacements, and two neighbours swapped: the commonest slip of all.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::vector<std::size_t> next(b.size() + 1);
        next[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            next[j] = std::min({replaced, row[j] + 1, next[j - 1] + 1});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) next[j] = std::min(next[j], before[j - 2] + 1);
        }
        before = std::exchange(row, std::move(next));
    }
    return row[b.size()];
}

}  // namespace

std::string render(const issue& what, std::string_view source) {
    std::string text = printable(what.file) + ":" + std::to_string(what.begin.line) + ":" +
                       std::to_string(what.begin.column) + ": " +
                       std::string(word_for(what.level)) + ": " + printable(what.message) + " [" +
                       what.code + "]\n";
    if (!source.empty()) {
        // A very long line would push the caret off every screen; it is left out then.
        constexpr std::size_t longest = 400;
        const std::string_view line = line_of(source, what.begin.line);
        if (line.size() <= longest) {
            const std::string shown = printable(line);
            text += shown + "\n" + caret_line(shown, what) + "\n";
        }
    }
    if (!what.hint.empty()) text += "  hint: " + printable(what.hint) + "\n";
    return text;
}

std::size_t steering_at(std::string_view text, std::size_t at) {
    static constexpr code_range steering[] = {{0x00, 0x08},     {0x0A, 0x1F},     {0x7F, 0x9F},
                                              {0x061C, 0x061C}, {0x200E, 0x200F}, {0x2028, 0x202E},
                                              {0x2066, 0x2069}};
    const std::size_t size = sequence_at(text, at);
    if (size == 0) return 1;
    std::size_t next = at;
    return is_in(next_code_point(text, next), steering, std::size(steering)) ? size : 0;
}

std::string printable(std::string_view text) {
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bad = steering_at(text, at);
        if (bad == 0) {
            shown += text[at++];
            while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U)
                shown += text[at++];
        } else {
            shown += '?';
            at += bad;
        }
    }
    return shown;
}

void sort_issues(std::vector<issue>& issues) {
    std::sort(issues.begin(), issues.end(), [](const issue& a, const issue& b) {
        return std::tie(a.file, a.begin, a.end, a.code, a.message) <
               std::tie(b.file, b.begin, b.end, b.code, b.message);
    });
}

bool has_errors(const std::vector<issue>& issues) {
    return std::any_of(issues.begin(), issues.end(),
                       [](const issue& each) { return each.level == severity::error; });
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
    constexpr std::size_t longest = 100;
    constexpr std::size_t farthest = 2;
    std::string best;
    std::size_t least = farthest + 1;
    if (word.size() > longest) return best;
    for (const std::string& each : candidates) {
        const std::size_t distance = edit_distance(word, each);
        if (distance < least && 2 * distance < word.size()) {
            least = distance;
            best = each;
        }
    }
    return best;
}

issue_fields to_fields(const issue& what) {
    issue_fields made;
    made.file = what.file;
    made.line = what.begin.line;
    made.column = what.begin.column;
    made.end_line = what.end.line;
    made.end_column = what.end.column;
    made.code = what.code;
    made.severity = word_for(what.level);
    made.message = what.message;
    made.hint = what.hint;
    return made;
}

}  // namespace rolloutd::policies
