#pragma once
// The words of an expression, with their places. Made by the lexer, read by the parser.

#include <string>
#include <variant>
#include <vector>

#include "policies/cel/expression.h"

namespace rolloutd::policies::cel {

enum class token_kind {
    identifier,
    quoted_identifier,  // `a-b`, allowed after a dot only
    reserved,           // a word of the language that cannot name a variable: while, for, ...
    integer,            // text as written; the parser folds a sign into it
    unsigned_integer,
    real,
    string,  // decoded
    bytes,   // decoded
    symbol,  // an operator or bracket
    end,
};

struct token {
    token_kind kind = token_kind::end;
    text_range where;
    std::string text;  // the symbol, the name, the digits, or the decoded contents
};

struct tokens {
    std::vector<token> all;  // always ends with one of kind end
    std::vector<problem> problems;
    bool mended = true;  // whether each problem left a token behind that was probably meant
};

// Total: whatever the text holds, it ends in tokens and problems. Stops at `most_tokens`.
tokens scan(std::string_view text, std::size_t most_tokens);

// Decodes what stands between the quotes. `bytes` tells b'' from ''; `offset` is the place of
// `body` in the expression, for problems.
struct decoded {
    std::string text;
    std::vector<problem> problems;
};
decoded decode_escapes(std::string_view body, bool bytes, std::size_t offset);

// Appends a code point (0..0x10FFFF, no surrogate) as UTF-8.
void append_utf8(std::string& text, char32_t point);

// Whether the text is well-formed UTF-8.
bool is_utf8(std::string_view text);

// The number of code points of well-formed UTF-8.
std::size_t count_points(std::string_view text);

}  // namespace rolloutd::policies::cel
