#include "policies/people.h"

#include <algorithm>
#include <set>
#include <vector>

#include "policies/tally.h"

namespace rolloutd::policies {

namespace {

// Only a rotation pause may be continued by any rule, and a rule's pause by a rule of its policy
// that speaks of it.
std::optional<judgement> judge_continue(const due_action& what, const ticket_state& state) {
    const people_state& people = state.people;
    if (people.paused) {
        return suppressed(suppression::human, "a person paused it at " + to_text(*people.paused) +
                                                  " and has neither continued nor released it");
    }
    if (!state.paused_since || state.pause_cause == pause_origin::rotation) return std::nullopt;
    if (state.pause_cause == pause_origin::policy) {
        const bool same_policy = state.paused_by.starts_with(what.from->owner->name + "/");
        if (same_policy && names_fact(*what.from->owner, *what.from->what, "ticket.paused_by"))
            return std::nullopt;
        return suppressed(suppression::guarded, "it was paused by " + state.paused_by);
    }
    if (people.pause_released) return std::nullopt;
    return suppressed(suppression::human, state.pause_cause == pause_origin::operator_
                                              ? "it was paused through rolloutctl"
                                              : "rolloutd did not see why the ticket was paused");
}

bool is_under_way(const ticket_state& state, action what) {
    return std::ranges::any_of(state.flights, [&](const flight& each) {
        const bool unsent = each.phase == flight_phase::intended && state.permitted != each.intent;
        return each.what.what.what == what && each.phase != flight_phase::backoff && !unsent;
    });
}

class comparison {
public:
    comparison(draft& so_far, const ticket_state& before, bool continuous)
        : draft_(so_far),
          before_(before),
          was_(classify(before.last->info.status)),
          is_(classify(so_far.state().last->info.status)),
          continuous_(continuous) {}

    void look() {
        look_for_pause();
        look_for_continue();
        look_for_cancel();
        if (is_terminal(is_)) return;
        look_for_skip();
        look_for_cancelled_instances();
    }

private:
    const reading& now() const { return *draft_.state().last; }
    std::string change() const {
        return "from " + before_.last->info.status + " to " + now().info.status;
    }

    // Across a gap the ticket may have paused by itself, unseen.
    void look_for_pause() {
        if (was_ == is_ || is_ != status_word::paused || !continuous_) return;
        if (draft_.state().pause_cause != pause_origin::other) return;
        if (is_under_way(draft_.state(), action::pause)) return;
        add(action::pause, change());
    }

    void look_for_continue() {
        const bool again = is_ == status_word::paused && went_on(*before_.last, now());
        if (was_ != status_word::paused || (is_ != status_word::processing && !again)) return;
        if (is_under_way(draft_.state(), action::continue_ticket)) return;
        foreign found;
        found.what = action::continue_ticket;
        found.detail = again ? "a batch has begun, and the ticket is PAUSED again" : change();
        found.pause_cause = before_.pause_cause;
        found.paused_by = before_.people.pausing_rule;
        draft_.add(found);
    }

    void look_for_cancel() {
        if (was_ == is_ || is_ != status_word::canceled) return;
        const ticket_state& state = draft_.state();
        if (!state.given_up.empty() || is_under_way(state, action::cancel)) return;
        add(action::cancel, change());
    }

    // The ticket has gone on to a later batch while instances of an earlier one are not settled.
    // The statistics are read after the status, so that they cannot be the older of the two.
    void look_for_skip() {
        const std::optional<int> current = now().info.current_batch;
        const std::optional<int> earlier = before_.last->info.current_batch;
        if (!current || !earlier || *current <= *earlier) return;
        if (is_under_way(draft_.state(), action::skip_batch)) return;
        std::set<int> left = batches_in(now().stats, status_word::ready);
        left.merge(batches_in(now().stats, status_word::processing));
        for (const int batch : left) {
            if (batch < *earlier || batch >= *current) continue;
            if (draft_.state().people.skipped.contains(batch)) continue;
            foreign found;
            found.what = action::skip_batch;
            found.detail = "batch " + std::to_string(batch) + " was left with unsettled instances";
            found.batch = batch;
            draft_.add(found);
        }
    }

    // By the statistics, which may be ahead of the details or behind them: so all that is known of
    // is compared with all that there is.
    void look_for_cancelled_instances() {
        const int canceled = count_of(now().stats)[status_word::canceled];
        if (canceled <= count_of(before_.last->stats)[status_word::canceled]) return;
        if (is_ != status_word::processing && is_ != status_word::paused) return;
        const ticket_state& state = draft_.state();
        // The cloud may cancel what a skip leaves behind.
        if (!state.people.skipped.empty() || is_under_way(state, action::skip_batch)) return;
        if (is_under_way(state, action::cancel)) return;
        const auto asked = std::ranges::count_if(state.flights, [](const flight& each) {
            return each.what.what.what == action::cancel_instance;
        });
        const int known = state.people.cancelled + static_cast<int>(state.given_up.size()) +
                          static_cast<int>(asked);
        if (canceled <= known) return;
        foreign found;
        found.what = action::cancel_instance;
        found.instances = canceled - known;
        found.detail = std::to_string(found.instances) + " more of the instances are CANCELED";
        draft_.add(found);
    }

    void add(action what, std::string detail) {
        foreign found;
        found.what = what;
        found.detail = std::move(detail);
        draft_.add(found);
    }

    draft& draft_;
    const ticket_state& before_;
    status_word was_;
    status_word is_;
    bool continuous_;
};

}  // namespace

std::optional<judgement> judge_people(const due_action& what, const bench& on) {
    const ticket_state& state = on.state();
    const auto memory = state.rules.find(what.from->key());
    if (memory != state.rules.end() && memory->second.overridden) {
        return suppressed(suppression::human,
                          "a person continued its pause: overridden until it has been false");
    }
    if (what.call.what == action::pause) return std::nullopt;
    const people_state& people = state.people;
    const duration withheld_for = on.around.rules.human_hold;
    if (people.meddled && on.around.now < *people.meddled + withheld_for) {
        judgement found =
            suppressed(suppression::human, people.meddled_by + " at " + to_text(*people.meddled) +
                                               " withholds it for " + to_text(withheld_for));
        found.until = *people.meddled + withheld_for;
        return found;
    }
    if (what.call.what != action::continue_ticket) return std::nullopt;
    return judge_continue(what, state);
}

std::optional<judgement> judge_hold(const ticket_state& state) {
    if (!state.people.hold) return std::nullopt;
    const person& by = state.people.hold->by;
    return suppressed(suppression::hold, "held by " + name_of(by) + ": " + by.reason);
}

void recognise_foreign(draft& so_far, const ticket_state& before, bool continuous) {
    comparison{so_far, before, continuous}.look();
}

void tell_overridden(draft& so_far) {
    std::vector<notified> notices;
    for (const auto& [key, rule] : so_far.state().rules) {
        if (!rule.overridden || rule.override_told) continue;
        const bool same_rule = !notices.empty() && notices.back().policy == key.policy &&
                               notices.back().rule == key.rule;
        if (same_rule) continue;
        notices.push_back({.policy = key.policy,
                           .rule = key.rule,
                           .who = key.who,
                           .episode = rule.episode,
                           .step = step_of_override,
                           .text = key.policy + "/" + key.rule +
                                   " is overridden: a person continued the ticket that it had "
                                   "paused; it does nothing until its condition has been false"});
    }
    for (const notified& each : notices)
        so_far.add(each);
}

}  // namespace rolloutd::policies
