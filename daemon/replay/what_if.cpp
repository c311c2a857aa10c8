#include "daemon/replay/what_if.h"

#include <algorithm>

#include "policies/judgement.h"
#include "policies/sending.h"
#include "policies/tally.h"

namespace rolloutd::daemon {

using namespace policies;

namespace {

// How exactly the moment is told at which a rule would have come true between two records.
constexpr duration finest{500};
// In one stretch without a record no more is looked for.
constexpr int most_looks = 64;

// One proposal a rule and subject is open at a time; a record that is damaged may say otherwise.
constexpr std::size_t most_proposals = 1000;

// The operations of the record stand in a tried ticket's state under another name than those of the
// tried policies, which may well be called the same.
constexpr std::string_view recorded_mark = "(recorded) ";

// What was read then, without the details: nothing of them has changed.
reading same_again(const reading& last) {
    reading what;
    what.info = last.info;
    what.batches = last.batches;
    what.stats = last.stats;
    return what;
}

bool same_act(const tried_act& a, const tried_act& b) {
    return a.what == b.what && a.who == b.who && a.outcome == b.outcome;
}

// Whether it is sent to the cloud.
bool is_operation(const tried_act& what) {
    return what.outcome == decision_outcome::act && what.what != action::notify;
}

tried_act act_of(const decided& what, timestamp at) {
    return {at, what.policy + "/" + what.rule, what.do_, what.who, what.outcome};
}

// What may come of the rule's step at most, by its mode.
decision_outcome most_of(const decided& what, const settings& rules) {
    const auto owner = std::ranges::find(rules.policies->policies, what.policy, &policy::name);
    if (owner == rules.policies->policies.end()) return decision_outcome::observe;
    const mode allowed = mode_of(*owner, rules);
    if (allowed == mode::observe) return decision_outcome::observe;
    const auto from = std::ranges::find(owner->rules, what.rule, &rule::name);
    const auto step = static_cast<std::size_t>(what.step);
    const bool asks =
        from != owner->rules.end() && step < from->steps.size() && from->steps[step].needs_approval;
    return asks || allowed == mode::propose ? decision_outcome::propose : decision_outcome::act;
}

}  // namespace

void what_if::begin_with(ticket_state state) {
    state_ = std::move(state);
    for (const proposal& each : state_.proposals)
        asked_.emplace_back(each.id, each.what);
    if (state_.last) note_reading(*state_.last, state_.seen_at.value_or(timestamp{}));
    looked_until_ = state_.seen_at;
}

void what_if::take(const event& what, const stamp& where, const world& around) {
    if (const auto* look = std::get_if<observed>(&what)) {
        if (look->last_fresh) look_until(*look->last_fresh, around);
        note_reading(look->what, where.at);
    } else if (const auto* dark = std::get_if<blinded>(&what)) {
        if (dark->last_fresh) look_until(*dark->last_fresh, around);
    } else if (const auto* old = std::get_if<decided>(&what)) {
        return note_old(*old, where.at, around);
    }
    if (parted_) return;
    if (std::holds_alternative<watched>(what)) return apply(state_, what, where);
    if (const auto* intent = std::get_if<intended>(&what)) return take_intent(*intent, where);
    if (const auto* told = std::get_if<answered>(&what)) return take_result(*told, where, around);
    if (const auto* effect = std::get_if<effected>(&what)) {
        return take_effect(*effect, where, around);
    }
    // What the recorded policies concluded is not what these conclude. Proposals are theirs too.
    if (const auto* asks = std::get_if<proposed>(&what)) return take_proposal(*asks, where.seq);
    const auto* said = std::get_if<operated>(&what);
    if (said != nullptr && said->proposal) return take_word(*said, where.at, around);
    const std::optional<input> again = replayed_input(what);
    if (!again) return;
    prepare_replay(state_, what);
    step(*again, where.at, around);
}

void what_if::step(const input& what, timestamp now, const world& around) {
    ++steps_;
    looked_until_ = now;
    policies::step(state_, what, {around.rules, around.fleet, now}, [&](const event& each) {
        const stamp where = around.record(each, now);
        if (const auto* made = std::get_if<decided>(&each)) note_decision(*made, now, around.rules);
        if (const auto* intent = std::get_if<intended>(&each))
            pending_.push_back({where.seq, intent->what, intent->by});
        return where;
    });
}

// A decision that is suppressed for what the recorded pause brought about still tells when these
// policies would have come to a pause of their own.
void what_if::note_decision(const decided& what, timestamp at, const settings& rules) {
    tried_act made = act_of(what, at);
    const bool is_pause = what.do_ == action::pause;
    if (what.outcome != decision_outcome::suppressed) {
        step_new_.push_back(made);
    } else if (is_pause && old_pause_ &&
               (what.reason == suppression::already || what.reason == suppression::in_flight)) {
        made.outcome = most_of(what, rules);
    } else {
        return;
    }
    if (!is_pause || at < since_) return;
    if (made.outcome != decision_outcome::act) {
        if (!new_wish_) new_wish_ = made;
        return;
    }
    if (new_pause_) return;
    new_pause_ = made;
    ready_at_pause_ = end_.ready;
    canceled_at_pause_ = end_.canceled;
}

void what_if::note_old(const decided& what, timestamp at, const world& around) {
    if (what.outcome == decision_outcome::suppressed) return;
    if (around.left_out.contains(what.policy)) return;
    step_old_.push_back(act_of(what, at));
    if (what.do_ != action::pause || at < since_) return;
    std::optional<tried_act>& first =
        what.outcome == decision_outcome::act ? old_pause_ : old_wish_;
    if (!first) first = step_old_.back();
}

void what_if::note_reading(const reading& what, timestamp at) {
    const tally count = count_of(what.stats);
    end_.status = what.info.status;
    end_.at = at;
    end_.total = what.stats.total;
    end_.ready = count[status_word::ready];
    end_.canceled = count[status_word::canceled];
    end_.failed = count[status_word::abnormal] + count[status_word::rollbacked] + end_.canceled;
    const status_word status = classify(what.info.status);
    end_.over = is_terminal(status);
    const int allowed = 1000 - what.info.success_rate_tenths.value_or(1000);
    end_.within_rate = status == status_word::finished &&
                       std::int64_t{end_.failed} * 1000 <= std::int64_t{end_.total} * allowed;
}

void what_if::end_step() {
    pending_.clear();
    if (step_new_.empty() && step_old_.empty()) return;
    const bool parts = compare_step();
    parted_ = parted_ || parts || (differs_at_ && new_pause_);
    step_new_.clear();
    step_old_.clear();
}

// Sets what would have been done against what was; whether the record is no longer what would have
// come about.
bool what_if::compare_step() {
    const timestamp at = step_new_.empty() ? step_old_.front().at : step_new_.front().at;
    bool parts = false;
    bool paused_alone = false;
    for (const tried_act& each : step_new_) {
        const auto same = std::ranges::find_if(
            step_old_, [&each](const tried_act& old) { return same_act(each, old); });
        if (same != step_old_.end()) {
            step_old_.erase(same);
            continue;
        }
        parts = parts || is_operation(each);
        if (at < since_) continue;
        if (!differs_at_) differs_at_ = each.at;
        only_new_.push_back(each);
    }
    for (const tried_act& each : step_old_) {
        // A pause that the tried policies would have made later is waited for.
        const bool is_pause = each.what == action::pause;
        parts = parts || (is_operation(each) && !is_pause);
        paused_alone = paused_alone || (is_operation(each) && is_pause);
        if (at < since_) continue;
        if (!differs_at_) differs_at_ = each.at;
        only_old_.push_back(each);
    }
    if (at < since_ && (parts || paused_alone)) parted_before_ = true;
    return parts || parted_before_;
}

void what_if::take_intent(const intended& what, const stamp& where) {
    const auto same = std::ranges::find_if(pending_, [&what](const pending_intent& each) {
        return each.what == what.what && each.by == what.by;
    });
    if (same != pending_.end()) {
        bound_.emplace_back(where.seq, same->number);
        pending_.erase(same);
        if (bound_.size() > 256) bound_.erase(bound_.begin());
        return;
    }
    // It was sent, whatever these policies think of it: part of the world in which they look on.
    intended theirs = what;
    if (theirs.by.empty()) theirs.policy = std::string{recorded_mark} + theirs.policy;
    apply(state_, event{std::move(theirs)}, where);
}

sequence what_if::number_of(sequence recorded) const {
    const auto at = std::ranges::find(bound_, recorded, &std::pair<sequence, sequence>::first);
    return at == bound_.end() ? 0 : at->second;
}

void what_if::take_result(const answered& what, const stamp& where, const world& around) {
    const sequence own = number_of(what.intent);
    if (own == 0) return apply(state_, what, where);
    answered mine = what;
    mine.intent = own;
    step(*replayed_input(event{std::move(mine)}), where.at, around);
}

void what_if::take_effect(const effected& what, const stamp& where, const world& around) {
    const sequence own = number_of(what.intent);
    if (own == 0) return apply(state_, what, where);
    effected mine = what;
    mine.intent = own;
    // Where it is none, the effect is concluded from the readings.
    const std::optional<input> again = replayed_input(event{std::move(mine)});
    if (again) step(*again, where.at, around);
}

void what_if::take_proposal(const proposed& what, sequence number) {
    if (!what.proposal) {
        asked_.emplace_back(number, what);
        if (asked_.size() > most_proposals) asked_.erase(asked_.begin());
        return;
    }
    std::erase_if(asked_, [&what](const auto& each) { return each.first == *what.proposal; });
}

// Who was asked the same thing would have said the same; on what nobody was asked, nobody speaks.
void what_if::take_word(operated said, timestamp at, const world& around) {
    const auto recorded =
        std::ranges::find(asked_, *said.proposal, &std::pair<sequence, proposed>::first);
    if (recorded == asked_.end()) return;
    const proposed& about = recorded->second;
    const auto mine = std::ranges::find_if(state_.proposals, [&about](const proposal& each) {
        return each.what.what == about.what && each.what.who == about.who;
    });
    if (mine == state_.proposals.end()) return;
    said.proposal = mine->id;
    step(*replayed_input(event{std::move(said)}), at, around);
}

outcome what_if::look_at(timestamp at, const world& around) {
    state_.fresh_until = std::max(*looked_until_, at - around.rules.every);
    return decide(seen{.what = same_again(*state_.last), .planned = around.rules.every}, state_,
                  {around.rules, around.fleet, at});
}

// Between two records the ticket was read without a change. Where these policies would have had
// something to say by then, the moment is searched for, and they are asked there.
void what_if::look_until(timestamp until, const world& around) {
    end_step();
    if (parted_ || !state_.last || state_.blind || !looked_until_) return;
    for (int n = 0; n < most_looks && !parted_ && until > *looked_until_; ++n) {
        if (look_at(until, around).events.empty()) break;
        timestamp nothing = *looked_until_;
        timestamp something = until;
        while (something - nothing > finest) {
            const timestamp middle = nothing + (something - nothing) / 2;
            (look_at(middle, around).events.empty() ? nothing : something) = middle;
        }
        state_.fresh_until = std::max(*looked_until_, something - around.rules.every);
        step(seen{.what = same_again(*state_.last), .planned = around.rules.every}, something,
             around);
        end_step();
    }
    if (until > *looked_until_) looked_until_ = until;
}

void what_if::look_no_more_before(timestamp at) {
    end_step();
    if (looked_until_ && *looked_until_ < at) looked_until_ = at;
}

void what_if::restart(std::optional<timestamp> seen_until, const stamp& where) {
    end_step();
    if (parted_) return;
    apply(state_, policies::restarted{seen_until}, where);
    state_.fresh_until.reset();
    state_.fresh_readings = 0;
    state_.generation = -1;
    state_.permitted = 0;
    state_.wake_at.reset();
}

}  // namespace rolloutd::daemon
