#include "daemon/watcher.h"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>
#include <variant>

#include "policies/last_look.h"

namespace rolloutd::daemon {

namespace asio = boost::asio;
using policies::duration;
using policies::timestamp;

namespace {

// Readings at once, one after the other, that the engine may ask for before the pace is enforced.
constexpr int most_hurried = 3;

}  // namespace

watcher::watcher(watch_parts& around, policies::ticket_state state, timestamp first)
    : around_(around),
      state_(std::move(state)),
      reader_(around.time, around.cloud, state_.id),
      wait_(around.time),
      grid_(first, around.poll.every),
      due_(first),
      planned_(around.poll.every),
      good_or_begun_(around.time.steady_now()) {}

watcher::~watcher() = default;

void watcher::begin(const policies::watched& how) {
    const policies::event begins = how;
    const policies::stamp where = around_.records.record(state_.id, begins, around_.time.now());
    policies::apply(state_, begins, where);
}

asio::awaitable<void> watcher::run() {
    while (!ending_) {
        const bool poked = co_await wait_.wait_until(due_);
        if (ending_) break;
        if (poked && around_.time.now() < due_) continue;
        co_await round();
        if (last_.over) break;
        due_ = plan_next();
    }
}

// One reading, its step, and the operation that the step permits, with its answer.
asio::awaitable<void> watcher::round() {
    // A reload never tears a step: what is read and what judges it belong together.
    const std::shared_ptr<const policies::settings> rules = around_.rules;
    judged_by_ = rules;
    last_tried_ = around_.time.now();
    policies::observation what = co_await reader_.read(state_, *rules);
    failed_ = std::holds_alternative<policies::failed_reading>(what);
    // Without a journal nothing can be concluded, as nothing could be answered for: the time until
    // it is well again counts as not seen.
    if (!around_.records.writable()) {
        last_.read_now = false;
        last_.wake_at.reset();
        co_return;
    }
    take(*rules, policies::seen{std::move(what), planned_});
    if (!last_.send) co_return;

    permit given = permit_of_step();
    if (rests_on_old_status(given.what)) {
        const bool same = co_await reader_.still_shows(given.what, state_);
        if (!same) {
            take(*rules, policies::withheld{given.intent, "changed"});
            co_return;
        }
    }
    given.given = reader_.status_read_at();
    // From here to the recorded answer nothing may be torn off: an operation without a result would
    // have to be looked for.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    policies::input answered = co_await around_.hands.carry_out(std::move(given));
    take(*rules, std::move(answered));
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
}

// The rest of a reading may take long, and what is left of the time that a reading lasts is needed
// for the disk and the connection. The executor judges how long it took from then on.
bool watcher::rests_on_old_status(const policies::intended& what) const {
    if (what.what.what == policies::action::pause) return false;
    return around_.time.steady_now() - reader_.status_read_at() > policies::reading_lasts / 2;
}

permit watcher::permit_of_step() const {
    permit given;
    given.ticket = state_.id;
    given.what = *last_.send;
    given.intent = last_.send_intent;
    given.removed = [this] { return ending_; };
    return given;
}

void watcher::take(const policies::settings& rules, policies::input what) {
    const timestamp now = around_.time.now();
    const bool reading = std::holds_alternative<policies::seen>(what);
    const policies::fleet_view fleet = around_.records.fleet(state_.id, now);
    const policies::context around{rules, fleet, now};
    policies::outcome next = policies::step(state_, what, around, [&](const policies::event& each) {
        return around_.records.record(state_.id, each, now);
    });
    if (next.views.empty() && !reading) {
        // An answer judges no rule: the views of the reading stand.
        next.views = std::move(last_.views);
    }
    if (!reading) next.over = next.over || last_.over;
    next.events.clear();
    last_ = std::move(next);
    if (reading) note_reading(now);
}

void watcher::note_reading(timestamp now) {
    around_.counters.read(last_.fresh);
    if (last_.fresh) {
        last_good_ = now;
        good_or_begun_ = around_.time.steady_now();
    }
    for (const policies::rule_view& each : last_.views) {
        around_.counters.evaluated(each.key.policy, each.now);
    }
}

// The earliest of the next slot and what the engine asked for, within the pace that is configured.
timestamp watcher::plan_next() {
    const timestamp now = around_.time.now();
    const timestamp began = last_tried_.value_or(now);
    const auto [slot, missed] = grid_.next(now);
    if (missed > 0) around_.counters.missed(missed);
    timestamp due = slot;
    const bool hurry = last_.read_now && !failed_ && hurried_ < most_hurried;
    hurried_ = hurry ? hurried_ + 1 : 0;
    if (hurry) {
        due = now;
    } else if (last_.wake_at) {
        due = std::min(due, std::max(*last_.wake_at, began + around_.poll.fastest));
    }
    if (failed_ && reader_.retry_after()) {
        const timestamp asked = now + std::min(*reader_.retry_after(), around_.poll.slowest);
        grid_.skip_to(asked);
        due = std::max(due, asked);
    }
    planned_ = std::max(duration{0}, std::chrono::ceil<duration>(due - began));
    return due;
}

void watcher::notice_silence() {
    if (ending_ || last_.over || !judged_by_ || !around_.records.writable()) return;
    if (!policies::is_overdue(state_, planned_, around_.time.now())) return;
    // A clock that was set forward makes nobody silent.
    const duration silent =
        std::chrono::floor<duration>(around_.time.steady_now() - good_or_begun_);
    if (silent <= policies::longest_stretch(planned_)) return;
    take(*judged_by_, policies::wake{planned_});
}

void watcher::end() {
    ending_ = true;
    wait_.poke();
}

void watcher::refresh() {
    grid_.set_every(around_.poll.every);
    due_ = std::min(due_, around_.time.now() + around_.poll.every);
    wait_.poke();
}

}  // namespace rolloutd::daemon
