#include "policies/explain.h"

#include <algorithm>
#include <map>
#include <set>

#include "policies/legality.h"
#include "policies/people.h"
#include "policies/precedence.h"
#include "policies/proposals.h"
#include "policies/rule_scope.h"
#include "policies/told_clauses.h"
#include "policies/told_ticket.h"
#include "policies/told_words.h"
#include "policies/verdicts.h"

namespace rolloutd::policies {

namespace {

// What would come of a step.
struct prospect {
    bool acts = false;
    std::string said;
};

std::string kind_said(subject_kind what) {
    return what == subject_kind::batch ? "batch" : "instance";
}

class explainer {
public:
    explainer(const ticket_state& state, const context& around)
        : blind_(state.blind || !last_seen(state) || !state.last),
          present_(around.now),
          rules_(around.rules),
          now_(blind_ ? around.now : *last_seen(state)),
          around_{around.rules, around.fleet, now_},
          state_(undecided(state)),
          twice_(state.generation == around.rules.generation && state.fresh_readings >= 2),
          view_(state_, now_, blind_),
          facts_(without_rules(state_)),
          draft_(state_, now_) {}

    explanation tell() {
        explanation made;
        made.as_of = last_seen(state_);
        made.notes = notes_of(state_, around_.fleet, present_);
        if (!rules_.policies) return made;
        const std::vector<assessment> all = assess(draft_, view_, around_, last_seen(state_));
        const bench on{.so_far = draft_, .around = around_, .all = all};
        outcome result;
        take_due_steps(draft_, on, {.fresh = !blind_, .seen_twice = twice_}, result);
        for (const event& each : draft_.events()) {
            if (const auto* what = std::get_if<decided>(&each)) {
                rule_key key{what->policy, what->rule, what->who};
                if (what->outcome == decision_outcome::act) acting_.insert(key);
                decisions_.insert_or_assign(std::move(key), what);
            }
        }
        std::string others;
        for (const policy& owner : rules_.policies->policies) {
            const rule_scope scope{view_, owner, {}, rules_.zones.get()};
            const cel::value match = scope.evaluate(owner.match, nullptr);
            const bool known = match.kind() == cel::value_kind::boolean;
            if (known && !match.as_boolean())
                others += (others.empty() ? "" : ", ") + owner.name;
            else
                add_policy(owner, known, on, made);
        }
        if (!others.empty()) made.notes.push_back("policies that do not match it: " + others);
        return made;
    }

private:
    // As if no decision had been recorded yet, so that each says its reason anew.
    static ticket_state undecided(ticket_state state) {
        for (auto& [key, rule] : state.rules)
            rule.decided_step = -1;
        return state;
    }

    // What conditions see; rules of hundreds of subjects would be copied for each supposition.
    static ticket_state without_rules(ticket_state state) {
        state.rules.clear();
        return state;
    }

    void add_policy(const policy& owner, bool matched, const bench& on, explanation& into) {
        clause_teller teller(owner, rules_, telling_);
        for (std::size_t i = 0; i < owner.rules.size(); ++i) {
            const rule& what = owner.rules[i];
            std::vector<const assessment*> all;
            for (const assessment& each : on.all) {
                if (each.what == &what) all.push_back(&each);
            }
            if (!matched && !all.empty()) {
                into.rules.push_back(tell_unmatched(*all.front(), teller));
            } else if (all.empty()) {
                into.rules.push_back(tell_of_all(owner, what));
            } else {
                tell_subjects(std::move(all), i, on, teller, into);
            }
        }
    }

    // Those that matter most; by the hundred, nobody reads them.
    void tell_subjects(std::vector<const assessment*> all, std::size_t order, const bench& on,
                       clause_teller& teller, explanation& into) {
        std::vector<std::pair<int, const assessment*>> ranked;
        ranked.reserve(all.size());
        for (const assessment* each : all)
            ranked.emplace_back(importance_of(*each), each);
        // Equals stay in the engine's order, in which they stand side by side in memory.
        std::ranges::sort(ranked);
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = ranked[i].second;
        const std::size_t told = std::min(all.size(), most_told);
        for (std::size_t i = 0; i < told; ++i)
            into.rules.push_back(tell_rule(*all[i], order, on, teller));
        if (told < all.size())
            into.rules.back().rest = rest_of({all.begin() + most_told, all.end()});
    }

    int importance_of(const assessment& what) const {
        if (acting_.contains(what.key())) return 0;
        return what.holds ? 1 : what.now == verdict::yes ? 2 : 3;
    }

    static std::string rest_of(const std::vector<const assessment*>& others) {
        const bool batches = others.front()->who.kind == subject_kind::batch;
        const auto truly = std::ranges::count(others, verdict::yes, &assessment::now);
        const std::size_t unknown = others.size() - static_cast<std::size_t>(truly);
        const bool one = others.size() == 1;
        std::string text = std::to_string(others.size()) + " more " +
                           (batches ? one ? "batch is" : "batches are"
                            : one   ? "instance is"
                                    : "instances are") +
                           " not told one by one: ";
        if (truly > 0) text += std::to_string(truly) + " true";
        if (unknown == 0) return text;
        return text + (truly > 0 ? ", " : "") + std::to_string(unknown) + " undetermined";
    }

