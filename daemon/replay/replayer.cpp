#include "daemon/replay/replayer.h"

#include <algorithm>
#include <utility>

#include "daemon/journal/event_text.h"
#include "daemon/replay/step_text.h"
#include "daemon/replay/unrecorded.h"

namespace rolloutd::daemon {

using policies::ticket_state;

namespace {

constexpr std::size_t most_differences = 100;

// After a start nothing is left of what is not durable.
void forget_volatile(ticket_state& state) {
    state.fresh_until.reset();
    state.fresh_readings = 0;
    state.generation = -1;
    state.candidate.reset();
    state.candidate_readings = 0;
    state.planned = {};
    state.permitted = 0;
    state.terminal_readings = 0;
    state.wake_at.reset();
}

}  // namespace

// One way in which a step may have come about, and how far its records are explained by it.
struct replayer::attempt {
    ticket_state state;
    int generation = 0;                       // of the settings that judged
    std::size_t to = 0;                       // behind the last record that it accounts for
    bool equal = false;                       // everything that it concludes stands there
    bool ran_out = false;                     // it concludes more than was recorded
    std::optional<policies::event> produced;  // the first that differs, absent when one is missing
    // The first of the policies that were passed over that concludes otherwise, or "".
    std::string otherwise;
};

struct replayer::surroundings {
    const policies::settings& rules;
    const policies::fleet_view& fleet;
    // What these conclude is not looked at.
    unrecorded_facts passed_over;
};

struct replayer::search {
    std::optional<attempt> best;
    bool whole = false;  // the best explains the step
};

replayer::replayer(replay_options how) : how_(std::move(how)), settings_(how_.zones) {}

void replayer::begin_with(recovered before) {
    fleet_ = std::move(before.fleet);
    mid_journal_ = true;
    for (auto& [id, state] : before.tickets) {
        replayed_ticket& who = tickets_[id];
        who.state = std::move(state);
        who.unsure = true;
    }
}

bool replayer::take(record what, const record_place& where) {
    if (stopped_) return false;
    ++report_.records;
    entry next{std::move(what), where, std::nullopt, next_view_};
    const envelope& head = next.what.head;
    if (!belongs_to_step(next.what)) {
        end_step(head.kind == "start" || head.kind == "repair");
        if (stopped_) return false;
    }
    if (!head.ticket.empty()) {
        auto parsed = parse_event(next.what);
        // A kind that a later version writes: nothing here depends on it.
        if (!parsed) return true;
        next.event = std::move(*parsed);
    }
    step_.push_back(std::move(next));
    return true;
}

bool replayer::finish() {
    if (!stopped_) end_step(true);
    report_.versions = settings_.versions();
    return report_.differences.empty();
}

bool replayer::belongs_to_step(const record& what) const {
    const auto first =
        std::ranges::find_if(step_, [](const entry& each) { return each.event.has_value(); });
    if (first == step_.end()) return false;
    if (may_stand_within(what.head.kind)) return true;
    const envelope& begun = first->what.head;
    return what.head.ticket == begun.ticket && what.head.at == begun.at &&
           !opens_step(what.head.kind);
}

// `torn`: what follows is another run of the daemon, or nothing.
void replayer::end_step(bool torn) {
    step_through(torn);
    step_.clear();
}

void replayer::step_through(bool torn) {
    for (std::size_t at = 0; at < step_.size() && !stopped_;) {
        if (step_[at].event) {
            at = take_input(at, torn);
        } else {
            fold_daemons(step_[at].what);
            ++at;
        }
    }
}

// Nothing is concluded from it: that a ticket is watched is no business of its rules.
bool replayer::is_about_watching(const entry& first) const {
    if (const auto* act = std::get_if<policies::operated>(&*first.event))
        return act->command == "add" || act->command == "remove";
    return first.what.head.kind == "watch" || first.what.head.kind == "unwatch";
}

bool replayer::is_compared(const entry& first) const {
    if (how_.since && first.what.head.at < *how_.since) return false;
    return how_.ticket.empty() || first.what.head.ticket == how_.ticket;
}

// Takes one step anew. Returns the index behind its last record.
std::size_t replayer::take_input(std::size_t from, bool torn) {
    const entry& first = step_[from];
    const envelope& head = first.what.head;
    const bool is_watch = is_about_watching(first);
    replayed_ticket& who = tickets_[head.ticket];
    if (is_watch || !is_compared(first)) {
        fold_entry(first);
        if (!is_watch) who.unsure = true;
        return from + 1;
    }
    report_.tickets.insert(head.ticket);
    const settings_in_force& now = settings_.now();
    if (!now.rules) {
        ++report_.undetermined["not recorded: " + now.missing];
        adopt(who, from, step_.size());
        return step_.size();
    }
    const policies::fleet_view fleet = fleet_for(first);
    std::vector<surroundings> ways{{*now.rules, fleet, {}}};
    const settings_in_force* const before = settings_.before_reload();
    if (before != nullptr && before->rules && who.judged_by != now.generation)
        ways.push_back({*before->rules, fleet, {}});
    search found = find_way(who, ways, from);
    if (found.whole) {
        attempt& way = *found.best;
        who.state = std::move(way.state);
        if (head.kind == "observe") {
            who.first_since_reload = before != nullptr && who.judged_by != way.generation;
            who.judged_by = way.generation;
            who.unsure = who.unsure && !who.state.flights.empty();
        }
        count_equal(from, way.to);
        ++report_.steps;
        return way.to;
    }
    const bool begun_before = mid_journal_ && who.unsure && !opens_step(head.kind);
    const bool cut_short = torn && found.best && found.best->ran_out;
    const std::string unrecorded = unrecorded_fact(who, std::move(ways), from, found.best);
    if (cut_short)
        ++report_.cut_short;
    else if (!unrecorded.empty())
        ++report_.undetermined["not recorded: " + unrecorded];
    else if (begun_before)
        ++report_.undetermined["not recorded: how a step began before the first record"];
    else
        report_difference(*found.best, from);
    adopt(who, from, step_.size());
    return step_.size();
}

// Everything that the attempt concludes stands there, and what stands behind it is another step's.
bool replayer::is_whole(const attempt& tried) const {
    if (!tried.equal) return false;
    if (tried.to == step_.size() || !step_[tried.to].event) return true;
    return policies::replayed_input(*step_[tried.to].event).has_value();
}

replayer::search replayer::find_way(const replayed_ticket& who,
                                    const std::vector<surroundings>& ways, std::size_t from) const {
    search found;
    for (const surroundings& around : ways) {
        for (const ticket_state& base : guesses(who, around.rules)) {
            attempt tried = try_step(base, around, from);
            found.whole = is_whole(tried);
            if (found.whole || !found.best || tried.to > found.best->to)
                found.best = std::move(tried);
            if (found.whole) return found;
        }
    }
    return found;
}

// The next record from there on that is of a policy that is passed over, or else of none of those.
std::size_t replayer::next_event(std::size_t at, const surroundings& around,
                                 bool passed_over) const {
    while (at < step_.size() && (!step_[at].event || around.passed_over.contains(policy_of(
                                                         *step_[at].event)) != passed_over))
        ++at;
    return at;
}

replayer::attempt replayer::try_step(const ticket_state& base, const surroundings& around,
                                     std::size_t from) const {
    attempt made;
    made.to = from;
    made.generation = around.rules.generation;
    const policies::event& first = *step_[from].event;
    const std::optional<policies::input> input = policies::replayed_input(first);
    if (!input) return made;
    const envelope& head = step_[from].what.head;
    made.state = base;
    made.state.id = head.ticket;
    policies::prepare_replay(made.state, first);
    std::size_t aside = from;
    const policies::context known{around.rules, around.fleet, head.at};
    policies::step(made.state, *input, known, [&](const policies::event& each) {
        const policies::stamp nowhere{.seq = 0, .at = head.at};
        if (made.produced) return nowhere;
        const bool is_aside = around.passed_over.contains(policy_of(each));
        std::size_t& at = is_aside ? aside : made.to;
        at = next_event(at, around, is_aside);
        if (at < step_.size() &&
            says(step_[at].what, *step_[at].event, head.ticket, each, fleet_)) {
            const envelope& there = step_[at++].what.head;
            return policies::stamp{.seq = there.seq, .at = there.at};
        }
        if (is_aside) {
            if (made.otherwise.empty()) made.otherwise = policy_of(each);
            return nowhere;
        }
        made.ran_out = at == step_.size();
        made.produced = each;
        return nowhere;
    });
    made.equal = !made.produced && made.to > from;
    if (around.passed_over.empty()) return made;
    made.to = next_event(made.to, around, false);
    aside = next_event(aside, around, true);
    if (aside < step_.size() && made.otherwise.empty())
        made.otherwise = policy_of(*step_[aside].event);
    return made;
}

// What the difference rests on and the journal keeps as a hash only, or "". Only what policies that
// name it concluded may come out otherwise for it, and what was withheld for the sake of those; a
// difference beside that goes to `best`.
std::string replayer::unrecorded_fact(const replayed_ticket& who, std::vector<surroundings> ways,
                                      std::size_t from, std::optional<attempt>& best) const {
    const auto* look = std::get_if<policies::observed>(&*step_[from].event);
    const policies::reading* last = who.state.last ? &*who.state.last : nullptr;
    if (look != nullptr) last = &look->what;
    unrecorded_facts facts;
    for (surroundings& each : ways) {
        each.passed_over = resting_on_hashes(*each.rules.policies, last);
        facts.insert(each.passed_over.begin(), each.passed_over.end());
    }
    if (facts.empty()) return {};
    search found = find_way(who, ways, from);
    if (!found.best || found.best->otherwise.empty()) return {};
    const attempt& way = *found.best;
    const bool recorded = way.to < step_.size() && step_[way.to].event;
    const bool follows = (way.produced && hangs_on_others(*way.produced, who.state)) ||
                         (recorded && hangs_on_others(*step_[way.to].event, who.state));
    if (!found.whole && !follows) {
        best = std::move(found.best);
        return {};
    }
    const auto fact = facts.find(way.otherwise);
    return fact->second + ", which policy " + fact->first + " names";
}

// The ticket as it is known, and where something of it is not known for being volatile, the few
// ways in which it may be.
std::vector<ticket_state> replayer::guesses(const replayed_ticket& who,
                                            const policies::settings& rules) const {
    std::vector<ticket_state> all{who.state};
    // The reading before may have been judged by what was in force before a reload: then the next
    // one is the first of the new rules.
    if (who.first_since_reload && who.state.generation == rules.generation) {
        all.push_back(who.state);
        all.back().generation = rules.generation - 1;
    }
    if (!who.unsure) return all;
    std::vector<sequence> permits{0};
    for (const policies::flight& each : who.state.flights)
        if (each.phase == policies::flight_phase::intended) permits.push_back(each.intent);
    for (const sequence permit : permits) {
        for (const int readings : {2, 0}) {
            all.push_back(who.state);
            all.back().permitted = permit;
            all.back().fresh_readings = readings;
            all.back().generation = readings > 0 ? rules.generation : -1;
        }
    }
    return all;
}

// Goes on with what was recorded instead of what is concluded.
void replayer::adopt(replayed_ticket& who, std::size_t from, std::size_t to) {
    who.unsure = true;
    for (std::size_t at = from; at < to; ++at) {
        if (step_[at].event)
            fold_entry(step_[at]);
        else
            fold_daemons(step_[at].what);
    }
}

void replayer::fold_entry(const entry& what) {
    const envelope& head = what.what.head;
    const policies::stamp where{head.seq, head.at};
    apply_to_fleet(fleet_, head.ticket, *what.event, where);
    if (head.kind == "unwatch") {
        tickets_.erase(head.ticket);
        return;
    }
    // Of tickets that nobody asks for, nothing is kept.
    if (!how_.ticket.empty() && head.ticket != how_.ticket) return;
    ticket_state& state = tickets_[head.ticket].state;
    state.id = head.ticket;
    policies::apply(state, *what.event, where);
}

void replayer::fold_daemons(const record& what) {
    const auto body = parse_daemon_body(what);
    if (!body) return;
    settings_.take(*body);
    apply_to_fleet(fleet_, what.head, *body);
    const auto* start = std::get_if<start_body>(&*body);
    if (start == nullptr) return;
    const policies::event restarted = policies::restarted{start->seen_until};
    for (auto& [id, who] : tickets_) {
        policies::apply(who.state, restarted, {what.head.seq, what.head.at});
        forget_volatile(who.state);
        who.unsure = false;
    }
}

policies::fleet_view replayer::fleet_for(const entry& first) const {
    const envelope& head = first.what.head;
    return first.fleet ? *first.fleet : policies::view_of(fleet_.ledger, head.ticket, head.at);
}

void replayer::count_equal(std::size_t from, std::size_t to) {
    for (std::size_t at = from; at < to; ++at) {
        const entry& each = step_[at];
        if (!each.event) {
            fold_daemons(each.what);
            continue;
        }
        ++report_.compared;
        ++report_.kinds[each.what.head.kind];
        const envelope& head = each.what.head;
        apply_to_fleet(fleet_, head.ticket, *each.event, {head.seq, head.at});
    }
}

void replayer::report_difference(const attempt& found, std::size_t from) {
    stopped_ = !how_.go_on;
    if (report_.differences.size() >= most_differences) return;
    std::size_t at = found.to;
    while (at < step_.size() && !step_[at].event)
        ++at;
    const bool beyond = at >= step_.size();
    const entry& where = beyond ? step_.back() : step_[at];
    const envelope& begun = step_[from].what.head;
    replay_difference told;
    told.seq = where.what.head.seq;
    told.place = where.where;
    told.at = begun.at;
    told.ticket = begun.ticket;
    if (!beyond) {
        told.kind = where.what.head.kind;
        told.recorded = told.kind + " " + body_text(where.what);
    }
    if (found.produced) {
        const std::string kind{policies::kind_of(*found.produced)};
        if (beyond) told.kind = kind;
        told.produced = kind + " " + body_text(begun.ticket, *found.produced, fleet_);
    }
    report_.differences.push_back(std::move(told));
}

}  // namespace rolloutd::daemon
