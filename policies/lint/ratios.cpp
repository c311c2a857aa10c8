// Shares of too little evidence, and shares that do not see what was given up.

#include <algorithm>

#include "policies/lint/looks.h"

namespace rolloutd::policies::lint {
namespace {

// How many instances a ticket or a batch has does not change, and is never 0.
bool is_fixed(const formula& whole) {
    if (whole.kind == form::call && whole.name == "size") return true;
    if (whole.kind == form::number) return true;
    return whole.kind == form::fact && (whole.name == "count.total" || whole.name == "batch.size" ||
                                        whole.name == "batch.count.total");
}

bool is_about_counts(const formula& what) {
    return mentions(what, "count") || mentions(what, "batch.count");
}

// The denominator of a share that grows with what was seen; null for everything else.
const formula* denominator_of(const formula& what) {
    if (what.kind == form::call && what.name == "percent" && what.parts.size() == 2) {
        return is_fixed(what.parts[1]) ? nullptr : &what.parts[1];
    }
    if (what.kind != form::arithmetic || what.op != cel::binary::divide) return nullptr;
    const formula* whole = &what.parts[1];
    if (whole->kind == form::call && whole->name == "double" && whole->parts.size() == 1) {
        whole = &whole->parts[0];
    }
    return is_fixed(*whole) || !is_about_counts(*whole) ? nullptr : whole;
}

// The condition itself asks for a least number of what the share is of.
bool asks_for_evidence(const rule_look& look, const formula& whole) {
    const linear of = linear_of(whole);
    const auto is_least = [&](const literal& each) {
        const auto said = bounds_of(each);
        if (!said || said->low <= 0 || said->low == -std::numeric_limits<double>::infinity()) {
            return false;
        }
        return std::any_of(of.terms.begin(), of.terms.end(), [&](const auto& term) {
            return said->key.find("*" + term.first) != std::string::npos;
        });
    };
    return !look.too_many_ways && !look.ways.empty() &&
           std::all_of(look.ways.begin(), look.ways.end(), [&](const branch& way) {
               return std::any_of(way.begin(), way.end(), is_least);
           });
}

// The first share whose evidence nobody asks for.
struct share {
    const formula* what = nullptr;
    const formula* whole = nullptr;
};
share bare_share(const rule_look& look) {
    share found;
    walk(look.when, [&](const formula& each) {
        const formula* const whole = denominator_of(each);
        if (whole == nullptr || found.what != nullptr) return;
        if (!asks_for_evidence(look, *whole)) found = {&each, whole};
    });
    return found;
}

bool guards_counts(const rule_look& look) {
    return does(*look.what, action::pause) &&
           (mentions(look.when, "count.abnormal") || mentions(look.when, "batch.count.abnormal"));
}

bool counts_given_up(const rule_look& look) {
    return mentions(look.when, "count.given_up") || mentions(look.when, "batch.count.given_up");
}

// Both surely speak of the same tickets.
bool overlap(const policy& a, const policy& b) {
    if (&a == &b) return true;
    return a.match && b.match &&
           (a.match.text() == b.match.text() || a.match.text() == "true" ||
            b.match.text() == "true");
}

const rule* gives_up(const std::vector<policy_look>& all, const policy_look& beside) {
    for (const policy_look& each : all) {
        if (!overlap(*each.owner, *beside.owner)) continue;
        for (const rule& one : each.owner->rules) {
            if (does(one, action::skip_batch) || does(one, action::cancel_instance)) return &one;
        }
    }
    return nullptr;
}

}  // namespace

void check_ratios(const policy_look& what, findings& into) {
    for (const rule_look& each : what.rules) {
        if (each.what->needs) continue;
        const share found = bare_share(each);
        if (found.what == nullptr) continue;
        into.add(what.source.at(each.index, "when", found.what->where, "ratio-without-needs",
                                "a share of few instances says little, and the rule asks for no "
                                "least number of them"),
                 "add `needs: " + found.whole->text + " >= 5`");
    }
}

void check_given_up(const std::vector<policy_look>& all, findings& into) {
    for (const policy_look& each : all) {
        const rule* const giver = gives_up(all, each);
        if (giver == nullptr) continue;
        // One rule that sees them is enough: the ticket is paused for what was given up.
        if (std::any_of(each.rules.begin(), each.rules.end(), [](const rule_look& one) {
                return does(*one.what, action::pause) && counts_given_up(one);
            })) {
            continue;
        }
        for (const rule_look& one : each.rules) {
            if (!guards_counts(one)) continue;
            into.add(each.source.at(
                         one.index, "when", "given-up-not-counted",
                         "the rule does not see the instances that '" + giver->name + "' gives up"),
                     "add count.given_up to what failed");
        }
    }
}

}  // namespace rolloutd::policies::lint
