#pragma once
// JSON as the journal writes it: no white space, UTF-8 whatever comes in, numbers that are read
// back as they were. Also RFC 7396 merge patches. Pure.

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace rolloutd::daemon {

// Bytes that are not UTF-8 become U+FFFD. Doubles are the shortest form and keep a point or an
// exponent; they must be finite.
void write_json(std::string& to, const boost::json::value& what);
std::string json_text(const boost::json::value& what);

// The length of the UTF-8 sequence at the front, 0 when it is none (RFC 3629: no surrogates, no
// overlong forms, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text);

// Whether white space stands outside strings.
bool has_spaces(std::string_view json);

// Null for what is not one JSON text, is nested deeper than 32 levels or is not UTF-8.
std::optional<boost::json::value> parse_json(std::string_view text,
                                             boost::json::storage_ptr into = {});

// The member as text; "" when it is not there or no text.
std::string text_in(const boost::json::object& of, std::string_view name);

// What merge_apply needs to turn `before` into `after`; neither may contain null.
boost::json::object merge_diff(const boost::json::object& before, const boost::json::object& after);

// RFC 7396.
boost::json::object merge_apply(boost::json::object target, const boost::json::object& patch);

}  // namespace rolloutd::daemon
