// Rules whose conditions, taken as a whole, can never be met or always are, or hold only where
// their action is not legal.

#include <algorithm>

#include "policies/lint/looks.h"
#include "policies/settings.h"

namespace rolloutd::policies::lint {
namespace {

bool has_fact(const formula& what) {
    bool found = false;
    walk(what, [&found](const formula& each) { found = found || each.kind == form::fact; });
    return found;
}

bool lies_in(const formula& text, const formula* part) {
    bool found = false;
    walk(text, [&](const formula& each) { found = found || &each == part; });
    return found;
}

void report_never(const policy_look& what, rule_look& look, const conflict& why, findings& into) {
    look.explained = true;
    const std::string key = lies_in(look.when, why.second) ? "when" : "needs";
    const bool alone = why.first == why.second;
    const std::string message =
        alone       ? "the rule can never hold: `" + why.first->text + "` is never met"
        : why.blind ? "the rule can never hold: while `" + why.first->text + "`, `" +
                          why.second->text + "` is not known"
                    : "the rule can never hold: `" + why.first->text + "` excludes `" +
                          why.second->text + "`";
    const std::string hint =
        why.blind ? "beside unseen_for only ticket.id, name, labels and now are known"
                  : "one of the two has to go, or `||` was meant";
    into.add(what.source.at(look.index, key, why.second->where, "never-true", message),
             alone ? "remove it or change it" : hint);
}

// Every way contradicts itself: the first contradiction is the one that is told.
void check_never(const policy_look& what, rule_look& look, findings& into) {
    if (look.too_many_ways || look.ways.empty()) return;
    std::optional<conflict> first;
    for (const branch& way : look.ways) {
        const auto found = conflict_in(way);
        if (!found) return;
        if (!first) first = found;
    }
    report_never(what, look, *first, into);
}

void check_always(const policy_look& what, rule_look& look, findings& into) {
    if (!has_fact(look.when)) return;  // `true` is meant as it stands
    const auto opposite = branches_of(look.when, true);
    if (!opposite || opposite->empty()) return;
    const bool never = std::all_of(opposite->begin(), opposite->end(), [](const branch& way) {
        const auto found = conflict_in(way);
        return found && !found->blind;
    });
    if (!never) return;
    look.explained = true;
    into.add(what.source.at(look.index, "when", look.when.where, "always-true",
                            "the condition holds whatever the ticket does"),
             "write `when: true` if that is meant, else look at how its parts are joined");
}

std::string status_text(const std::set<std::string>& words) {
    std::string text;
    for (const std::string& each : words)
        text += (text.empty() ? "" : " or ") + each;
    return text;
}

bool is_legal(action what, const std::set<std::string>& statuses) {
    static const legal_table table = default_legal_table();
    const auto at = table.find(what);
    if (at == table.end()) return true;
    return std::any_of(statuses.begin(), statuses.end(), [&](const std::string& each) {
        return at->second.contains(classify(each));
    });
}

// In each way in which the rule can hold, the ticket's status forbids its action.
void check_legal(const policy_look& what, const rule_look& look, findings& into) {
    if (look.too_many_ways || look.ways.empty()) return;
    const std::vector<ladder_step>& steps = look.what->steps;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].what == action::notify) continue;
        std::set<std::string> seen;
        const bool never = std::none_of(look.ways.begin(), look.ways.end(), [&](const branch& way) {
            if (conflict_in(way)) return false;
            const std::set<std::string> left = words_in(way, "ticket.status");
            seen.insert(left.begin(), left.end());
            return is_legal(steps[i].what, left);
        });
        if (!never || seen.empty()) continue;
        const std::string word(to_text(steps[i].what));
        into.add(
            what.source.at(look.index, "do", "never-legal",
                           word + " is not legal while the ticket is " + status_text(seen) +
                               ", and the rule holds only then"),
            "change the status in the condition or the action; `cloud.legal` can widen what is "
            "legal");
    }
}

}  // namespace

void check_reach(policy_look& what, findings& into) {
    for (rule_look& each : what.rules) {
        if (each.explained) continue;
        check_never(what, each, into);
        if (!each.explained) check_always(what, each, into);
        if (!each.explained) check_legal(what, each, into);
    }
}

std::vector<unreachable_rule> unreachable_rules(const policy& what, const ticket_shape& shape) {
    std::vector<unreachable_rule> found;
    const policy_look look(what);
    for (const rule_look& each : look.rules) {
        if (each.too_many_ways || each.ways.empty()) continue;
        std::optional<conflict> first;
        const bool never = std::all_of(each.ways.begin(), each.ways.end(), [&](const branch& way) {
            const auto why = conflict_in(way, &shape);
            if (why && !first) first = why;
            return why.has_value();
        });
        if (!never) continue;
        found.push_back(
            {each.what->name,
             first->first == first->second
                 ? "`" + first->first->text + "` cannot be met by a ticket of " +
                       std::to_string(shape.instances) + " instances in " +
                       std::to_string(shape.batches) + " batches"
                 : "`" + first->first->text + "` excludes `" + first->second->text + "`"});
    }
    return found;
}

}  // namespace rolloutd::policies::lint
