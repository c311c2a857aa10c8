#include "policies/effects.h"

#include <algorithm>

#include "policies/tally.h"

namespace rolloutd::policies {

namespace {

// What a pause may still wait for beyond the ticket's timeout, and the longest timeout that a
// script can have, for tickets that do not tell theirs (reference/coc-api.md §2.1).
constexpr duration pause_grace = std::chrono::minutes{2};
constexpr duration longest_timeout = std::chrono::minutes{30};

struct finding {
    effect_kind effect = effect_kind::unknown;
    std::string detail;
};

finding confirmed(std::string detail) {
    return {.effect = effect_kind::confirmed, .detail = std::move(detail)};
}

finding overtaken(std::string detail) {
    return {.effect = effect_kind::overtaken, .detail = std::move(detail)};
}

std::optional<finding> find_pause(const reading& now) {
    const status_word status = classify(now.info.status);
    if (status == status_word::paused) return confirmed("the ticket is PAUSED");
    if (status == status_word::abnormal) return overtaken("the ticket is ABNORMAL");
    return std::nullopt;
}

std::optional<finding> find_continue(const flight& what, const reading& now) {
    const status_word status = classify(now.info.status);
    if (status == status_word::processing || status == status_word::finished ||
        status == status_word::ready || status == status_word::abnormal) {
        return confirmed("the ticket is " + now.info.status);
    }
    const int ready = count_of(now.stats)[status_word::ready];
    if (status == status_word::paused && ready < what.ready_before) {
        return confirmed("instances left READY");
    }
    return std::nullopt;
}

std::optional<finding> find_skip(const flight& what, const reading& now) {
    const int batch = what.what.what.batch.value_or(0);
    if (now.info.current_batch && *now.info.current_batch > batch) {
        return confirmed("the current batch is " + std::to_string(*now.info.current_batch));
    }
    if (!has_unsettled(now, batch) && !has_unplaced(now)) {
        return confirmed("nothing is unsettled in batch " + std::to_string(batch));
    }
    return std::nullopt;
}

std::optional<finding> find_cancel_instance(const flight& what, const reading& now) {
    const instance_info* info = find_instance(now, what.what.what.instance.value_or(0));
    if (info == nullptr) return std::nullopt;
    const status_word status = classify(info->status);
    if (status == status_word::canceled) return confirmed("the instance is CANCELED");
    if (is_settled(status)) return overtaken("the instance is " + info->status);
    return std::nullopt;
}

std::optional<finding> find_effect(const flight& what, const reading& now) {
    const status_word status = classify(now.info.status);
    std::optional<finding> found;
    switch (what.what.what.what) {
        case action::pause: found = find_pause(now); break;
        case action::continue_ticket: found = find_continue(what, now); break;
        case action::skip_batch:
            if (status != status_word::canceled) found = find_skip(what, now);
            break;
        case action::cancel_instance: found = find_cancel_instance(what, now); break;
        case action::cancel:
            if (status == status_word::canceled) found = confirmed("the ticket is CANCELED");
            break;
        case action::notify: break;
    }
    if (!found && is_terminal(status)) found = overtaken("the ticket is " + now.info.status);
    return found;
}

duration longest_pause(const reading& now) {
    return now.info.timeout.value_or(longest_timeout) + pause_grace;
}

// An answer that has not come by then will not: the sender's own deadline is long past.
duration longest_answer(const settings& rules) {
    return rules.effect_deadline + rules.cloud_timeout;
}

// An answered operation without its effect: still pending, lost, or just not yet seen.
std::optional<finding> judge_waiting(const flight& what, const reading& now,
                                     const context& around) {
    const duration waited = around.now - what.since;
    const bool late = waited >= around.rules.effect_deadline;
    if (what.what.what.what != action::pause) {
        if (!late) return std::nullopt;
        return finding{.effect = effect_kind::lost,
                       .detail = "no effect within " + to_text(around.rules.effect_deadline)};
    }
    // A pause waits for what runs already; it is not in force while instances go on to start.
    if (!what.told_pending) {
        return finding{.effect = effect_kind::pending, .detail = "the ticket is not PAUSED yet"};
    }
    const int ready = count_of(now.stats)[status_word::ready];
    if (late && ready < what.ready_before) {
        return finding{.effect = effect_kind::lost, .detail = "instances still leave READY"};
    }
    if (waited >= longest_pause(now)) {
        return finding{.effect = effect_kind::lost,
                       .detail = "not PAUSED within " + to_text(longest_pause(now))};
    }
    return std::nullopt;
}

std::optional<finding> judge_flight(const flight& what, const draft& so_far,
                                    const context& around) {
    const reading& now = *so_far.state().last;
    if (what.phase == flight_phase::awaiting || what.phase == flight_phase::unknown) {
        if (auto found = find_effect(what, now)) return found;
    }
    if (what.phase == flight_phase::awaiting) return judge_waiting(what, now, around);
    const bool sent =
        what.phase == flight_phase::intended && so_far.state().permitted == what.intent;
    if (sent && around.now - what.since >= longest_answer(around.rules)) {
        return finding{.effect = effect_kind::unknown, .detail = "no answer was reported"};
    }
    return std::nullopt;
}

}  // namespace

std::string origin_of(const intended& what) {
    if (!what.by.empty()) return " by " + what.by;
    return " of " + what.policy + "/" + what.rule;
}

std::string described(const operation& what) {
    std::string text{to_text(what.what)};
    if (what.batch) text += " " + std::to_string(*what.batch);
    if (what.instance) text += " " + std::to_string(*what.instance);
    return text;
}

notified failure_notice(const intended& what, const std::string& why) {
    return {.policy = what.policy,
            .rule = what.rule,
            .who = what.who,
            .episode = what.episode,
            .step = step_of_failure,
            .text = described(what.what) + origin_of(what) + ": " + why};
}

void settle_effects(draft& so_far, const context& around) {
    std::vector<flight> flights = so_far.state().flights;
    for (flight& each : flights) {
        std::optional<finding> found = judge_flight(each, so_far, around);
        if (found && found->effect == effect_kind::unknown) {
            so_far.add(
                effected{.intent = each.intent, .effect = found->effect, .detail = found->detail});
            // Nobody answered, but this reading may well show what became of it.
            each.phase = flight_phase::unknown;
            found = judge_flight(each, so_far, around);
        }
        if (!found) continue;
        so_far.add(
            effected{.intent = each.intent, .effect = found->effect, .detail = found->detail});
        if (found->effect == effect_kind::lost) {
            so_far.add(failure_notice(each.what, "lost, " + found->detail));
        }
    }
}

std::optional<timestamp> effect_due(const flight& what, const ticket_state& state,
                                    const context& around) {
    const settings& rules = around.rules;
    timestamp due = what.since + rules.effect_deadline;
    if (what.phase == flight_phase::backoff) due = what.since + what.wait;
    if (what.phase == flight_phase::intended) {
        due = state.permitted == what.intent ? what.since + longest_answer(rules)
                                             : what.since + rules.cloud_timeout;
    }
    if (due <= around.now && what.told_pending && state.last) {
        due = what.since + longest_pause(*state.last);
    }
    if (due <= around.now) return std::nullopt;
    return due;
}

}  // namespace rolloutd::policies
