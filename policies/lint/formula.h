#pragma once
// A condition as the lint reads it: the few forms that it can reason about, variables replaced by
// what they stand for, everything else opaque. The only place of the lint that knows the syntax
// tree of the language. Pure values; made per rule, thrown away after its findings.

#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/ast.h"
#include "policies/policy.h"

namespace rolloutd::policies::lint {

enum class form {
    number,  // also a duration, in seconds
    text,
    boolean,
    fact,  // "count.abnormal"; of a macro's variable over batches or instances: "batch.size"
    all_of,
    any_of,
    negation,
    comparison,  // of two parts, by `op`
    arithmetic,  // of two parts, by `op`
    call,        // `name` is the function's
    opaque,      // whatever else; `parts` hold what stands in it
};

struct formula {
    form kind = form::opaque;
    // Where it stands: bytes of the text of the rule's condition, or of the variable `origin`.
    cel::text_range where;
    std::string origin;
    std::string name;  // of a fact or a call
    double number = 0;
    bool is_duration = false;
    bool is_real = false;  // 10.0 and not 10
    std::string text;      // of a text; of everything, what it says, for messages and to compare
    bool truth = false;
    cel::binary op = cel::binary::add;
    std::vector<formula> parts;
};

// What the condition says, with the variables that the policy has for rules of the kind.
// Expressions whose expansion would grow beyond a few thousand nodes stay opaque.
formula formula_of(const cel::expression& condition, const policy& owner, subject_kind each);

// The same of a variable's own text; its parts bear the variable's name as their origin.
formula formula_of_variable(const variable_definition& what, const policy& owner,
                            subject_kind each);

// Calls `visit` with the formula and each part of it.
template <typename Visit>
void walk(const formula& what, const Visit& visit) {
    visit(what);
    for (const formula& each : what.parts)
        walk(each, visit);
}

// Whether the fact, or a part of it, is named anywhere: "count.given_up".
bool mentions(const formula& what, std::string_view fact);

}  // namespace rolloutd::policies::lint
