#include "tests/sim/day.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "daemon/journal/line_reader.h"
#include "daemon/journal/verify.h"
#include "daemon/replay/backtest_text.h"
#include "daemon/replay/journal_source.h"
#include "daemon/replay/replayer.h"
#include "daemon/setup.h"
#include "daemon/zones.h"
#include "tests/sim/coc_end.h"
#include "tests/sim/crew.h"
#include "tests/sim/rollouts.h"
#include "tests/sim/world.h"

namespace rolloutd::sim {

namespace {

using namespace std::chrono_literals;

// The person on duty looks so often.
constexpr duration look_every = 30s;
// A pause of a baking ticket that lasts longer than this is for a person: the bake takes two
// minutes, the rest is patience with reading and sending.
constexpr duration patience = 10min;
// So long after a pause a person lets the ticket go on all the same.
constexpr duration relent_after = 2min;

daemon::setup setup_for(const day_options& chosen) {
    daemon::setup made;
    made.options.ceiling = policies::mode::enforce;
    // Every other day the breaker opens now and then, and somebody has to close it.
    made.options.limits.operations_per_minute = 10'000;
    made.options.limits.tickets_per_hour =
        chosen.fine || chosen.seed % 2 == 0 ? 10'000 : std::max(1, chosen.tickets / 20);
    config::discovery found;
    found.creator = creator;
    made.options.discover = std::move(found);
    made.rules = config::to_settings(made.options);
    made.rules.policies = chosen.policies;
    return made;
}

class day {
public:
    explicit day(const day_options& chosen);
    day_report run();

private:
    std::vector<config::watched_ticket> named() const;
    bool begin();
    void play_until(timestamp until);
    void meet(const mishap& what);
    void get_over();
    void die();
    void be_on_duty();
    void overrule(const rollout& which, timestamp now);
    void judge_memory();
    void judge_ends();
    void judge_journal();
    void judge_replay();
    void judge_backtest();

