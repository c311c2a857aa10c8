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

watcher::watcher(watch_parts& around, turns& order, policies::ticket_state state)
    : around_(around),
      order_(order),
      state_(std::move(state)),
      reader_(around.time, around.cloud, state_.id),
      wait_(around.time),
      due_(around.time.now()),
      planned_(around.poll.every),
      good_or_begun_(around.time.steady_now()) {}

watcher::~watcher() { order_.leave(state_.id); }

void watcher::begin(const policies::watched& how) { note(how); }

void watcher::note(const policies::event& what) {
    tell_evidence(last_);
    const policies::stamp where = around_.records.record(state_.id, what, around_.time.now());
    policies::apply(state_, what, where);
}

std::string watcher::act(const policies::operator_act& what) {
    // A reading that is under way is judged by what it began with, and so is what comes meanwhile.
    const std::shared_ptr<const policies::settings> rules = judged_by_ ? judged_by_ : around_.rules;
    take(*rules, what);
    ordered_ = true;
    order_.hear(state_.id);
    return last_.refused;
}

asio::awaitable<void> watcher::run() {
    order_.join(state_.id, [this] {
        my_turn_ = true;
        wait_.poke();
    });
    while (!ending_) {
        co_await wait_.wait_until(api::until_rung);
        if (ending_) break;
        if (!my_turn_) continue;
        my_turn_ = false;
        co_await round();
        if (last_.over) break;
        plan_next();
    }
    order_.leave(state_.id);
}

// One reading, its step, and the operation that the step permits, with its answer.
asio::awaitable<void> watcher::round() {
    // A reload never tears a step: what is read and what judges it belong together.
    const std::shared_ptr<const policies::settings> rules = around_.rules;
    judged_by_ = rules;
    last_tried_ = around_.time.now();
    count_late(*last_tried_);
    const duration planned = planned_until(*last_tried_);
    ordered_ = false;
    reading_ = true;
    policies::observation what = co_await reader_.read(state_, *rules);
    reading_ = false;
    order_.has_read(state_.id, reader_.calls());
    failed_ = std::holds_alternative<policies::failed_reading>(what);
    // Without a journal nothing can be concluded, as nothing could be answered for: the time until
    // it is well again counts as not seen.
    if (!around_.records.writable()) {
        last_.read_now = false;
        last_.wake_at.reset();
        sighted_ = false;
        co_return;
    }
    take(*rules, policies::seen{std::move(what), planned});
    if (!last_.send) co_return;

    permit given = permit_of_step();
    // What was ordered while the ticket was being read is sent upon a reading that began later.
    const bool too_early = ordered_ && given.what.what.what != policies::action::pause;
    if (too_early || rests_on_old_status(given.what)) {
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
    // The views stand, but not what they were made from.
    if (!reading) tell_evidence(last_);
    policies::outcome next = policies::step(state_, what, around, [&](const policies::event& each) {
        return around_.records.record(state_.id, each, now);
    });
    if (next.views.empty() && !reading) {
        // An answer judges no rule: the views of the reading stand.
        next.views = std::move(last_.views);
        next.bare = last_.bare;
    }
    if (!reading) next.over = next.over || last_.over;
    if (!next.events.empty()) foreseen_at_.reset();
    next.events.clear();
    last_ = std::move(next);
    if (reading) note_reading(now);
}

std::vector<policies::rule_view> watcher::rules_told() const {
    policies::outcome told = last_;
    tell_evidence(told);
    return std::move(told.views);
}

// As the last reading left them; nothing has happened to the ticket since.
void watcher::tell_evidence(policies::outcome& judged) const {
    if (!judged.bare) return;
    const policies::fleet_view fleet = around_.records.fleet(state_.id, last_at_);
    policies::tell_evidence(judged, state_, {*last_by_, fleet, last_at_});
}

void watcher::note_reading(timestamp now) {
    last_by_ = judged_by_;
    last_at_ = now;
    around_.counters.read(last_.fresh);
    sighted_ = last_.fresh;
    if (sighted_) {
        last_good_ = now;
        good_or_begun_ = around_.time.steady_now();
    }
    for (const policies::rule_view& each : last_.views) {
        around_.counters.evaluated(each.key.policy, each.now);
    }
}

// A turn that came later than one interval after it was planned.
void watcher::count_late(timestamp now) {
    if (planned_ <= duration::zero() || now < due_ + planned_) return;
    around_.counters.missed(
        static_cast<int>(std::min<duration::rep>((now - due_) / planned_, 1000)));
}

// What the engine asked for goes with what can be foreseen; the order knows the pace.
void watcher::plan_next() {
    const timestamp now = around_.time.now();
    const bool hurry = (last_.read_now || ordered_) && !failed_ && hurried_ < most_hurried;
    hurried_ = hurry ? hurried_ + 1 : 0;
    if (sighted_) {
        policies::foresight what = foreseen(now);
        what.at_once = hurry;
        if (last_.wake_at)
            what.asked = std::min(what.asked.value_or(*last_.wake_at), *last_.wake_at);
        planned_ = order_.back(state_.id, what);
    } else {
        const duration wait = failed_ ? reader_.retry_after().value_or(duration{0}) : duration{0};
        planned_ = order_.back(state_.id, wait, hurry ? std::optional(now) : last_.wake_at);
    }
    due_ = now + planned_;
}

// Asking the rules about what may come takes longer than judging what is; while nothing happens the
// answer stays what it was, but for the time.
const policies::foresight& watcher::foreseen(timestamp now) {
    const duration horizon = around_.poll.slowest;
    const bool stands =
        foreseen_at_ && now - *foreseen_at_ < horizon / 4 && (!ahead_.asked || *ahead_.asked > now);
    if (stands) return ahead_;
    const policies::fleet_view fleet = around_.records.fleet(state_.id, now);
    ahead_ = policies::foresee(state_, last_, {*judged_by_, fleet, now}, horizon);
    foreseen_at_ = now;
    return ahead_;
}

// The interval by which the ticket is judged. While turns are given, others have been read instead
// of it: then it was planned to wait, and is not taken for unseen. A cloud that answers nobody, or
// a reading that hangs, is no such plan.
duration watcher::planned_until(timestamp turn) const {
    if (state_.blind || !last_good_ || !order_.flowing()) return planned_;
    return std::max(planned_, std::min(turn - *last_good_, order_.patience()) / 2);
}

void watcher::notice_silence() {
    if (ending_ || last_.over || !judged_by_ || !around_.records.writable()) return;
    const timestamp now = around_.time.now();
    const duration planned = planned_until(reading_ ? *last_tried_ : now);
    if (!policies::is_overdue(state_, planned, now)) return;
    // A clock that was set forward makes nobody silent.
    const duration silent =
        std::chrono::floor<duration>(around_.time.steady_now() - good_or_begun_);
    if (silent <= policies::longest_stretch(planned)) return;
    take(*judged_by_, policies::wake{planned});
}

void watcher::end() {
    ending_ = true;
    wait_.poke();
}

}  // namespace rolloutd::daemon
