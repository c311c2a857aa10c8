#pragma once
// Small questions about a file's bytes: is it UTF-8, where does a line end. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rolloutd::policies::yaml {

// A byte within a code point, not its first.
bool is_continuation(char byte);

// 3 when the text begins with a UTF-8 byte-order mark, else 0.
std::size_t mark_length(std::string_view text);

// The offset of the first byte that does not belong to well-formed UTF-8.
std::optional<std::size_t> first_non_utf8(std::string_view text);

// The offset of the first character that YAML does not allow: NUL, the other control characters but
// tab and line ends, a carriage return without a line feed.
std::optional<std::size_t> first_forbidden(std::string_view text);

// Offset of the line feed (or carriage return before it) that ends the line of `from`, or the
// text's end.
std::size_t line_end(std::string_view text, std::size_t from);

// Offset at which the line of `from` begins.
std::size_t line_begin(std::string_view text, std::size_t from);

// At most 40 bytes of a text, whole code points, line feeds as spaces, for a message.
std::string excerpt(std::string_view text);

}  // namespace rolloutd::policies::yaml
