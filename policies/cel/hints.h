#pragma once
// What a person probably meant: the hints under the checker's messages. Pure texts, no types are
// decided here.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/ast.h"

namespace rolloutd::policies::cel {

std::string hint_for_name(std::string_view name, const environment& names,
                          const std::vector<std::string>& locals);
std::string hint_for_field(std::string_view name, const object_type& of);
// For a name after a dot where there are no fields: perhaps a function lacks its brackets.
std::string hint_for_method(std::string_view name, const environment& names);
// How the macro is written, or "" when there is none of that name.
std::string usage_of_macro(std::string_view name);
std::string hint_for_function(std::string_view name, const environment& names);
std::string hint_for_call(const function& called, bool receiver,
                          const std::vector<type>& arguments);
std::string hint_for_condition(const type& given);
std::string hint_for_operator(const tree& whole, const node& here, const type& left,
                              const type& right);

// "cannot divide double by int", "cannot compare duration with int".
std::string message_for_operator(binary op, const std::string& left, const std::string& right);

}  // namespace rolloutd::policies::cel
