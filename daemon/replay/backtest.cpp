#include "daemon/replay/backtest.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "daemon/journal/event_text.h"
#include "daemon/replay/unrecorded.h"

namespace rolloutd::daemon {

namespace {

constexpr std::size_t most_told = 1000;

// Whether a policy that reads parameters meets one that is recorded as a hash.
bool rests_on_hidden(const policies::settings& rules, const policies::reading& what) {
    const auto reads = [](const policies::policy& each) { return each.reads.params; };
    if (!std::ranges::any_of(rules.policies->policies, reads)) return false;
    return has_hashed_parameters(what);
}

}  // namespace

backtest::backtest(backtest_options how) : how_(std::move(how)), settings_(how_.zones) {
    settings_.substitute(how_.policies, how_.ceiling);
}

what_if& backtest::known(const ticket_id& id) {
    return tickets_.try_emplace(id, how_.since.value_or(timestamp::min())).first->second;
}

void backtest::begin_with(recovered before) {
    fleet_ = std::move(before.fleet);
    for (auto& [id, state] : before.tickets)
        if (is_tried(id)) known(id).begin_with(std::move(state));
}

void backtest::take(const record& what) {
    if (what.head.ticket.empty()) {
        ++report_.records;
        return take_daemons(what);
    }
    const auto event = parse_event(what);
    if (event) take(what.head, *event);
}

void backtest::close_step() {
    if (stepping_ != nullptr) stepping_->end_step();
    stepping_ = nullptr;
}

void backtest::take(const envelope& head, const policies::event& what) {
    ++report_.records;
    const policies::stamp where{head.seq, head.at};
    if (stepping_ != nullptr && (step_ticket_ != head.ticket || step_at_ != head.at)) close_step();
    // Of what rules did, the tried ones' own counts, which their steps fold in.
    const bool of_rules = std::holds_alternative<policies::intended>(what) ||
                          std::holds_alternative<policies::decided>(what);
    if (!of_rules) apply_to_fleet(fleet_, head.ticket, what, where);
    if (!is_tried(head.ticket)) return;
    const settings_in_force& now = settings_.now();
    if (!now.rules) {
        unknown_.insert(head.ticket);
        return;
    }
    what_if& who = known(head.ticket);
    if (!now.left_out.empty() && now.rules->policies->policies.empty())
        unjudged_.insert(head.ticket);
    view_ = policies::view_of(fleet_.ledger, head.ticket, head.at);
    if (const auto* look = std::get_if<policies::observed>(&what)) {
        if (rests_on_hidden(*now.rules, look->what)) unknown_.insert(head.ticket);
    }
    step_ticket_ = head.ticket;
    step_at_ = head.at;
    stepping_ = &who;
    who.take(what, where, world_of(now));
    if (!std::holds_alternative<policies::unwatched>(what)) return;
    close_step();
    if (!how_.since || head.at >= *how_.since) conclude(head.ticket, who);
    tickets_.erase(head.ticket);
}

what_if::world backtest::world_of(const settings_in_force& now) {
    return {*now.rules, view_, now.left_out, [this](const policies::event& what, timestamp at) {
                const policies::stamp where{next_number_++, at};
                const bool counts = std::holds_alternative<policies::intended>(what) ||
                                    std::holds_alternative<policies::decided>(what) ||
                                    std::holds_alternative<policies::answered>(what) ||
                                    std::holds_alternative<policies::effected>(what);
                if (counts) policies::fold_fleet(fleet_.ledger, step_ticket_, what, where);
                return where;
            }};
}

void backtest::take_daemons(const record& what) {
    close_step();
    const auto body = parse_daemon_body(what);
    if (!body) return;
    const auto* breaker = std::get_if<breaker_body>(&*body);
    const auto* reload = std::get_if<reload_body>(&*body);
    const bool switches =
        std::holds_alternative<freeze_body>(*body) || std::holds_alternative<thaw_body>(*body) ||
        (breaker != nullptr && !breaker->open) || (reload != nullptr && reload->accepted);
    if (switches) look_before_switch(what.head.at);
    // That the recorded operations opened it says nothing of those that are tried.
    if (breaker == nullptr || !breaker->open) apply_to_fleet(fleet_, what.head, *body);
    if (const auto* start = std::get_if<start_body>(&*body)) {
        for (auto& [id, who] : tickets_) {
            if (start->seen_until) look_on(id, who, *start->seen_until);
            who.restart(start->seen_until, {what.head.seq, what.head.at});
        }
    }
    settings_.take(*body);
}

// Tickets look on under what is in force now.
void backtest::look_on(const ticket_id& id, what_if& who, timestamp until) {
    const settings_in_force& now = settings_.now();
    if (!now.rules) return;
    step_ticket_ = id;
    view_ = policies::view_of(fleet_.ledger, id, until);
    who.look_until(until, world_of(now));
}

// What is due in the time before a freeze, a thaw or a reload is due under what was in force until
// then.
void backtest::look_before_switch(timestamp at) {
    for (auto& [id, who] : tickets_) {
        if (fleet_.seen_until) look_on(id, who, std::min(*fleet_.seen_until, at));
        who.look_no_more_before(at);
    }
}

void backtest::conclude(const ticket_id& id, what_if& who) {
    ++report_.tickets;
    report_.steps += who.steps();
    const bool unjudged = unjudged_.erase(id) > 0;
    if (unknown_.erase(id) > 0) {
        ++report_.undetermined["not recorded: settings, policies or parameters in the clear"];
        return;
    }
    if (unjudged) {
        ++report_.undetermined["not recorded: all that the policies name"];
        return;
    }
    if (who.parted_before()) {
        ++report_.undetermined["an operation before --since would have been another"];
        return;
    }
    ++report_.tried;
    count_pauses(who);
    if (!who.differs_at()) return;
    const auto& old_pause = who.old_pause();
    const auto& new_pause = who.new_pause();
    ++report_.differing;
    tried_ticket told;
    told.id = id;
    if (who.state().last) told.name = who.state().last->info.name;
    told.differs_at = *who.differs_at();
    told.old_pause = old_pause;
    told.new_pause = new_pause;
    told.old_wish = who.old_wish();
    told.new_wish = who.new_wish();
    told.only_new = who.only_new();
    told.only_old = who.only_old();
    const recorded_end& end = who.end();
    told.status = end.status;
    const bool sooner = new_pause && (!old_pause || new_pause->at < old_pause->at);
    if (sooner) {
        const int started = (who.ready_at_pause() - end.ready) -
                            std::max(0, end.canceled - who.canceled_at_pause());
        told.untouched = std::max(0, started);
        report_.untouched += static_cast<std::uint64_t>(told.untouched);
        if (end.over && end.within_rate) {
            told.needless = (old_pause ? old_pause->at : end.at) - new_pause->at;
            ++report_.needless_holds;
            report_.needless += told.needless;
        }
    }
    if (report_.otherwise.size() < most_told) report_.otherwise.push_back(std::move(told));
}

void backtest::count_pauses(const what_if& who) {
    const auto& old_pause = who.old_pause();
    const auto& new_pause = who.new_pause();
    if (!old_pause && who.old_wish()) ++report_.wished_old;
    if (!new_pause && who.new_wish()) ++report_.wished_new;
    if (new_pause && !old_pause) ++report_.paused_only_new;
    if (old_pause && !new_pause) ++report_.paused_only_old;
    if (!old_pause || !new_pause) return;
    ++report_.paused_by_both;
    const duration by = new_pause->at - old_pause->at;
    if (by < duration::zero()) {
        ++report_.paused_sooner;
        report_.sooner_by -= by;
    } else if (by > duration::zero()) {
        ++report_.paused_later;
        report_.later_by += by;
    }
}

void backtest::finish() {
    close_step();
    for (auto& [id, who] : tickets_) {
        if (fleet_.seen_until) look_on(id, who, *fleet_.seen_until);
        who.end_step();
        conclude(id, who);
    }
    tickets_.clear();
    report_.left_out = settings_.left_out();
}

}  // namespace rolloutd::daemon
