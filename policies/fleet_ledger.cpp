#include "policies/fleet_ledger.h"

#include <algorithm>

#include "policies/fleet_rules.h"

namespace rolloutd::policies {

namespace {

constexpr duration minute = std::chrono::minutes{1};
constexpr duration hour = std::chrono::hours{1};

bool is_within(timestamp at, duration length, timestamp now) { return now - at < length; }

void keep_to_bound(std::vector<ledger_entry>& entries) {
    const auto most = static_cast<std::size_t>(most_in_ledger);
    if (entries.size() <= most) return;
    entries.erase(entries.begin(),
                  entries.begin() + static_cast<std::ptrdiff_t>(entries.size() - most));
}

// Older than a minute, an entry tells no more than that its ticket was acted on within the hour:
// the newest of those says it for all. It stays beside younger ones, which may be struck out yet.
void forget_old(fleet_ledger& ledger, timestamp now) {
    std::set<ticket_id> told;
    std::vector<ledger_entry> kept;
    for (auto each = ledger.operations.rbegin(); each != ledger.operations.rend(); ++each) {
        const bool counts = is_within(each->at, minute, now);
        const bool tells = is_within(each->at, hour, now) && !counts;
        if (counts || (tells && told.insert(each->ticket).second)) kept.push_back(*each);
    }
    std::ranges::reverse(kept);
    ledger.operations = std::move(kept);
    std::erase_if(ledger.pauses,
                  [now](const ledger_entry& each) { return !is_within(each.at, minute, now); });
    keep_to_bound(ledger.operations);
    keep_to_bound(ledger.pauses);
}

void strike_out(fleet_ledger& ledger, sequence intent) {
    const auto is_it = [intent](const ledger_entry& each) { return each.intent == intent; };
    std::erase_if(ledger.operations, is_it);
    std::erase_if(ledger.pauses, is_it);
}

void note_sight(fleet_ledger& ledger, timestamp at) {
    const bool was = ledger.blind;
    ledger.blind = is_fleet_blind(static_cast<int>(ledger.watched.size()),
                                  static_cast<int>(ledger.unseen.size()));
    if (was && !ledger.blind) ledger.sighted_at = at;
}

struct folder {
    fleet_ledger& ledger;
    const ticket_id& ticket;
    const stamp& where;

    void operator()(const intended& what) const {
        // What people ask for passes every limit, and uses up none.
        if (!what.by.empty()) return;
        const ledger_entry entry{.intent = where.seq, .ticket = ticket, .at = where.at};
        const bool pause = what.what.what == action::pause;
        (pause ? ledger.pauses : ledger.operations).push_back(entry);
        forget_old(ledger, where.at);
    }
    void operator()(const answered& what) const {
        if (what.outcome == answer_kind::not_executed) strike_out(ledger, what.intent);
    }
    void operator()(const effected& what) const {
        if (what.effect == effect_kind::withdrawn) strike_out(ledger, what.intent);
    }
    void operator()(const decided& what) const {
        if (what.reason != suppression::breaker || ledger.breaker_open) return;
        fold_breaker(ledger, true, what.detail);
    }
    void operator()(const watched&) const {
        if (ledger.watched.insert(ticket).second) ledger.unseen.insert(ticket);
        note_sight(ledger, where.at);
    }
    void operator()(const unwatched&) const {
        ledger.watched.erase(ticket);
        ledger.unseen.erase(ticket);
        note_sight(ledger, where.at);
    }
    void operator()(const observed&) const {
        if (ledger.unseen.erase(ticket) > 0) note_sight(ledger, where.at);
    }
    void operator()(const blinded&) const {
        if (ledger.watched.contains(ticket)) ledger.unseen.insert(ticket);
        note_sight(ledger, where.at);
    }
    template <class Other>
    void operator()(const Other&) const {}
};

}  // namespace

void fold_fleet(fleet_ledger& ledger, const ticket_id& ticket, const event& what,
                const stamp& where) {
    std::visit(folder{ledger, ticket, where}, what);
}

void fold_start(fleet_ledger& ledger, timestamp at) {
    ledger.unseen = ledger.watched;
    note_sight(ledger, at);
}

void fold_freeze(fleet_ledger& ledger, bool frozen, timestamp at) {
    if (ledger.frozen && !frozen) ledger.thawed_at = at;
    ledger.frozen = frozen;
}

void fold_breaker(fleet_ledger& ledger, bool open, std::string why) {
    ledger.breaker_open = open;
    ledger.breaker_why = open ? std::move(why) : std::string{};
    if (open) return;
    ledger.operations.clear();
    ledger.pauses.clear();
}

fleet_view view_of(const fleet_ledger& ledger, const ticket_id& ticket, timestamp now) {
    fleet_view view;
    view.frozen = ledger.frozen;
    view.thawed_at = ledger.thawed_at;
    view.breaker_open = ledger.breaker_open;
    view.watched = static_cast<int>(ledger.watched.size());
    view.unseen = static_cast<int>(ledger.unseen.size());
    view.sighted_at = ledger.sighted_at;
    std::set<std::string_view> acted;
    for (const ledger_entry& each : ledger.operations) {
        if (is_within(each.at, minute, now)) ++view.operations;
        if (is_within(each.at, hour, now)) acted.insert(each.ticket);
    }
    view.tickets = static_cast<int>(acted.size());
    view.acted_on = acted.contains(ticket);
    view.pauses =
        static_cast<int>(std::ranges::count_if(ledger.pauses, [now](const ledger_entry& each) {
            return is_within(each.at, minute, now);
        }));
    return view;
}

}  // namespace rolloutd::policies
