#include "policies/reading_order.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace rolloutd::policies {

namespace {

using seconds = std::chrono::duration<double>;

constexpr duration shortest{10};
constexpr double fewest_per_second = 0.001;
// What cannot be foreseen comes about once in so many seconds, as far as anybody knows.
constexpr double rarely = 14 * 3600;
// In a quiet ticket so many times more seldom: it gives way, as far as its slots allow.
constexpr double calmer = 2.5;
// The past fades: what happened so long ago counts for a third.
constexpr double memory_seconds = 90;
// The effect of an operation shows within about so long.
constexpr double effect_seconds = 10;
// A rule that may come true with such a chance within `every` is not left alone for that long.
constexpr double any_moment = 0.05;
// Of the time until a ticket would have been unseen for too long, kept for the reading itself.
constexpr int spare_share = 16;
// Where the budget cannot read everybody in time, the part of it that the longest unseen get.
constexpr double share_of_starving = 0.8;
// How much of the price one turn makes out.
constexpr double price_step = 0.05;

double in_seconds(duration what) { return seconds{what}.count(); }

duration of_seconds(double what) { return std::chrono::round<duration>(seconds{what}); }

// Stable over restarts and builds, unlike std::hash (FNV-1a, then spread by a multiplication).
std::uint64_t lot_of(std::string_view id) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char each : id) {
        hash ^= static_cast<unsigned char>(each);
        hash *= 1099511628211U;
    }
    hash ^= hash >> 32U;
    hash *= 0x9E3779B97F4A7C15U;
    return hash ^ (hash >> 29U);
}

}  // namespace

std::string_view to_text(turn_reason what) {
    static constexpr std::array<std::string_view, 3> words{"starving", "awaited", "likely"};
    return words.at(static_cast<std::size_t>(what));
}

reading_order::reading_order(const reading_pace& pace) { set_pace(pace); }

void reading_order::set_pace(const reading_pace& pace) {
    pace_.fastest = std::max(pace.fastest, shortest);
    pace_.every = std::max(pace.every, pace_.fastest);
    pace_.slowest = std::max(pace.slowest, pace_.every);
    pace_.per_second = std::max(pace.per_second, fewest_per_second);
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
        entry& each = at->second;
        look_ahead(each);
        if (each.ever) each.not_before = std::max(soonest(each), each.barred);
        list(at);
    }
}

// The end of the entries when the ticket is none of them.
reading_order::entries::iterator reading_order::find(const ticket_id& id) {
    const entries::iterator* const found = where_.find(id);
    return found == nullptr ? entries_.end() : *found;
}

// Call it whenever `awaited` or `not_before` of one that waits has changed.
void reading_order::list(entries::iterator who) {
    entry& each = who->second;
    if (each.out) return;
    by_start_.erase({each.starts, who});
    each.starts = each.awaited ? std::min(*each.awaited, each.not_before) : each.not_before;
    by_start_.insert({each.starts, who});
    if (ranked_at_ && each.starts <= *ranked_at_) ranked_at_.reset();
}

void reading_order::unlist(entries::iterator who) {
    by_age_.erase({who->second.read, who});
    by_start_.erase({who->second.starts, who});
}

void reading_order::add(const ticket_id& id, timestamp now) {
    entry made;
    made.lot = lot_of(id);
    made.read = now;
    const auto [at, fresh] = entries_.emplace(id, made);
    if (!fresh) return;
    where_.set(id, at);
    by_age_.insert({now, at});
    list(at);
    placed_ = false;
}

void reading_order::remove(const ticket_id& id) {
    const entries::iterator at = find(id);
    if (at == entries_.end()) return;
    unlist(at);
    where_.erase(id);
    entries_.erase(at);
    ranked_at_.reset();
    placed_ = false;
}

// Places go by the lot and not by the id, which tells the time of creation: tickets of one rollout
// would be read in one go.
void reading_order::place_all() {
    if (placed_) return;
    placed_ = true;
    std::vector<entries::iterator> all;
    all.reserve(entries_.size());
    for (auto at = entries_.begin(); at != entries_.end(); ++at)
        all.push_back(at);
    std::ranges::sort(all, {}, [](entries::iterator at) { return at->second.lot; });
    for (std::size_t i = 0; i < all.size(); ++i) {
        entry& each = all[i]->second;
        each.place = static_cast<double>(i) / static_cast<double>(all.size());
        if (each.ever || each.awaited) continue;
        each.awaited =
            std::max(each.read + of_seconds(in_seconds(pace_.every) * each.place), each.barred);
        each.patient = true;
        each.not_before = *each.awaited;
        look_ahead(each);
        list(all[i]);
    }
}

timestamp reading_order::slot_after(const entry& who, timestamp from, duration interval) const {
    const duration offset = of_seconds(in_seconds(interval) * who.place);
    const duration since = from.time_since_epoch() - offset;
    const duration::rep taken = (since.count() + interval.count()) / interval.count();
    return timestamp{offset + taken * interval};
}