    // A rule of a policy of which nobody knows whether it is for this ticket.
    told_rule tell_unmatched(const assessment& from, clause_teller& teller) const {
        told_rule told = blank(*from.owner, *from.what);
        if (from.what->each != subject_kind::ticket) told.every = kind_said(from.what->each);
        told.now = from.now;
        told.reason = from.reason;
        told.held = from.held;
        const told_condition match = teller.of_match(view_);
        told.any = match.any;
        told.clauses = match.clauses;
        told.verdict_said = "undetermined [" + from.reason +
                            "]: whether its policy is for this ticket is not known";
        say(told, "undetermined", "so it does nothing, whatever its own condition gives");
        return told;
    }

    // A rule that is false for every batch or instance.
    told_rule tell_of_all(const policy& owner, const rule& what) const {
        told_rule told = blank(owner, what);
        told.every = kind_said(what.each);
        told.word = blind_ ? "undetermined" : "false";
        if (blind_) told.now = verdict::undetermined;
        std::size_t count = 0;
        if (state_.last && what.each == subject_kind::batch) count = state_.last->batches.size();
        if (state_.last && what.each == subject_kind::instance) {
            for (const batch_detail& each : state_.last->details)
                count += each.instances.size();
        }
        told.verdict_said = blind_ ? "not judged while the ticket cannot be read"
                                   : "false for each of the " + std::to_string(count) + " " +
                                         told.every + (told.every == "batch" ? "es" : "s") +
                                         " that are known";
        told.why = "so there is nothing to " + action_said(told.next);
        return told;
    }

    told_rule blank(const policy& owner, const rule& what) const {
        told_rule told;
        told.key = {owner.name, what.name, {}};
        told.source = what.where.file + ":" + std::to_string(what.where.line);
        told.allowed = mode_of(owner, rules_);
        told.next = what.steps.front().what;
        told.hold_for = what.hold_for;
        return told;
    }

    told_rule tell_rule(const assessment& from, std::size_t order, const bench& on,
                        clause_teller& teller) {
        const rule_state& memory = draft_.rule(from.key());
        told_rule told = blank(*from.owner, *from.what);
        told.key = from.key();
        const auto last_step = from.what->steps.size() - 1;
        const auto index = std::min(static_cast<std::size_t>(memory.step), last_step);
        told.next = from.what->steps[index].what;
        told.now = from.now;
        told.reason = from.reason;
        told.held = from.held;
        told.holds_at = holds_at(from, now_);
        const told_condition condition = teller.of_rule(order, from.who, view_);
        told.any = condition.any;
        told.clauses = condition.clauses;
        const prospect next = prospect_of(from, memory, on);
        say_verdict(told, from, memory, next);
        say_why(told, from, memory, next);
        const bool counts = from.who.kind != subject_kind::instance;
        if (counts && from.reason != "not_seen") {
            told.distance = margin_of({*from.owner, *from.what, from.who, from.now}, facts_,
                                      around_, questions_);
            told.margins = sentences_of(told.distance, from.now, present_);
        }
        return told;
    }

    void say_verdict(told_rule& told, const assessment& from, const rule_state& memory,
                     const prospect& next) const {
        if (from.now == verdict::no) {
            told.verdict_said = "false";
        } else if (from.now == verdict::undetermined) {
            told.verdict_said = from.reason == "needs"
                                    ? "undetermined: what it needs is not there yet"
                                    : "undetermined [" + from.reason + "]: it never acts on this";
        } else if (told.hold_for == duration::zero()) {
            told.verdict_said = "true";
        } else {
            const std::string whole = to_text(told.hold_for);
            told.verdict_said = "true for " + to_text(told.held) + " of " + whole;
            if (!told.holds_at) return;
            told.verdict_said += next.acts ? "; would " + action_said(told.next) + " at " +
                                                 moment_said(due_of(from, memory), present_)
                                           : "; the " + whole + " are over at " +
                                                 moment_said(*told.holds_at, present_);
        }
    }

    void say_why(told_rule& told, const assessment& from, const rule_state& memory,
                 const prospect& next) const {
        const std::string would = "if it held now: " + next.said;
        if (from.now == verdict::no) return say(told, "false", would);
        if (from.now == verdict::undetermined) return say(told, "undetermined", would);
        if (!from.holds) return say(told, "for", "then: " + next.said);
        say_of_holding(told, from, memory);
    }

    static void say(told_rule& told, std::string word, std::string why) {
        told.word = std::move(word);
        told.why = std::move(why);
    }

