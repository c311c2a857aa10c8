// Single comparisons that cannot come out either way, whatever a ticket does.

#include <algorithm>

#include "policies/lint/looks.h"

namespace rolloutd::policies::lint {
namespace {

struct complaint {
    std::string code;
    std::string message;
    std::string hint;
};

std::string listed(const std::set<std::string>& words) {
    std::string text;
    for (const std::string& each : words) {
        if (!each.empty()) text += (text.empty() ? "" : ", ") + each;
    }
    return text;
}

std::optional<complaint> unknown_word(const formula& test) {
    const auto said = word_test_of(test);
    if (!said) return std::nullopt;
    const std::set<std::string>* const known = words_of_fact(said->fact);
    if (known == nullptr || known->contains(said->word)) return std::nullopt;
    std::vector<std::string> candidates(known->begin(), known->end());
    std::string upper = said->word;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    std::string near = known->contains(upper) ? upper : nearest(said->word, candidates);
    // PAUSE for PAUSED is further off than a slip of the finger, and the commonest.
    for (const std::string& each : candidates) {
        const bool begins = said->word.size() >= 4 && each.starts_with(upper.substr(0, 4));
        if (near.empty() && begins) near = each;
    }
    complaint made{
        "unknown-word", "`" + said->fact + "` is never \"" + said->word + "\"",
        near.empty() ? "it is one of " + listed(*known) : "did you mean \"" + near + "\"?"};
    return made;
}

std::string number_text(double what, bool time) {
    if (time)
        return "duration(\"" + to_text(duration{static_cast<std::int64_t>(what * 1000)}) + "\")";
    return cel::value::real(what).text();
}

// "the left side is at most 100": what makes the comparison constant, when that is one number.
std::string reason_of(const formula& test) {
    const formula& left = test.parts[0];
    const formula& right = test.parts[1];
    const bool constants = linear_of(left).terms.empty() && linear_of(right).terms.empty();
    if (constants) return "it compares two constants: remove it, or name a fact";
    const formula& fact = right.kind == form::number ? left : right;
    const formula& other = right.kind == form::number ? right : left;
    if (other.kind != form::number)
        return "whatever the ticket does, the two sides keep this order";
    if (fact.kind == form::call && fact.name.starts_with("percent")) {
        return "a percentage lies between 0 and 100";
    }
    const range is = range_of(linear_of(fact), nullptr);
    if (is.low == 0 && is.high == std::numeric_limits<double>::infinity()) {
        return "`" + fact.text + "` is never negative";
    }
    std::string text = "`" + fact.text + "` is ";
    const bool low = is.low > -std::numeric_limits<double>::infinity();
    const bool high = is.high < std::numeric_limits<double>::infinity();
    if (low) text += "at least " + number_text(is.low, other.is_duration);
    if (low && high) text += " and ";
    if (high) text += "at most " + number_text(is.high, other.is_duration);
    return text;
}

std::optional<complaint> constant(const formula& test) {
    if (test.kind != form::comparison || test.parts.size() != 2) return std::nullopt;
    const formula& left = test.parts[0];
    const formula& right = test.parts[1];
    if (left.kind == form::text && right.kind == form::text) {
        return complaint{"constant-comparison", "`" + test.text + "` compares two texts",
                         "compare one of them with a fact"};
    }
    const outlook can = outlook_of(test, nullptr);
    if (can.can_be_true && can.can_be_false) return std::nullopt;
    return complaint{"constant-comparison",
                     "`" + test.text + "` is " + (can.can_be_true ? "always" : "never") + " true",
                     reason_of(test)};
}

std::optional<complaint> complaint_about(const formula& test) {
    if (auto found = unknown_word(test)) return found;
    return constant(test);
}

// Whether the findings tell why the whole can or cannot be true, so that nothing else need.
void check_text(policy_look& what, rule_look& look, std::string_view key, const formula& text,
                findings& into) {
    walk(text, [&](const formula& each) {
        const auto found = complaint_about(each);
        if (!found) return;
        look.explained = true;
        if (!each.origin.empty()) return;  // told where the variable stands
        into.add(what.source.at(look.index, key, each.where, found->code, found->message),
                 found->hint);
    });
}

void compare_match(const policy_look& what, findings& into) {
    walk(what.match, [&](const formula& each) {
        const auto found = complaint_about(each);
        if (!found) return;
        into.add(what.source.at_match(each.where, found->code, found->message), found->hint);
    });
}

// Variables used by no rule are told about elsewhere; a finding inside is true all the same.
void check_variables(const policy_look& what, findings& into) {
    std::set<std::string> seen;
    for (const auto& [kind, variables] : what.owner->variables) {
        for (const variable_definition& each : variables) {
            if (!seen.insert(each.name).second) continue;
            const formula text = formula_of_variable(each, *what.owner, kind);
            walk(text, [&](const formula& part) {
                if (part.origin != each.name) return;
                const auto found = complaint_about(part);
                if (!found) return;
                into.add(
                    what.source.at_variable(each.name, part.where, found->code, found->message),
                    found->hint);
            });
        }
    }
}

}  // namespace

void check_comparisons(policy_look& what, findings& into) {
    for (rule_look& each : what.rules) {
        check_text(what, each, "needs", each.needs, into);
        check_text(what, each, "when", each.when, into);
    }
    compare_match(what, into);
    check_variables(what, into);
}

}  // namespace rolloutd::policies::lint