duration reading_order::whole_round() const {
    return of_seconds(static_cast<double>(entries_.size()) / pace_.per_second);
}

duration reading_order::longest_unseen() const {
    const duration allowed = 2 * pace_.slowest - pace_.slowest / spare_share;
    if (whole_round() <= allowed) return allowed;
    return of_seconds(in_seconds(whole_round()) / share_of_starving);
}

// A plan that the queue does not allow would have tickets taken for unseen that only wait.
duration reading_order::planned(timestamp at, timestamp now) const {
    const duration queued = of_seconds(queue_ / pace_.per_second);
    return std::clamp(std::max(at - now, queued), duration::zero(), longest_unseen());
}

// Whether somebody will be unseen for too long unless the oldest are read from now on: the k-th of
// them has to wait for k - 1 others.
bool reading_order::anybody_starves(timestamp now) const {
    const duration longest = longest_unseen();
    const double each_takes = 1 / pace_.per_second;
    const duration whole_round = of_seconds(each_takes * static_cast<double>(by_age_.size()));
    double before = 0;
    for (const at_time& each : by_age_) {
        if (each.at + longest - whole_round > now) return false;
        before += each_takes;
        if (each.at + longest - of_seconds(before) <= now) return true;
    }
    return false;
}

turn reading_order::take(entries::iterator who, turn_reason why, timestamp now) {
    entry& found = who->second;
    unlist(who);
    found.out = true;
    return {.id = who->first, .why = why, .age = now - found.read};
}

// Weighs everybody who may be named at `now`.
void reading_order::rank(timestamp now) {
    for (line* each : {&awaited_, &patient_, &soon_, &likely_})
        each->clear();
    ranked_at_ = now;
    queue_ = 0;
    for (const auto& [starts, at] : by_start_) {
        if (starts > now) break;
        ++queue_;
        const entry& each = at->second;
        if (each.awaited && *each.awaited <= now) {
            const auto earliness = static_cast<double>((now - *each.awaited).count());
            (each.patient ? patient_ : awaited_).push_back({earliness, at});
        }
        if (each.not_before > now) continue;
        const double worth = each.ahead.worth.at(now - each.read);
        likely_.push_back({worth, at});
        if (each.soon) soon_.push_back({worth, at});
    }
    for (line* each : {&awaited_, &patient_, &soon_, &likely_})
        std::make_heap(each->begin(), each->end());
}

// The first in the line that has not had its turn since it was ranked.
reading_order::entries::iterator reading_order::first_of(line& among) {
    while (!among.empty()) {
        const entries::iterator who = among.front().who;
        if (!who->second.out && who->second.starts <= *ranked_at_) return who;
        std::pop_heap(among.begin(), among.end());
        among.pop_back();
    }
    return entries_.end();
}

std::optional<turn> reading_order::best(timestamp now) {
    const entries::iterator awaited = first_of(awaited_);
    if (awaited != entries_.end()) return take(awaited, turn_reason::awaited, now);
    const entries::iterator patient = first_of(patient_);
    if (patient != entries_.end()) {
        const entries::iterator soon = first_of(soon_);
        // Each would have the other wait for a whole round.
        patient_next_ = soon == entries_.end() || !patient_next_;
        if (patient_next_) return take(patient, turn_reason::awaited, now);
        return take(soon, turn_reason::likely, now);
    }
    const entries::iterator likely = first_of(likely_);
    if (likely == entries_.end()) return std::nullopt;
    price_ += price_step * (likely_.front().weight - price_);
    return take(likely, turn_reason::likely, now);
}

std::optional<turn> reading_order::next(timestamp now) {
    place_all();
    if (by_age_.empty()) return std::nullopt;
    if (anybody_starves(now)) {
        return take(by_age_.begin()->who, turn_reason::starving, now);
    }
    // For so short a time the ranking is as good as a new one.
    const bool stands = ranked_at_ && *ranked_at_ <= now && now - *ranked_at_ < shortest;
    if (!stands) rank(now);
    std::optional<turn> found = best(now);
    if (!found && *ranked_at_ != now) {
        rank(now);
        found = best(now);
    }
    if (!found) price_ = 0;
    queue_ = found ? std::max(queue_ - 1, 0) : 0;
    return found;
}

std::optional<timestamp> reading_order::earliest() {
    place_all();
    if (by_start_.empty()) return std::nullopt;
    return by_start_.begin()->at;
}

// As soon as the ticket's pace allows.
timestamp reading_order::soonest(entry& who) const {
    const bool any = who.known.awaiting || who.known.holding || who.ahead.any_moment;
    who.soon = !who.known.quiet && (any || who.known.failures_away == 1);
    if (who.known.quiet) return slot_after(who, who.read, pace_.slowest);
    if (any) return who.read + pace_.fastest;
    return std::max(slot_after(who, who.read, pace_.every), who.read + pace_.fastest);
}

void reading_order::back(entries::iterator who, timestamp now) {
    unlist(who);
    who->second.read = now;
    who->second.out = false;
    by_age_.insert({now, who});
}