    void say_of_holding(told_rule& told, const assessment& from, const rule_state& memory) const {
        if (const proposal* waiting = find_proposal(state_, from.key())) {
            const std::string id = std::to_string(waiting->id);
            if (!waiting->approved_by.empty()) {
                return say(told, "propose",
                           "proposal " + id + " is approved by " + waiting->approved_by +
                               ", and carried out when nothing withholds it");
            }
            return say(told, "propose",
                       "proposal " + id + " waits for a person" +
                           (waiting->what.expires ? " until " + to_text(*waiting->what.expires)
                                                  : std::string()) +
                           ": rolloutctl approve " + id + ", or deny " + id);
        }
        if (memory.overridden) {
            return say(told, "human",
                       "overridden: a person continued the ticket that it had "
                       "paused; it does nothing until its condition has been false");
        }
        // What the engine has yet to record comes before what it has: then a step is not done yet.
        const auto decision = decisions_.find(from.key());
        if (decision == decisions_.end()) return say_undecided(told, from, memory);
        const decided& what = *decision->second;
        switch (what.outcome) {
            case decision_outcome::act:
                return say(told, "", "does " + action_said(what.do_) + ": nothing withholds it");
            case decision_outcome::observe:
            case decision_outcome::propose:
            case decision_outcome::suppressed:
                return say(told, std::string(to_text(what.reason)),
                           withheld_by(what.reason, what.detail));
        }
    }

    static std::string recorded_only(const rule_state& memory, const std::string& episode) {
        return withheld_by(
            suppression::mode,
            "recorded as decision " + std::to_string(memory.decision) + " in " + episode);
    }

    void say_undecided(told_rule& told, const assessment& from, const rule_state& memory) const {
        const std::string episode = "episode " + std::to_string(memory.episode);
        if (static_cast<std::size_t>(memory.step) >= from.what->steps.size()) {
            if (memory.outcome == decision_outcome::observe) {
                return say(told, "mode", recorded_only(memory, episode));
            }
            return say(told, "spent",
                       "every step of it is done in " + episode +
                           "; it acts again after its condition has been false");
        }
        if (memory.spent) {
            if (memory.outcome == decision_outcome::observe) {
                return say(told, "mode", recorded_only(memory, episode));
            }
            return say(told, "spent",
                       "it has acted in " + episode + " (decision " +
                           std::to_string(memory.decision) +
                           "); it acts again after its condition has been false");
        }
        const timestamp due = due_of(from, memory);
        if (due > now_) {
            return say(told, "after",
                       "the next step, " + action_said(told.next) + ", is due at " +
                           moment_said(due, present_));
        }
        if (twice_) return say(told, "", "it is judged again at the next reading");
        say(told, "first_reading",
            "it was not seen twice since the start or reload; the second fresh reading decides");
    }

    // When the step that it has come to is due if its condition stays true, as the engine reckons.
    timestamp due_of(const assessment& from, const rule_state& memory) const {
        const timestamp held = holds_at(from, now_).value_or(now_);
        const duration after = from.what->steps[static_cast<std::size_t>(memory.step)].after;
        if (after == duration::zero()) return held;
        const timestamp before =
            memory.step_before_done.value_or(now_ + (from.what->hold_for - from.held));
        return std::max(held, before + after);
    }

    // What would come of the rule's next step if its condition held at this moment.
    prospect prospect_of(const assessment& from, const rule_state& memory, const bench& on) const {
        const auto index = static_cast<std::size_t>(memory.step);
        if (index >= from.what->steps.size() || memory.spent)
            return {.said = "nothing, until its condition has been false: it has acted"};
        if (memory.overridden)
            return {.said = "nothing, until its condition has been false: a person overrode it"};
        const ladder_step& next = from.what->steps[index];
        const bool waits = next.after > duration::zero() && !memory.step_before_done;
        const prospect freely{.acts = true,
                              .said = "it would " + action_said(next.what) +
                                      (waits ? " " + to_text(next.after) + " later" : "")};
        if (next.what == action::notify) {
            if (mode_of(*from.owner, rules_) != mode::observe) return freely;
            return {.said = withheld_by(suppression::mode, "")};
        }
        if (blind_) return {.said = "nothing, while the ticket cannot be read"};
        if (!twice_ && next.what != action::pause)
            return {.said =
                        "it would wait until the ticket was seen twice since the start or reload"};
        const due_action due{.from = &from,
                             .step = memory.step,
                             .call = operation_for(next.what, from.who, from.batch, *state_.last),
                             .needs_approval = next.needs_approval,
                             .approved = has_approval(state_, from.key())};
        const judgement found = judge(due, on);
        if (found.outcome != decision_outcome::act)
            return {.said = withheld_by(found.reason, found.detail)};
        if (const auto blocked = blocked_by_flight(next.what, state_))
            return {.said = withheld_by(suppression::in_flight, *blocked)};
        return freely;
    }

    bool blind_;
    timestamp present_;
    const settings& rules_;
    timestamp now_;
    context around_;
    ticket_state state_;
    bool twice_;  // as the engine asks for before anything but pause and notify
    fact_view view_;
    ticket_state facts_;
    draft draft_;
    std::map<rule_key, const decided*> decisions_;  // of the draft, as its last word is
    std::set<rule_key> acting_;
    margin_budget questions_;
    telling_budget telling_;
};

}  // namespace

explanation explain(const ticket_state& state, const context& around) {
    return explainer(state, around).tell();
}

}  // namespace rolloutd::policies
