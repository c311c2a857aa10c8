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

// The first contradiction, when every way contradicts itself.
std::optional<conflict> conflict_of_all(const std::vector<branch>& ways) {
    std::optional<conflict> first;
    for (const branch& way : ways) {
        const auto found = conflict_in(way);
        if (!found) return std::nullopt;
        if (!first) first = found;
    }
    return first;
}

// What is not known while the ticket is unseen does not hold, but nor does its opposite.
bool never_holds(const std::optional<std::vector<branch>>& ways) {
    return ways && !ways->empty() && std::all_of(ways->begin(), ways->end(), [](const branch& way) {
               const auto found = conflict_in(way);
               return found && !found->blind;
           });
}

// Of the words and numbers of single comparisons other findings tell.
bool has_constant_part(const formula& text) {
    bool found = false;
    walk(text, [&found](const formula& each) {
        if (const auto said = word_test_of(each)) {
            const std::set<std::string>* const known = words_of_fact(said->fact);
            found = found || (known != nullptr && !known->contains(said->word));
        }
        if (each.kind != form::comparison || each.parts.size() != 2) return;
        const outlook can = outlook_of(each, nullptr);
        found = found || !can.can_be_true || !can.can_be_false;
    });
    return found;
}

// No ticket at all, or every one.
void check_match(const policy_look& what, findings& into) {
    if (!has_fact(what.match) || has_constant_part(what.match)) return;
    if (const auto why = conflict_of_all(what.match_ways)) {
        const std::string& first = why->first->text;
        into.add(
            what.source.at_match(why->second->where, "never-true",
                                 why->first == why->second
                                     ? "the policy matches no ticket: `" + first + "` is never met"
                                     : "the policy matches no ticket: `" + first + "` excludes `" +
                                           why->second->text + "`"),
            "one of the two has to go, or `||` was meant");
        return;
    }
    if (!never_holds(branches_of(what.match, true))) return;
    into.add(what.source.at_match(what.match.where, "always-true",
                                  "the policy matches every ticket, whatever this says"),
             "write `match: true` if that is meant, else look at how its parts are joined");
}

// The policy speaks of the ticket only where the rule cannot hold.
void check_never_matched(const policy_look& what, rule_look& look, findings& into) {
    if (look.too_many_ways || look.ways.empty() || conflict_of_all(what.match_ways)) return;
    const auto together = both(what.match_ways, look.ways);
    if (!together || together->empty()) return;
    const auto why = conflict_of_all(*together);
    if (!why || why->blind) return;
    const bool swapped = lies_in(what.match, why->second);
    const formula* const mine = swapped ? why->first : why->second;
    const formula* const outer = swapped ? why->second : why->first;
    // Of a fact that varies on its own, both may stand in the rule: that was told already.
    if (!lies_in(what.match, outer) || lies_in(what.match, mine)) return;
    look.explained = true;
    const std::string key = lies_in(look.when, mine) ? "when" : "needs";
    into.add(what.source.at(look.index, key, mine->where, "never-true",
                            "the rule can never hold: the policy's `match` asks for `" +
                                outer->text + "`, which excludes `" + mine->text + "`"),
             "widen `match`, or put the rule into a policy of its own");
}

void check_never(const policy_look& what, rule_look& look, findings& into) {
    if (look.too_many_ways || look.ways.empty()) return;
    if (const auto why = conflict_of_all(look.ways)) return report_never(what, look, *why, into);
    check_never_matched(what, look, into);
}

void check_always(const policy_look& what, rule_look& look, findings& into) {
    if (!has_fact(look.when)) return;  // `true` is meant as it stands
    if (!never_holds(branches_of(look.when, true))) return;
    look.explained = true;
    into.add(what.source.at(look.index, "when", look.when.where, "always-true",
                            "the condition holds whatever the ticket does"),
             "write `when: true` if that is meant, else look at how its parts are joined");
}

std::string number_of(int count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
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

bool operates(const rule& what) {
    return std::any_of(what.steps.begin(), what.steps.end(),
                       [](const ladder_step& each) { return each.what != action::notify; });
}

// An operation needs a fresh reading, and the rule holds only while there is none.
bool check_sight(const policy_look& what, const rule_look& look, findings& into) {
    if (look.too_many_ways || look.ways.empty() || !operates(*look.what)) return false;
    const auto blind = [](const branch& way) { return blind_part(way) != nullptr; };
    if (!std::all_of(look.ways.begin(), look.ways.end(), blind)) return false;
    into.add(what.source.at(look.index, "do", "never-legal",
                            "while `" + blind_part(look.ways.front())->text +
                                "` nothing is done to a ticket: an operation needs a reading"),
             "notify instead: a ticket that cannot be read cannot be judged either");
    return true;
}

// Pauses that rules may end: a rotation's, and of a policy's own those that the rule names.
bool check_cause(const policy_look& what, const rule_look& look, findings& into) {
    if (look.too_many_ways || look.ways.empty()) return false;
    if (!does(*look.what, action::continue_ticket)) return false;
    const bool named =
        mentions(look.when, "ticket.paused_by") || mentions(look.needs, "ticket.paused_by");
    const bool never = std::all_of(look.ways.begin(), look.ways.end(), [&](const branch& way) {
        const std::set<std::string> causes = words_in(way, "ticket.pause_cause");
        return !causes.empty() && !causes.contains("rotation") &&
               !(named && causes.contains("policy"));
    });
    if (!never) return false;
    into.add(
        what.source.at(look.index, "do", "never-legal",
                       "no rule continues a pause of that cause, and the rule holds only then"),
        "a rule continues a rotation's pause, or one that its own policy made and that it "
        "names: `ticket.paused_by == \"" +
            what.owner->name + "/RULE\"`");
    return true;
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
    check_match(what, into);
    for (rule_look& each : what.rules) {
        if (each.explained) continue;
        check_never(what, each, into);
        if (!each.explained) check_always(what, each, into);
        if (each.explained || check_sight(what, each, into) || check_cause(what, each, into))
            continue;
        check_legal(what, each, into);
    }
}

reach::reach(const policy& what) : look_(std::make_unique<const policy_look>(what)) {}
reach::reach(reach&&) noexcept = default;
reach::~reach() = default;

std::vector<unreachable_rule> reach::of(const ticket_shape& shape) const {
    std::vector<unreachable_rule> found;
    for (const rule_look& each : look_->rules) {
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
                       number_of(shape.instances, "instance", "instances") + " in " +
                       number_of(shape.batches, "batch", "batches")
                 : "`" + first->first->text + "` excludes `" + first->second->text + "`"});
    }
    return found;
}

std::vector<unreachable_rule> unreachable_rules(const policy& what, const ticket_shape& shape) {
    return reach(what).of(shape);
}

}  // namespace rolloutd::policies::lint