    day_options chosen_;
    dice chance_;
    timestamp start_ = *policies::parse_timestamp("2026-11-21T00:00:00.000Z");
    timestamp end_;
    std::vector<rollout> rollouts_;
    referee judge_;
    std::unique_ptr<coc_end> cloud_;
    std::unique_ptr<world> world_;
    std::unique_ptr<crew> crew_;
    std::map<std::string, timestamp> paused_since_;
    std::set<std::string> overruled_;
    std::vector<mishap> hazards_;  // those to come, the next one last
    std::optional<mishap> present_;
    bool armed_ = false;  // the next moment of an operation is the process's last
    day_report report_;
};

day::day(const day_options& chosen)
    : chosen_(chosen),
      chance_(chosen.seed),
      end_(start_ + chosen.length),
      judge_(rate_limit{config::call_rate{}.per_second, config::call_rate{}.burst}) {
    // Trouble ends, and tickets begin, early enough for what they have to do.
    rollouts_ = make_rollouts(chance_.fork(), chosen.tickets, chosen.length * 40 / 100);
    weather outside(chance_.fork(), start_, start_ + chosen.length * 65 / 100);
    if (chosen.fine) outside = weather();
    report_.bursts = static_cast<int>(outside.bursts().size());
    coc_sim::scenario played;
    for (const rollout& each : rollouts_)
        played.tickets.push_back(each.plan);
    cloud_ = std::make_unique<coc_end>(std::move(played), start_, std::string(world_token));
    world::options options;
    options.start = start_;
    options.first = setup_for(chosen);
    options.first.options.watch = named();
    options.outside = std::move(outside);
    options.chance = chance_.fork();
    world_ = std::make_unique<world>(std::move(options), *cloud_, judge_,
                                     [this](const std::string& line) {
                                         judge_.became_durable(line);
                                         crew_->hear(line, *world_);
                                     });
    if (!chosen.fine && !chosen.safe) {
        hazards_ = make_hazards(chance_.fork(), start_, start_ + chosen.length * 65 / 100);
        std::ranges::reverse(hazards_);
    }
    std::vector<beginning> begin;
    for (const rollout& each : rollouts_)
        begin.push_back({each.plan.id, start_ + each.plan.appears + each.plan.start_delay});
    std::vector<errand> errands;
    if (!chosen.fine)
        errands = make_errands(chance_.fork(), start_ + chosen.length * 65 / 100,
                               std::min<duration>(20min, chosen.length / 40), begin);
    crew_ = std::make_unique<crew>(crew::parts{*cloud_, judge_, rollouts_}, std::move(errands),
                                   chance_.fork());
    judge_.tell_moments([this] {
        if (armed_) world_->doom_in(present_->turns);
    });
}

// What the trouble of the day is over with.
bool day::begin() {
    if (world_->start() == daemon::exit_code::ok) return true;
    judge_.report(world_->now(), "the daemon does not start");
    return false;
}

void day::meet(const mishap& what) {
    present_ = what;
    ++report_.hazards[what.what];
    switch (what.what) {
        case hazard::crash:
            world_->watch_turns(true);
            world_->doom_in(what.turns);
            break;
        case hazard::crash_at_act:
            armed_ = true;
            world_->watch_turns(true);
            break;
        case hazard::disk_refuses: world_->files().fail_always(what.operation); break;
        case hazard::disk_fails_once: world_->files().fail(what.operation); break;
        case hazard::standstill: world_->stand_still(what.lasts); break;
        case hazard::clock_back: world_->set_clock_back(what.lasts); break;
    }
}

void day::get_over() {
    armed_ = false;
    present_.reset();
    world_->watch_turns(false);
    world_->files().heal();
    world_->set_clock_back(duration::zero());
}

// The process dies, and some time later another one is there.
void day::die() {
    const mishap how = *present_;
    ++report_.deaths;
    get_over();
    world_->crash(how.keeps);
    judge_.process_died(world_->now());
    crew_->process_died();
    world_->run_until(std::min(world_->now() + how.lasts, end_));
    if (begin()) judge_memory();
}

// What people have forbidden, and were told was recorded, every process knows that starts on it.
void day::judge_memory() {
    const daemon::admin_page page = world_->look("/api/v1/status");
    const boost::json::value status = boost::json::parse(page.body);
    std::set<std::string> known;
    if (status.at("frozen").as_bool()) known.insert("");
    std::set<std::string> watched{""};
    for (const boost::json::value& each : status.at("tickets").as_array()) {
        const boost::json::object& row = each.as_object();
        const std::string id(row.at("id").as_string());
        watched.insert(id);
        if (row.contains("hold")) known.insert(id);
    }
    for (const auto& [what, stands] : judge_.forbidden().recorded()) {
        if (!stands || !watched.contains(what) || known.contains(what)) continue;
        judge_.report(world_->now(), "a new process does not know of the " +
                                         (what.empty() ? "freeze" : "hold of " + what));
    }
}

void day::play_until(timestamp until) {
    while (world_->now() < until) {
        timestamp next = until;
        if (!hazards_.empty()) next = std::min(next, hazards_.back().at);
        // One that waits for its moment is given up when the next is due.
        const bool waits =
            present_ && (present_->what == hazard::crash_at_act || present_->what == hazard::crash);
        if (present_ && !waits) next = std::min(next, present_->at + present_->lasts);
        world_->run_until(std::max(next, world_->now()));
        if (world_->doomed()) {
            die();
        } else if (!hazards_.empty() && hazards_.back().at <= world_->now()) {
            get_over();
            const mishap what = hazards_.back();
            hazards_.pop_back();
            meet(what);
        } else if (present_ && !waits && present_->at + present_->lasts <= world_->now()) {
            get_over();
        }
    }
}

day_report day::run() {
    if (!begin()) {
        report_.violations = judge_.violations();
        return std::move(report_);
    }
    // Between the beats of the polls: of a reading that was under way at a reload the record does
    // not say by which settings it was judged, and the backtest may take the other ones.
    const timestamp reload_at = start_ + chosen_.length / 3 + 2'345ms;
    bool reloaded = false;
    while (world_->now() < end_) {
        const timestamp now = world_->now();
        play_until(std::min({end_, now + look_every, crew_->next_due(now),
                             reloaded ? end_ : std::max(reload_at, now + 1ms)}));
        crew_->look(*world_);
        be_on_duty();
        if (!reloaded && world_->now() >= reload_at) world_->rewatch(named());
        reloaded = reloaded || world_->now() >= reload_at;
    }
    get_over();
    judge_ends();
    const auto ended = world_->stop();
    if (ended != daemon::exit_code::ok)
        judge_.report(world_->now(), "the daemon did not stop well");
    if (!chosen_.keep.empty()) world_->files().write_out(chosen_.keep);
    judge_journal();
    report_.violations = judge_.violations();
    report_.seen = judge_.seen();
    report_.log.assign(world_->log().lines().begin(), world_->log().lines().end());
    return std::move(report_);
}

// Those that are there from the beginning; the others are discovered.
std::vector<config::watched_ticket> day::named() const {
    std::vector<config::watched_ticket> there;
    for (const rollout& each : rollouts_) {
        if (each.plan.appears == 0ms) there.push_back({each.plan.id, {}});
    }
    return there;
}

// Lets go what the daemon leaves to a person: a continue whose answer was lost is never sent again,
// and a pause that began unseen may be anybody's.
void day::be_on_duty() {
    const timestamp now = world_->now();
    for (const rollout& each : rollouts_) {
        if (each.kind == rollout_kind::overruled) overrule(each, now);
        if (each.kind != rollout_kind::baking && each.kind != rollout_kind::meddled &&
            each.kind != rollout_kind::asked)
            continue;
        const std::string& id = each.plan.id;
        if (cloud_->status_of(id, now) != "PAUSED" || crew_->stops(id)) {
            paused_since_.erase(id);
        } else if (now - paused_since_.emplace(id, now).first->second > patience) {
            cloud_->by_a_person(id, "CONTINUE_ORDER", now);
            paused_since_.erase(id);
            // Where a person has meddled, `human_hold` leaves the rest to people as well.
            if (each.kind != rollout_kind::meddled) ++report_.acts_of_people;
        }
    }
}

// Lets a ticket go on that a rule had paused, once, and when that is beyond doubt.
void day::overrule(const rollout& which, timestamp now) {
    const std::string& id = which.plan.id;
    if (overruled_.contains(id) || !judge_.is_confirmed(id)) return;
    if (now - paused_since_.emplace(id, now).first->second < relent_after) return;
    if (cloud_->by_a_person(id, "CONTINUE_ORDER", now) == "continued") overruled_.insert(id);
}

void day::judge_ends() {
    const timestamp now = world_->now();
    if (!crew_->is_done()) judge_.report(now, "a freeze or hold could not be ended");
    const auto& watchers = world_->daemon().tickets().watchers();
    for (const rollout& each : rollouts_) {
        const std::string status = cloud_->status_of(each.plan.id, now);
        const std::string wrong = wrong_end(each, status, judge_.effects_on(each.plan.id));
        if (!wrong.empty()) judge_.report(now, wrong);
        const bool over = status == "FINISHED" || status == "CANCELED";
        if (over == watchers.contains(each.plan.id)) {
            judge_.report(now, each.plan.id + " is " + status + (over ? " and" : " but not") +
                                   " watched in the end");
        }
    }
}

void day::judge_journal() {
    for (const char* folder : {"journal", "torn"}) {
        for (const std::string& name : *world_->files().list(folder)) {
            const std::string path = std::string(folder) + "/" + name;
            daemon::line_reader lines(world_->files(), path);
            for (auto line = lines.next(); line && *line; line = lines.next())
                judge_.found(std::string(**line));
        }
    }
    judge_.report_lost(world_->now());
    const auto checked = daemon::verify_journal(world_->files(), {.deep = true});
    if (!checked) {
        judge_.report(world_->now(), "the journal is damaged: " + to_text(checked.error()));
    } else {
        report_.records = checked->records;
        report_.last_hash = checked->last.hash;
        judge_replay();
        judge_backtest();
    }
}

// What the record tells must follow from the record alone.
void day::judge_replay() {
    daemon::replay_options how;
    how.zones = daemon::system_zones();
    daemon::replayer again(how);
    const auto read = daemon::read_records(
        world_->files(), {},
        {[&](daemon::recovered before) { again.begin_with(std::move(before)); },
         [&](daemon::record what, const daemon::record_place& where) {
             return again.take(std::move(what), where);
         }});
    if (!read) return judge_.report(world_->now(), "no replay: " + to_text(read.error()));
    again.finish();
    report_.replayed = again.report().compared;
    for (const daemon::replay_difference& each : again.report().differences)
        judge_.report(world_->now(), "replay differs at record " + std::to_string(each.seq) +
                                         "\n    recorded: " + each.recorded +
                                         "\n    produced: " + each.produced);
    for (const auto& [what, times] : again.report().undetermined)
        judge_.report(world_->now(), "replay is undetermined: " + what);
}

// The same policies would have done the same. Not asked where the breaker has opened: when it opens
// in the tried fleet is counted over tickets that are judged in another order (docs/replay.md).
void day::judge_backtest() {
    if (judge_.seen().acts.contains("breaker close")) return;
    daemon::backtest_options how;
    how.zones = daemon::system_zones();
    how.policies = chosen_.policies;
    daemon::backtest test(how);
    const auto read =
        daemon::read_records(world_->files(), {},
                             {[&](daemon::recovered before) { test.begin_with(std::move(before)); },
                              [&](const daemon::record& what, const daemon::record_place&) {
                                  test.take(what);
                                  return true;
                              }});
    if (!read) return judge_.report(world_->now(), "no backtest: " + to_text(read.error()));
    test.finish();
    if (test.report().differing > 0)
        judge_.report(world_->now(),
                      "the same policies differ:\n" + daemon::render_backtest(test.report()));
}

}  // namespace

std::shared_ptr<const policies::policy_set> load_policies_of(const std::string& folder) {
    daemon::checked_policies checked = daemon::check_policies({folder});
    if (policies::has_errors(checked.issues)) throw std::runtime_error(checked.rendered);
    return std::make_shared<const policies::policy_set>(std::move(checked.set));
}

day_report play(const day_options& chosen) { return day(chosen).run(); }

}  // namespace rolloutd::sim
