#include "policies/precedence.h"

#include <algorithm>
#include <tuple>

#include "policies/confidential.h"
#include "policies/fleet_rules.h"
#include "policies/proposals.h"
#include "policies/sending.h"
#include "policies/windows.h"

namespace rolloutd::policies {

namespace {

std::string notice_of(const assessment& what) {
    std::string text = what.full_name() + " holds for " + to_text(what.who);
    const char* separator = ": ";
    for (const evidence_item& each : what.evidence) {
        text += separator + each.name + " = " + text_of(each.value);
        separator = ", ";
    }
    return text;
}

class due_steps {
public:
    due_steps(draft& so_far, const bench& on, const footing& known, outcome& result)
        : draft_(so_far), on_(on), known_(known), result_(result) {}

    void climb(const assessment& what);
    void compete();

private:
    struct contender {
        due_action what;
        auto rank() const {
            const assessment& from = *what.from;
            return std::tuple{what.call.what, from.policy_order, from.rule_order, from.batch,
                              from.who.number};
        }
    };

    bool is_due(const assessment& what, int step);
    void notify(const assessment& what, int step);
    void notify_ahead(const assessment& what);
    bool take_operation(const assessment& what, int step);
    bool record(const assessment& what, int step, const judgement& found);

    draft& draft_;
    const bench& on_;
    footing known_;
    outcome& result_;
    std::vector<contender> contenders_;
};

bool due_steps::is_due(const assessment& what, int index) {
    const ladder_step& next = what.what->steps[static_cast<std::size_t>(index)];
    if (next.after == duration::zero()) return true;
    const rule_state& memory = draft_.rule(what.key());
    const timestamp now = on_.around.now;
    const timestamp due = memory.step_before_done
                              ? *memory.step_before_done + next.after
                              : now + (what.what->hold_for + next.after - what.held);
    if (due > now) wake_no_later(result_, due);
    return due <= now;
}

bool due_steps::record(const assessment& what, int index, const judgement& found) {
    const rule_state& memory = draft_.rule(what.key());
    const bool known = memory.decided_step == index && memory.outcome == found.outcome &&
                       memory.suppressed == found.reason;
    if (known && found.outcome != decision_outcome::act) return false;
    const ladder_step& next = what.what->steps[static_cast<std::size_t>(index)];
    draft_.add(decided{.policy = what.owner->name,
                       .policy_sha256 = what.owner->sha256,
                       .rule = what.what->name,
                       .source = what.what->where,
                       .who = what.who,
                       .episode = memory.episode,
                       .step = index,
                       .do_ = next.what,
                       .outcome = found.outcome,
                       .reason = found.reason,
                       .detail = found.detail,
                       .evidence = what.evidence});
    return true;
}

void due_steps::notify(const assessment& what, int index) {
    if (mode_of(*what.owner, on_.around.rules) == mode::observe) {
        record(what, index,
               {.outcome = decision_outcome::observe,
                .reason = suppression::mode,
                .detail = "the mode is observe",
                .until = std::nullopt});
        return;
    }
    record(what, index, {});
    draft_.add(notified{.policy = what.owner->name,
                        .rule = what.what->name,
                        .who = what.who,
                        .episode = draft_.rule(what.key()).episode,
                        .step = index,
                        .text = notice_of(what)});
}

// Notices behind a step that waits do not wait with it.
void due_steps::notify_ahead(const assessment& what) {
    const std::vector<ladder_step>& steps = what.what->steps;
    const int first = draft_.rule(what.key()).step + 1;
    for (int i = first; i < static_cast<int>(steps.size()); ++i) {
        const ladder_step& each = steps[static_cast<std::size_t>(i)];
        if (each.what != action::notify || each.after != duration::zero()) continue;
        if (!draft_.rule(what.key()).told.contains(i)) notify(what, i);
    }
}

// Whether the step is done with, so that the next one may be due at once.
bool due_steps::take_operation(const assessment& what, int index) {
    const ladder_step& next = what.what->steps[static_cast<std::size_t>(index)];
    if (!known_.fresh) {
        if (const auto blind = judge_fleet_blind(what, on_.around)) {
            record(what, index, *blind);
            return false;
        }
        record(what, index,
               {.outcome = decision_outcome::suppressed,
                .reason = suppression::illegal,
                .detail = "the ticket's status is not known",
                .until = std::nullopt});
        return false;
    }
    if (!known_.seen_twice && next.what != action::pause) {
        // The second reading decides, however equal it is.
        wake_no_later(result_, on_.around.now);
        return false;
    }
    const due_action due{
        .from = &what,
        .step = index,
        .call = operation_for(next.what, what.who, what.batch, *draft_.state().last),
        .needs_approval = next.needs_approval,
        .approved = has_approval(draft_.state(), what.key())};
    const auto edge = next_window_edge(*what.owner, next.what, on_.around.now);
    if (edge) wake_no_later(result_, *edge);
    const judgement found = judge(due, on_);
    if (found.outcome == decision_outcome::act) {
        contenders_.push_back({due});
        return false;
    }
    if (found.until) wake_no_later(result_, *found.until);
    record(what, index, found);
    if (found.outcome == decision_outcome::propose) open_proposal(due, draft_, on_.around);
    return found.outcome == decision_outcome::observe || found.reason == suppression::already;
}

void due_steps::climb(const assessment& what) {
    const int count = static_cast<int>(what.what->steps.size());
    for (;;) {
        const rule_state& memory = draft_.rule(what.key());
        const int index = memory.step;
        if (index >= count) return;
        const ladder_step& next = what.what->steps[static_cast<std::size_t>(index)];
        const bool taken = memory.spent && !is_approved(draft_.state(), what.key());
        if (taken || !is_due(what, index)) break;
        if (next.what == action::notify) {
            notify(what, index);
        } else if (!take_operation(what, index)) {
            break;
        }
    }
    notify_ahead(what);
}

void due_steps::compete() {
    std::ranges::sort(contenders_, {}, &contender::rank);
    const contender* winner = nullptr;
    for (const contender& each : contenders_) {
        const assessment& from = *each.what.from;
        if (winner != nullptr) {
            record(from, each.what.step,
                   {.outcome = decision_outcome::suppressed,
                    .reason = suppression::outranked,
                    .detail = std::string{to_text(winner->what.call.what)} + " of " +
                              winner->what.from->full_name() + " goes first",
                    .until = std::nullopt});
            continue;
        }
        if (const auto blocked = blocked_by_flight(each.what.call.what, draft_.state())) {
            // What was outranked still is, now that the stronger one is under way.
            const rule_state& memory = draft_.rule(from.key());
            const bool outranked = memory.decided_step == each.what.step &&
                                   memory.suppressed == suppression::outranked;
            if (outranked) continue;
            record(from, each.what.step,
                   {.outcome = decision_outcome::suppressed,
                    .reason = suppression::in_flight,
                    .detail = *blocked,
                    .until = std::nullopt});
            continue;
        }
        winner = &each;
        withdraw_unsent(draft_, std::string{to_text(each.what.call.what)} + " of " +
                                    from.full_name() + " goes first");
        record(from, each.what.step, {});
        intend(each.what, 1, draft_, result_);
        if (each.what.call.what == action::pause) tell_of_pauses(from, draft_, on_.around);
    }
}

}  // namespace

void take_due_steps(draft& so_far, const bench& on, const footing& known, outcome& result) {
    due_steps all{so_far, on, known, result};
    for (const assessment& each : on.all) {
        if (each.holds) all.climb(each);
    }
    all.compete();
}

void wake_no_later(outcome& result, timestamp at) {
    if (!result.wake_at || at < *result.wake_at) result.wake_at = at;
}

}  // namespace rolloutd::policies