void reading_order::learn(pace_of_change& pace, double count, double length) {
    const double kept = std::exp(-length / memory_seconds);
    pace.count = pace.count * kept + std::max(count, 0.0);
    pace.seconds = pace.seconds * kept + length;
}

duration reading_order::seen(const ticket_id& id, const foresight& what, timestamp now) {
    const entries::iterator at = find(id);
    if (at == entries_.end()) return pace_.slowest;
    place_all();
    entry& who = at->second;
    if (who.ever) {
        const double length = std::max(in_seconds(now - who.read), 0.001);
        learn(who.failing, what.failed - who.known.failed, length);
        learn(who.finishing, what.finished - who.known.finished, length);
    }
    const bool as_before = who.ever && what == who.known && stands(who);
    who.known = what;
    who.ever = true;
    back(at, now);
    if (!as_before) look_ahead(who);
    who.not_before = soonest(who);
    who.barred = now;
    who.awaited = std::exchange(who.heard, std::nullopt);
    who.patient = false;
    if (what.asked) await(who, std::max(*what.asked, now + pace_.fastest));
    if (what.at_once) await(who, now);
    list(at);

    // A reading that costs others more than it is worth is not to be counted on.
    const timestamp usual =
        what.quiet
            ? who.not_before
            : std::max(who.not_before, now + who.ahead.worth.age_worth(price_, pace_.slowest));
    return planned(who.awaited ? std::min(*who.awaited, usual) : usual, now);
}

duration reading_order::missed(const ticket_id& id, timestamp now, duration wait,
                               std::optional<timestamp> asked) {
    const entries::iterator at = find(id);
    if (at == entries_.end()) return pace_.slowest;
    place_all();
    entry& who = at->second;
    back(at, now);
    const timestamp allowed = now + std::clamp(wait, duration::zero(), pace_.slowest);
    who.barred = allowed;
    who.not_before = std::max(slot_after(who, now, pace_.every), allowed);
    if (who.heard) await(who, std::max(*std::exchange(who.heard, std::nullopt), allowed));
    if (asked) {
        who.awaited = std::max({*asked, now + pace_.fastest, allowed});
        who.patient = false;
    } else if (who.awaited && *who.awaited <= now) {
        // Who was awaited still is; but those that were never read and cannot be must not come
        // before all others for ever.
        who.awaited = who.ever ? std::optional{who.not_before} : std::nullopt;
    }
    list(at);
    return planned(who.awaited ? std::min(*who.awaited, who.not_before) : who.not_before, now);
}

void reading_order::await(entry& who, timestamp at) {
    std::optional<timestamp>& when = who.out ? who.heard : who.awaited;
    when = when ? std::min(*when, at) : at;
}

void reading_order::hear(const ticket_id& id, timestamp now) {
    const entries::iterator at = find(id);
    if (at == entries_.end()) return;
    place_all();
    await(at->second, std::max(now, at->second.barred));
    at->second.patient = false;
    list(at);
}

void reading_order::review(timestamp now) {
    place_all();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
        entry& each = at->second;
        const timestamp slot = now + of_seconds(in_seconds(pace_.every) * each.place);
        // Who is awaited for another reason keeps its rank.
        each.patient = each.patient || !each.awaited || *each.awaited > slot;
        await(each, std::max(slot, each.barred));
        list(at);
    }
}

std::optional<timestamp> reading_order::oldest() const {
    if (by_age_.empty()) return std::nullopt;
    return by_age_.begin()->at;
}

double reading_order::chance_within(const entry& who, double ahead) {
    const foresight& known = who.known;
    double none = std::exp(-ahead / (known.quiet ? calmer * rarely : rarely));
    if (known.failures_away > 0) {
        none *= 1 - chance_of(known.failures_away, who.failing, ahead);
    }
    if (known.finishes_away > 0) {
        none *= 1 - chance_of(known.finishes_away, who.finishing, ahead);
    }
    if (known.awaiting) none *= 1 - std::min(ahead / effect_seconds, 1.0);
    if (known.holding && known.asked) {
        // While its time runs it may cease to be true, which nobody must take for having lasted.
        const double left = std::max(in_seconds(*known.asked - who.read), 1.0);
        none *= 1 - std::min(ahead / (2 * left), 1.0);
    }
    return 1 - none;
}

void reading_order::look_ahead(entry& who) const {
    const auto chance = [&who](double ahead) { return chance_within(who, ahead); };
    who.ahead = {.worth = {chance, pace_.slowest},
                 .any_moment = chance(in_seconds(pace_.every)) >= any_moment,
                 .failing = who.failing,
                 .finishing = who.finishing};
}

// Whether what was worked out is as good as what would be now: in most tickets nothing happens
// from one reading to the next, and it takes longer than all else here.
bool reading_order::stands(const entry& who) {
    return !who.known.holding && are_alike(who.failing, who.ahead.failing) &&
           are_alike(who.finishing, who.ahead.finishing);
}

}  // namespace rolloutd::policies
