#include "policies/fleet_rules.h"

#include <algorithm>
#include <array>

#include "policies/given_up.h"
#include "policies/windows.h"

namespace rolloutd::policies {

namespace {

constexpr int fewest_for_blind = 10;
constexpr std::string_view blind_fact = "ticket.unseen_for";

std::string of_limit(std::string_view limit, int used, int most, std::string_view span) {
    return std::string{limit} + ": " + std::to_string(used) + " " + std::string{span} + ", " +
           std::to_string(most) + " allowed";
}

// The limit of the daemon that the action would pass, or nothing.
std::optional<std::string> tripped_limit(const due_action& what, const bench& on) {
    const fleet_limits& limits = on.around.rules.limits;
    const fleet_view& fleet = on.around.fleet;
    if (!what.announced && fleet.operations >= limits.operations_per_minute) {
        return of_limit("operations_per_minute", fleet.operations, limits.operations_per_minute,
                        "in the last minute");
    }
    if (!what.announced && !fleet.acted_on && fleet.tickets >= limits.tickets_per_hour) {
        return of_limit("tickets_per_hour", fleet.tickets, limits.tickets_per_hour,
                        "tickets in the last hour");
    }
    const bool gives_up = what.call.batch || what.call.instance;
    if (!gives_up || what.again) return std::nullopt;
    const int allowed = allowed_of(limits.cancelled_percent_tenths, on.state());
    // What a skip leaves behind is known only afterwards, and a batch that hangs is more than a
    // tenth of most tickets: it may be skipped as long as anything of the share is left.
    const bool skip = what.call.what == action::skip_batch;
    const int given_up =
        skip ? given_up_before(what.call, on.state()) + 1 : given_up_with(what.call, on.state());
    if (given_up <= allowed) return std::nullopt;
    return of_limit("cancelled_percent", given_up, allowed, "instances with this one");
}

// When what suppressed the action was over, if that is known and it was one reason for many.
std::optional<timestamp> ended_at(const due_action& what, suppression why, duration delay,
                                  const bench& on) {
    const fleet_view& fleet = on.around.fleet;
    if (why == suppression::freeze) return fleet.thawed_at;
    if (why == suppression::fleet_blind) return fleet.sighted_at;
    if (why != suppression::window) return std::nullopt;
    return withheld_until(*what.from->owner, what.call.what, on.around.now, delay,
                          on.around.rules.zones.get());
}

}  // namespace

bool is_fleet_blind(int watched, int unseen) {
    return watched >= fewest_for_blind && unseen * 5 >= watched;
}

std::string_view limit_named(std::string_view detail) {
    static constexpr std::array<std::string_view, 4> limits{
        "operations_per_minute", "tickets_per_hour", "cancelled_percent", "pauses_per_minute"};
    const std::string_view word = detail.substr(0, detail.find(':'));
    const auto at = std::ranges::find(limits, word);
    return at == limits.end() ? "other" : *at;
}

bool is_about_being_blind(const assessment& what) {
    return names_fact(*what.owner, *what.what, blind_fact);
}

std::optional<judgement> judge_fleet_blind(const assessment& what, const context& around) {
    const fleet_view& fleet = around.fleet;
    if (!is_fleet_blind(fleet.watched, fleet.unseen)) return std::nullopt;
    if (!is_about_being_blind(what)) return std::nullopt;
    return suppressed(suppression::fleet_blind,
                      std::to_string(fleet.unseen) + " of " + std::to_string(fleet.watched) +
                          " tickets are unseen: the fault lies not with this one");
}

std::optional<judgement> judge_breaker(const due_action& what, const bench& on) {
    if (what.call.what == action::pause || what.approved) return std::nullopt;
    std::optional<std::string> why;
    if (on.around.fleet.breaker_open) {
        why = "the breaker is open";
    } else {
        why = tripped_limit(what, on);
    }
    if (!why) return std::nullopt;
    return judgement{.outcome = decision_outcome::propose,
                     .reason = suppression::breaker,
                     .detail = std::move(*why),
                     .until = std::nullopt};
}

duration spread_of(const ticket_id& ticket, const rule_key& rule, duration longest) {
    if (longest <= duration::zero()) return duration::zero();
    // FNV-1a: the same on every machine, and a fleet's ids differ in few characters.
    std::uint64_t hash = 14'695'981'039'346'656'037U;
    const auto add = [&hash](std::string_view text) {
        for (const char each : text) {
            hash ^= static_cast<unsigned char>(each);
            hash *= 1'099'511'628'211U;
        }
    };
    add(ticket);
    add("\n" + rule.policy + "/" + rule.rule);
    hash ^= hash >> 32U;
    const auto steps = static_cast<std::uint64_t>(longest.count()) + 1;
    return duration{static_cast<duration::rep>(hash % steps)};
}

std::optional<judgement> judge_spread(const due_action& what, const bench& on) {
    const bool waits =
        what.call.what == action::continue_ticket || what.call.what == action::skip_batch;
    if (!waits || what.approved || on.around.fleet.watched < 2) return std::nullopt;
    const rule_state& memory = on.so_far.rule(what.from->key());
    if (memory.decided_step != what.step || memory.outcome != decision_outcome::suppressed) {
        return std::nullopt;
    }
    const duration delay =
        spread_of(on.state().id, what.from->key(), on.around.rules.limits.spread);
    const auto ended = ended_at(what, memory.suppressed, delay, on);
    if (!ended || on.around.now >= *ended + delay) return std::nullopt;
    // The reason stays what it was, so that the wait leaves no record of its own.
    judgement found = suppressed(
        memory.suppressed, "it is over; spread over the tickets until " + to_text(*ended + delay));
    found.until = *ended + delay;
    return found;
}

void tell_of_pauses(const assessment& what, draft& so_far, const context& around) {
    const int most = around.rules.limits.pauses_per_minute;
    if (around.fleet.pauses != most) return;
    so_far.add(notified{.policy = what.owner->name,
                        .rule = what.what->name,
                        .who = what.who,
                        .episode = so_far.rule(what.key()).episode,
                        .step = step_of_alarm,
                        .text = "pauses_per_minute: " + std::to_string(most + 1) +
                                " pauses in the last minute, " + std::to_string(most) +
                                " expected; none is withheld"});
}

}  // namespace rolloutd::policies
