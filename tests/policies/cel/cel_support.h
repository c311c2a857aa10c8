#pragma once
// A few facts to write conditions about, as the daemon would give them.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policies/cel/expression.h"

namespace rolloutd::policies::cel::test {

inline const object_type& count_type() {
    static const object_type declared("count", {{"abnormal", type_kind::integer},
                                                {"finished", type_kind::integer},
                                                {"stuck", type_kind::integer},
                                                {"lost", type_kind::integer}});
    return declared;
}

// 3 abnormal, 21 finished; how many are stuck could not be seen, and nobody counts the lost.
class counts : public object {
public:
    const object_type& declared() const override { return count_type(); }
    value field(int slot) const override {
        if (slot == 2) return value::error("not_seen", "the ticket was not read");
        if (slot == 3) return value::error("missing", "there is no such count");
        return value::integer(slot == 0 ? 3 : 21);
    }
};

class facts : public scope {
public:
    value variable(int slot) const override {
        switch (slot) {
            case 0: return value::object(counts_);
            case 1: return value::real(0.125);
            case 2: return value::duration(std::chrono::minutes{20});
            case 3:
                return value::map({{value::string("tier"), value::string("prod")},
                                   {value::string("team"), value::string("pay")}});
            default: return value::list({value::integer(4), value::integer(7)});
        }
    }

private:
    counts counts_;
};

inline environment names(dialect rules = {}) {
    environment made = environment::standard();
    made.declare("count", type::object(count_type()));
    made.declare("share", type_kind::real);
    made.declare("age", type_kind::duration);
    made.declare("labels", type::map_of(type_kind::string, type_kind::string));
    made.declare("sizes", type::list_of(type_kind::integer));
    made.set_dialect(rules);
    return made;
}

// What holds for policies on top of the language.
inline constexpr dialect policy_dialect{
    .homogeneous_literals = true, .guard_integer_division = true, .literals_are_tried = true};

inline std::vector<problem> problems_of(std::string_view text, type expected = type_kind::dyn,
                                        dialect rules = {}) {
    const compile_result made = compile(text, names(rules), expected);
    const auto* problems = std::get_if<std::vector<problem>>(&made);
    return problems ? *problems : std::vector<problem>{};
}

// With macros nested as deep as the run-time limits have to stand.
inline expression compiled(std::string_view text) {
    const compile_result made = compile(text, names(), type_kind::dyn, {.loops = 8});
    if (const auto* problems = std::get_if<std::vector<problem>>(&made)) {
        ADD_FAILURE() << text << ": " << problems->front().message;
        return std::get<expression>(compile("false", names()));
    }
    return std::get<expression>(made);
}

inline value evaluated(std::string_view text, const budget& limits = {}) {
    return compiled(text).evaluate(facts(), limits);
}

// The same without the checker: what the evaluator makes of it alone.
inline value unchecked(std::string_view text) {
    const compile_result made = parse_only(text, names());
    if (!std::holds_alternative<expression>(made)) {
        ADD_FAILURE() << text << " does not parse";
        return {};
    }
    return std::get<expression>(made).evaluate(facts(), {});
}

}  // namespace rolloutd::policies::cel::test
