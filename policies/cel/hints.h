#pragma once
// What a person probably meant: the hints under the checker's messages. Pure texts, no types are
// decided here.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/ast.h"

namespace rolloutd::policies::cel {

// A hint, and where it is certain enough to be made by a machine, the change of the text.
struct advice {
    std::string hint = {};
    std::vector<edit> fixes = {};
};

advice hint_for_name(const node& here, const environment& names,
                     const std::vector<std::string>& locals);
advice hint_for_field(const node& here, const object_type& of);
// For a name after a dot where there are no fields: perhaps a function lacks its brackets.
advice hint_for_method(const node& here, const environment& names);
// How the macro is written, or "" when there is none of that name.
std::string usage_of_macro(std::string_view name);
// Whether people from other languages mean a macro by the name: its arguments then make no sense
// of their own.
bool is_other_macro(std::string_view name);
// Among those that take what stands before the dot, or need nothing before one when `receiver` is
// null.
advice hint_for_function(const node& here, const environment& names, const type* receiver);
// The functions of a namespace, without it: "floor" of math. Empty when there is no such namespace.
std::vector<std::string> functions_within(std::string_view space, const environment& names);
// The namespace that was probably meant, or "".
std::string nearest_namespace(std::string_view word, const environment& names);
// A fix that puts the nearest word in place of the range.
advice did_you_mean(text_range where, std::string_view word,
                    const std::vector<std::string>& candidates);
std::string hint_for_call(const function& called, bool receiver,
                          const std::vector<type>& arguments);
std::string hint_for_condition(const type& given);
advice hint_for_operator(const tree& whole, const node& here, const type& left, const type& right);

// "cannot divide double by int", "cannot compare duration with int".
std::string message_for_operator(binary op, const std::string& left, const std::string& right);

}  // namespace rolloutd::policies::cel
