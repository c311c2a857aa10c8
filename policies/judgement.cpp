#include "policies/judgement.h"

#include <algorithm>

#include "policies/effects.h"
#include "policies/fleet_rules.h"
#include "policies/given_up.h"
#include "policies/people.h"
#include "policies/tally.h"
#include "policies/windows.h"

namespace rolloutd::policies {

namespace {

constexpr duration default_cooldown = std::chrono::minutes{10};

judgement cooling(timestamp until, std::string detail) {
    judgement found = suppressed(suppression::cooldown, std::move(detail));
    found.until = until;
    return found;
}

const rule_state& stored(const assessment& what, const ticket_state& state) {
    static const rule_state untouched;
    const auto at = state.rules.find(what.key());
    return at == state.rules.end() ? untouched : at->second;
}

std::optional<judgement> judge_limits(const due_action& what, const bench& on) {
    const rule& from = *what.from->what;
    const rule_state& memory = stored(*what.from, on.state());
    const timestamp now = on.around.now;
    if (memory.failed_at && !what.approved && now < *memory.failed_at + cooldown_of(from)) {
        return cooling(*memory.failed_at + cooldown_of(from),
                       "the last try failed; due again after " + to_text(cooldown_of(from)));
    }
    if (what.call.what == action::pause) return std::nullopt;
    const auto at = on.state().totals.find({what.from->owner->name, from.name, {}});
    const rule_totals used = at == on.state().totals.end() ? rule_totals{} : at->second;
    if (from.limit.cooldown && used.last_act && now < *used.last_act + *from.limit.cooldown) {
        return cooling(*used.last_act + *from.limit.cooldown,
                       "it acted less than " + to_text(*from.limit.cooldown) + " ago");
    }
    if (from.limit.times && used.times >= *from.limit.times) {
        return suppressed(suppression::limit, "it acted " + std::to_string(used.times) + " of " +
                                                  std::to_string(*from.limit.times) + " times");
    }
    const bool gives_up = what.call.batch || what.call.instance;
    if (gives_up && from.limit.percent_tenths) {
        const int allowed = allowed_of(*from.limit.percent_tenths, on.state());
        const int given_up = given_up_with(what.call, on.state());
        if (given_up > allowed) {
            return suppressed(suppression::limit, std::to_string(given_up) +
                                                      " instances given up with this one, " +
                                                      std::to_string(allowed) + " allowed");
        }
    }
    return std::nullopt;
}

bool protects(const assessment& what, const settings& rules) {
    if (mode_of(*what.owner, rules) == mode::observe) return false;
    return std::ranges::any_of(what.what->steps, [](const ladder_step& each) {
        return each.what == action::pause || each.what == action::cancel;
    });
}

std::optional<judgement> judge_guards(const due_action& what, const bench& on) {
    const action call = what.call.what;
    if (call != action::continue_ticket && call != action::skip_batch) return std::nullopt;
    for (const assessment& each : on.all) {
        if (each.what == what.from->what || !protects(each, on.around.rules)) continue;
        if (each.now == verdict::yes) {
            return suppressed(suppression::guarded, each.full_name() + " is true");
        }
        if (each.now == verdict::undetermined && each.reason != "needs") {
            return suppressed(suppression::guarded,
                              each.full_name() + " is undetermined: " + each.reason);
        }
    }
    return std::nullopt;
}

// The verdict of those parts that also hold in observe and propose, so that they show what would
// happen.
std::optional<judgement> judge_shared(const due_action& what, const bench& on) {
    const legal_opinion legal = judge_legality(what.call, on.state(), on.around.rules.legal);
    if (legal.is == legality::already) return suppressed(suppression::already, legal.detail);
    if (legal.is == legality::illegal) return suppressed(suppression::illegal, legal.detail);
    if (auto blind = judge_fleet_blind(*what.from, on.around)) return blind;
    if (!what.again) {
        if (auto limits = judge_limits(what, on)) return limits;
    }
    if (auto closed = withheld_by_window(*what.from->owner, what.call.what, on.around.now,
                                         on.around.rules.zones.get())) {
        return suppressed(suppression::window, *closed);
    }
    if (auto people = judge_people(what, on)) return people;
    return judge_guards(what, on);
}

}  // namespace

judgement suppressed(suppression why, std::string detail) {
    return {.outcome = decision_outcome::suppressed,
            .reason = why,
            .detail = std::move(detail),
            .until = std::nullopt};
}

duration cooldown_of(const rule& what) { return what.limit.cooldown.value_or(default_cooldown); }

mode mode_of(const policy& owner, const settings& rules) {
    return std::min(owner.ceiling, rules.ceiling);
}

judgement judge(const due_action& what, const bench& on) {
    if (auto withheld = judge_shared(what, on)) return *withheld;
    const policy& owner = *what.from->owner;
    const mode allowed = mode_of(owner, on.around.rules);
    if (allowed == mode::observe) {
        return {.outcome = decision_outcome::observe,
                .reason = suppression::mode,
                .detail = owner.ceiling == mode::observe ? "the policy's mode is observe"
                                                         : "the daemon's mode is observe",
                .until = std::nullopt};
    }
    if (!what.approved && (allowed == mode::propose || what.needs_approval)) {
        return {
            .outcome = decision_outcome::propose,
            .reason = suppression::propose,
            .detail = what.needs_approval ? "the step asks for approval" : "the mode is propose",
            .until = std::nullopt};
    }
    if (auto hold = judge_hold(on.state())) return *hold;
    if (on.around.fleet.frozen) return suppressed(suppression::freeze, "rolloutd is frozen");
    if (auto breaker = judge_breaker(what, on)) return *breaker;
    return judge_spread(what, on).value_or(judgement{});
}

std::optional<std::string> blocked_by_flight(action what, const ticket_state& state) {
    for (const flight& each : state.flights) {
        // What a person asked for is as good as sent: rules wait until it is.
        const bool unanswered = each.phase == flight_phase::intended &&
                                (state.permitted == each.intent || is_ordered(each));
        const bool stronger = what < each.what.what.what;
        if (unanswered || !stronger) {
            return std::string{to_text(each.what.what.what)} + origin_of(each.what) +
                   (unanswered ? " is not answered" : " is under way");
        }
    }
    return std::nullopt;
}

}  // namespace rolloutd::policies
