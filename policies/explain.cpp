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
#include "policies/verdicts.h"

namespace rolloutd::policies {

namespace {

std::string clock_of(timestamp at) { return to_text(at).substr(11, 8); }

std::string said(action what) {
    std::string text(to_text(what));
    std::ranges::replace(text, '_', ' ');
    return text;
}

// What each suppression reason means to somebody who has not read the manual.
std::string_view meaning_of(suppression why) {
    switch (why) {
        case suppression::none: return "";
        case suppression::mode: return "the mode only lets it be recorded";
        case suppression::propose: return "it has to be approved by a person";
        case suppression::hold: return "the ticket is held";
        case suppression::freeze: return "all automation is frozen";
        case suppression::window: return "a window of the policy withholds it";
        case suppression::limit: return "its limit is used up";
        case suppression::cooldown: return "it has to cool down";
        case suppression::outranked: return "another rule goes first";
        case suppression::guarded: return "a rule that protects the ticket stands against it";
        case suppression::human: return "a person's own operation withholds it";
        case suppression::in_flight: return "another operation is under way";
        case suppression::illegal: return "the ticket's status does not allow it";
        case suppression::already: return "it is so already";
        case suppression::breaker:
            return "the breaker of the daemon's limits turns it into a proposal";
        case suppression::fleet_blind: return "too many tickets are unseen at once";
    }
    return "";
}

std::string withheld_by(suppression why, const std::string& detail) {
    std::string text(meaning_of(why));
    text += " [" + std::string(to_text(why)) + "]";
    return detail.empty() ? text : text + ": " + detail;
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
          view_(state_, now_, blind_),
          draft_(state_, now_) {}

    explanation tell() {
        explanation made;
        made.as_of = last_seen(state_);
        note(made.notes);
        if (!rules_.policies) return made;
        const std::vector<assessment> all = assess(draft_, view_, around_, last_seen(state_));
        const bench on{.so_far = draft_, .around = around_, .all = all};
        outcome result;
        const bool twice = state_.fresh_readings >= 2;
        take_due_steps(draft_, on, {.fresh = !blind_, .seen_twice = twice}, result);
        for (const event& each : draft_.events()) {
            if (const auto* what = std::get_if<decided>(&each)) {
                decisions_.insert_or_assign({what->policy, what->rule, what->who}, *what);
            }
        }
        std::string others;
        for (const policy& owner : rules_.policies->policies) {
            if (matches(owner))
                add_policy(owner, on, made);
            else
                others += (others.empty() ? "" : ", ") + owner.name;
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

    void note(std::vector<std::string>& notes) const {
        if (!state_.last) {
            notes.push_back("the ticket has not been read yet: nothing is known of it");
        } else if (state_.blind) {
            std::string text = "the ticket cannot be read (" + state_.blind_cause + ")";
            if (const auto seen = last_seen(state_)) {
                text += " and was last seen " + to_text(present_ - *seen) + " ago";
            }
            notes.push_back(text + ": only rules about being blind can be true");
        }
        if (state_.people.hold) {
            const standing_hold& hold = *state_.people.hold;
            notes.push_back("held by " + name_of(hold.by) + " since " + to_text(hold.since) + ": " +
                            hold.by.reason + "; `rolloutctl release " + state_.id + "` ends it");
        }
        if (around_.fleet.frozen)
            notes.push_back("all automation is frozen; `rolloutctl thaw` ends it");
        if (around_.fleet.breaker_open) {
            notes.push_back(
                "the breaker is open: all but pause and notify is only proposed, until "
                "`rolloutctl breaker close`");
        }
        if (state_.people.paused) {
            notes.push_back("a person paused it at " + to_text(*state_.people.paused) +
                            ": no rule continues it before a person continues or releases it");
        }
        for (const flight& each : state_.flights) {
            notes.push_back(said(each.what.what.what) + " (intent " + std::to_string(each.intent) +
                            ") is under way since " + to_text(each.since));
        }
    }

    void add_policy(const policy& owner, const bench& on, explanation& into) {
        for (std::size_t i = 0; i < owner.rules.size(); ++i) {
            const rule& what = owner.rules[i];
            bool told = false;
            for (const assessment& each : on.all) {
                if (each.what != &what) continue;
                into.rules.push_back(tell_rule(each, i, on));
                told = true;
            }
            if (told) continue;
            into.rules.push_back(tell_of_all(owner, what));
        }
    }

    bool matches(const policy& owner) const {
        const rule_scope scope{view_, owner, {}, rules_.zones.get()};
        const cel::value found = scope.evaluate(owner.match, nullptr);
        return found.kind() != cel::value_kind::boolean || found.as_boolean();
    }

    // A rule that is false for every batch or instance.
    told_rule tell_of_all(const policy& owner, const rule& what) const {
        told_rule told = blank(owner, what);
        told.every = what.each == subject_kind::batch ? "batch" : "instance";
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
        told.why = "so there is nothing to " + said(told.next);
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

    told_rule tell_rule(const assessment& from, std::size_t order, const bench& on) {
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
        const told_condition condition = tell_clauses(*from.owner, order, from.who, view_, rules_);
        told.any = condition.any;
        told.clauses = condition.clauses;
        say_verdict(told, from);
        say_why(told, from, memory, on);
        const bool counts = from.who.kind != subject_kind::instance;
        if (counts && from.reason != "not_seen") {
            told.distance =
                margin_of(*from.owner, *from.what, from.who, from.now, state_, around_, questions_);
            told.margins = sentences_of(told.distance, from.now);
        }
        return told;
    }

    void say_verdict(told_rule& told, const assessment& from) const {
        if (from.now == verdict::no) {
            told.verdict_said = "false";
        } else if (from.now == verdict::undetermined) {
            told.verdict_said = from.reason == "needs"
                                    ? "undetermined: what it needs is not there yet"
                                    : "undetermined [" + from.reason + "]: it never acts on this";
        } else if (told.hold_for == duration::zero()) {
            told.verdict_said = "true";
        } else {
            told.verdict_said = "true for " + to_text(told.held) + " of " + to_text(told.hold_for);
            if (told.holds_at) {
                told.verdict_said +=
                    "; would " + said(told.next) + " at " + clock_of(*told.holds_at);
            }
        }
    }

    void say_why(told_rule& told, const assessment& from, const rule_state& memory,
                 const bench& on) const {
        const std::string would = "if it held now: " + hypothetical(from, memory, on);
        if (from.now == verdict::no) return say(told, "false", would);
        if (from.now == verdict::undetermined) return say(told, "undetermined", would);
        if (!from.holds) return say(told, "for", "then: " + hypothetical(from, memory, on));
        say_of_holding(told, from, memory);
    }

    static void say(told_rule& told, std::string word, std::string why) {
        told.word = std::move(word);
        told.why = std::move(why);
    }

    void say_of_holding(told_rule& told, const assessment& from, const rule_state& memory) const {
        const std::string episode = "episode " + std::to_string(memory.episode);
        const auto decision = decisions_.find(from.key());
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
        if (static_cast<std::size_t>(memory.step) >= from.what->steps.size()) {
            if (memory.outcome == decision_outcome::observe) {
                return say(told, "mode", recorded_only(memory, episode));
            }
            return say(told, "spent",
                       "every step of it is done in " + episode +
                           "; it acts again after its condition has been false");
        }
        if (memory.overridden) {
            return say(told, "human",
                       "overridden: a person continued the ticket that it had "
                       "paused; it does nothing until its condition has been false");
        }
        if (decision == decisions_.end()) return say_undecided(told, from, memory, episode);
        const decided& what = decision->second;
        switch (what.outcome) {
            case decision_outcome::act:
                return say(told, "", "does " + said(what.do_) + ": nothing withholds it");
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

    void say_undecided(told_rule& told, const assessment& from, const rule_state& memory,
                       const std::string& episode) const {
        if (memory.spent) {
            if (memory.outcome == decision_outcome::observe) {
                return say(told, "mode", recorded_only(memory, episode));
            }
            return say(told, "spent",
                       "it has acted in " + episode + " (decision " +
                           std::to_string(memory.decision) +
                           "); it acts again after its condition has been false");
        }
        const ladder_step& next = from.what->steps[static_cast<std::size_t>(memory.step)];
        if (next.after > duration::zero()) {
            const timestamp due = memory.step_before_done
                                      ? *memory.step_before_done + next.after
                                      : now_ + (from.what->hold_for + next.after - from.held);
            if (due > now_) {
                return say(told, "after",
                           "the next step, " + said(next.what) + ", is due at " + clock_of(due));
            }
        }
        say(told, "first_reading",
            "it has been seen once since the start or reload; the second fresh reading decides");
    }

    // What would come of the rule's next step if its condition held at this moment.
    std::string hypothetical(const assessment& from, const rule_state& memory,
                             const bench& on) const {
        const auto index = static_cast<std::size_t>(memory.step);
        if (index >= from.what->steps.size() || blind_) return "nothing, while it is as it is";
        const ladder_step& next = from.what->steps[index];
        if (next.what == action::notify) return "it would notify";
        const due_action due{.from = &from,
                             .step = memory.step,
                             .call = operation_for(next.what, from.who, from.batch, *state_.last),
                             .needs_approval = next.needs_approval,
                             .approved = has_approval(state_, from.key())};
        const judgement found = judge(due, on);
        if (found.outcome != decision_outcome::act) return withheld_by(found.reason, found.detail);
        if (const auto blocked = blocked_by_flight(next.what, state_))
            return withheld_by(suppression::in_flight, *blocked);
        return "it would " + said(next.what);
    }

    bool blind_;
    timestamp present_;
    const settings& rules_;
    timestamp now_;
    context around_;
    ticket_state state_;
    fact_view view_;
    draft draft_;
    std::map<rule_key, decided> decisions_;
    margin_budget questions_;
};

}  // namespace

explanation explain(const ticket_state& state, const context& around) {
    return explainer(state, around).tell();
}

}  // namespace rolloutd::policies
