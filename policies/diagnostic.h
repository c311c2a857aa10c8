#pragma once
// A problem in a file that a person wrote, and how it is shown: file:line:column, the source line,
// a caret. Owns no text: the source is handed in for rendering. Used by the policy loader, the
// configuration loader and the command-line tools.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rolloutd::policies {

enum class severity { error, warning };

// A place in a text file. Both count from 1; a column counts code points, not bytes.
struct position {
    int line = 1;
    int column = 1;
    auto operator<=>(const position&) const = default;
};

// A change of the file's text: what an editor puts in place of the range. Of an empty range, an
// insertion.
struct text_edit {
    position begin;
    position end;
    std::string replacement;
    auto operator<=>(const text_edit&) const = default;
};

struct issue {
    severity level = severity::error;
    std::string code;     // stable, for tools: "unknown-key", "type-mismatch"
    std::string message;  // what is wrong, one sentence without a full stop
    std::string hint;     // what to do about it; may be empty
    std::string file;     // as the user named it
    position begin;
    position end;  // one past the last marked character; equal to begin when there is no range
    std::vector<text_edit> fixes = {};  // the hint as changes, to be made together; may be empty
    auto operator<=>(const issue&) const = default;
};

// The source of one file, kept so that its lines can be shown under a problem.
struct source_file {
    std::string name;  // as the user named it
    std::string text;
};

// "file:line:column: error: message [code]", the source line, a caret line that underlines the
// range with
// '^' and '~', and "  hint: ..." when there is one. Tabs are kept, wide characters count as two
// cells. `source` is the text of issue.file; an empty one leaves the snippet out. Ends with a line
// feed.
// Nothing in it steers a terminal, whatever stands in the source.
std::string render(const issue& what, std::string_view source);

// How many bytes at `at` make one character that steers a terminal or reorders what it shows: a
// control character, also of the second set (U+0080 to U+009F), a separator of lines or a mark of
// direction; 1 for a byte that is not UTF-8; 0 for anything else.
std::size_t steering_at(std::string_view text, std::size_t at);

// The text with a '?' for each of these; tabs stay.
std::string printable(std::string_view text);

// By file, then by position; the order in which people mend things.
void sort_issues(std::vector<issue>& issues);

bool has_errors(const std::vector<issue>& issues);

// The candidate nearest to `word` (edit distance at most 2, and less than half of its length), or
// "".
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// An issue in the words of `-o json`: file, line, column, endLine, endColumn, code, severity
// ("error", "warning"), message, hint, fixes[] (line, column, endLine, endColumn, replacement).
// Whoever writes JSON takes the names from here.
struct issue_fields {
    std::string file;
    int line = 1;
    int column = 1;
    int end_line = 1;
    int end_column = 1;
    std::string code;
    std::string severity;
    std::string message;
    std::string hint;
    std::vector<text_edit> fixes;
};
issue_fields to_fields(const issue& what);

}  // namespace rolloutd::policies
