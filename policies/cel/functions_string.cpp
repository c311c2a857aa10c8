#include <cstring>

#include "policies/cel/functions.h"
#include "policies/cel/regex.h"
#include "policies/cel/token.h"

namespace rolloutd::policies::cel {

namespace {

using kind = type_kind;
using arguments = std::span<const value>;

value size(arguments given) {
    const value& what = given[0];
    std::size_t made = 0;
    switch (what.kind()) {
        case value_kind::string: made = count_points(what.as_string()); break;
        case value_kind::bytes: made = what.as_string().size(); break;
        default: made = what.size(); break;
    }
    return value::integer(static_cast<std::int64_t>(made));
}

value contains(arguments given) {
    const std::string& text = given[0].as_string();
    const std::string& part = given[1].as_string();
    // memmem is linear in both; std::string::find is their product at worst.
    return value::boolean(memmem(text.data(), text.size(), part.data(), part.size()) != nullptr);
}

value starts_with(arguments given) {
    return value::boolean(given[0].as_string().starts_with(given[1].as_string()));
}

value ends_with(arguments given) {
    return value::boolean(given[0].as_string().ends_with(given[1].as_string()));
}

value matches(arguments given) {
    const auto pattern = compile_pattern(given[1].as_string());
    return pattern ? value::boolean(matches_somewhere(given[0].as_string(), *pattern))
                   : bad_pattern(given[1].as_string());
}

function both_styles(std::string name, const std::vector<type>& of, function_body body) {
    function made{std::move(name), {}, false};
    for (const type& one : of) {
        made.overloads.push_back(make_overload(false, {one}, kind::integer, body));
        made.overloads.push_back(make_overload(true, {one}, kind::integer, body));
    }
    return made;
}

function text_test(std::string name, function_body body) {
    return {std::move(name),
            {make_overload(true, {kind::string, kind::string}, kind::boolean, body)},
            false};
}

}  // namespace

overload make_overload(bool receiver, std::vector<type> parameters, type result,
                       function_body body) {
    overload made;
    made.receiver = receiver;
    made.parameters = std::move(parameters);
    made.result = std::move(result);
    made.body = body;
    return made;
}

overload make_bounded(bool receiver, std::vector<type> parameters, type result, bounded_body body) {
    overload made = make_overload(receiver, std::move(parameters), std::move(result), nullptr);
    made.bounded = body;
    return made;
}

std::vector<function> string_functions() {
    function pattern = text_test("matches", matches);
    pattern.overloads.push_back(
        make_overload(false, {kind::string, kind::string}, kind::boolean, matches));
    return {both_styles("size",
                        {kind::string, kind::bytes, type::list_of(type::parameter("T")),
                         type::map_of(type::parameter("K"), type::parameter("V"))},
                        size),
            text_test("contains", contains), text_test("startsWith", starts_with),
            text_test("endsWith", ends_with), std::move(pattern)};
}

}  // namespace rolloutd::policies::cel
