#include "daemon/app.h"

#include <algorithm>
#include <utility>

#include "daemon/health.h"
#include "daemon/issue_log.h"
#include "daemon/settings_record.h"
#include "daemon/watch_plan.h"
#include "daemon/zones.h"
#include "policies/check.h"

namespace rolloutd::daemon {

namespace asio = boost::asio;
using policies::duration;

namespace {

constexpr duration tick_every = std::chrono::seconds{1};
constexpr duration seen_every = std::chrono::seconds{30};
constexpr duration status_every = std::chrono::seconds{5};
// How long an operation that was sent may still be answered after SIGTERM: 10 s in all.
constexpr duration settle_within = std::chrono::seconds{8};
// How long people may still be told of what has happened; out of the same time.
constexpr duration tell_within = std::chrono::seconds{1};

}  // namespace

app::app(const app_ports& around, setup first)
    : around_(around),
      setup_(std::move(first)),
      record_time_([this] { return around_.time.now(); }),
      clock_news_(around.log),
      wake_(around.time),
      started_(around.time.now()) {}

app::~app() = default;

exit_code app::open(const std::string& accept_broken) {
    const config::journal& how = setup_.options.journalling;
    journal_ports ports{around_.files,   around_.loop,
                        around_.worker,  [this] { return record_time_.now(); },
                        around_.entropy, [this](const ticket_id& from) { return state_from(from); },
                        around_.mirror,  around_.key};
    journal_options options;
    options.rotate = static_cast<std::uint64_t>(how.rotate_bytes);
    options.redact = how.redact;
    options.keeping = {true, how.keep, static_cast<std::uint64_t>(how.keep_bytes)};
    options.settings = settings_record(setup_.rules);
    options.accept_broken = accept_broken;
    auto opened = journal::open(std::move(ports), std::move(options));
    if (!opened) {
        const journal_failure& why = opened.error();
        around_.log.error("journal_unusable", {{"error", to_text(why)}});
        return why.why == journal_failure::kind::broken ? exit_code::damaged_journal
                                                        : exit_code::failure;
    }
    journal_ = std::move(*opened);
    anew_ = journal_.state.started_anew;
    setup_ = no_more_than_allowed(std::move(setup_));
    if (journal_.state.last_at) around_.time.not_before(*journal_.state.last_at);
    news_ = std::make_unique<journal_news>(*journal_.log, around_.log, around_.counters);
    overrun_ = std::make_unique<overrun_news>(*journal_.log, around_.log, around_.counters);
    recorder_ = std::make_unique<journal_recorder>(
        journal_recorder::parts{*journal_.log, record_time_, around_.counters, around_.log,
                                around_.mirror == nullptr || !stderr_is_journal(),
                                [this](const auto& id, const auto& what, const auto& where) {
                                    if (herald_) herald_->hear(id, what, where);
                                }});
    return exit_code::ok;
}

// Holds, freezes and what was done before stand in the journal that was set aside, so nobody knows
// what rules may do now: they propose (DESIGN §9), pauses included, until the next start.
setup app::no_more_than_allowed(setup what) const {
    if (anew_) what.rules.ceiling = std::min(what.rules.ceiling, policies::mode::propose);
    return what;
}

// Before there is a fleet, what recovery found.
const policies::ticket_state* app::state_from(const ticket_id& from) const {
    if (fleet_) return fleet_->state_from(from);
    const auto found = journal_.state.tickets.lower_bound(from);
    return found == journal_.state.tickets.end() ? nullptr : &found->second;
}

asio::awaitable<exit_code> app::run() {
    start_fleet();
    if (!listen()) {
        stop_wanted_ = "the address or socket is not to be had";
        co_await settle();
        co_return exit_code::failure;
    }
    around_.log.info("ready", {{"tickets", std::to_string(fleet_->watchers().size())},
                               {"policies", std::to_string(setup_.rules.policies->policies.size())},
                               {"mode", std::string(to_text(setup_.rules.ceiling))}});
    around_.manager.tell(ready_line(status_line_text()));
    while (!stop_wanted_) {
        co_await wake_.wait_until(around_.time.now() + tick_every);
        tick();
        if (reload_wanted_ && !stop_wanted_) reload();
    }
    const exit_code code = co_await settle();
    co_return code;
}

// The state as it was, under the settings as they are: what was seen before this start ends at the
// last `seen` record, and the rest is a gap.
void app::start_fleet() {
    const timestamp now = around_.time.now();
    reloaded_ = now;
    around_.counters.reloaded(true, now);
    start_body body;
    body.version = ROLLOUTD_VERSION;
    body.tz_version = system_zones_version();
    body.settings = settings_record(setup_.rules);
    body.policies = policy_digests(setup_.rules);
    const std::optional<timestamp> seen_until = journal_.state.fleet.seen_until;
    const policies::stamp at = journal_.log->start(std::move(body));
    for (auto& [id, state] : journal_.state.tickets) {
        policies::apply(state, policies::restarted{seen_until}, at);
    }
    record_policies();
    start_herald();
    brakes_.frozen = journal_.state.fleet.ledger.frozen;
    for (const auto& [id, who] : journal_.state.fleet.held)
        brakes_.held.insert(id);
    around_.log.info("start", {{"version", ROLLOUTD_VERSION},
                               {"journal", journal_.log->id()},
                               {"epoch", std::to_string(journal_.log->epoch())},
                               {"folded", std::to_string(journal_.state.folded)},
                               {"tickets", std::to_string(journal_.state.tickets.size())}});
    if (anew_)
        around_.log.error(
            "journal_set_aside",
            {{"consequence",
              "this run proposes and sends nothing; from the next start on all but pause and "
              "notify is proposed until `rolloutctl breaker close`; holds and freezes of before "
              "are gone: give them again"}});

    executor_ = std::make_unique<executor>(executor::parts{around_.loop, around_.time,
                                                           around_.cloud, *recorder_,
                                                           around_.counters, around_.log, brakes_});
    watch_parts parts{around_.time,
                      around_.cloud,
                      *recorder_,
                      *executor_,
                      around_.counters,
                      around_.log,
                      with_generation(setup_.rules, generation_),
                      plan_of(setup_.options)};
    fleet_ = std::make_unique<fleet>(around_.loop, std::move(parts));
    // Here as in the fold of the journal.
    fleet_->set_farewell([this](const policies::ticket_id& id) {
        if (holder_of(id) == nullptr) brakes_.held.erase(id);
    });
    fleet_->set_holders([this](const policies::ticket_id& id) { return holder_of(id); });
    if (herald_) herald_->resume(journal_.state.tickets, *setup_.rules.policies);
    fleet_->start(list_of(setup_.options), std::move(journal_.state.tickets));
    lists_ =
        std::make_unique<api::task_group>(around_.loop, [](std::string_view, std::exception_ptr) {
            policies::invariant_broken("what lists tickets never fails", __FILE__, __LINE__);
        });
    discovery_ = std::make_unique<discovery>(
        discovery::parts{around_.time, around_.cloud, *fleet_, around_.log},
        setup_.options.discover);
    roll_call_ = std::make_unique<roll_call>(around_.time, around_.cloud, *fleet_);
    lists_->spawn("discovery", discovery_->run());
    lists_->spawn("roll_call", roll_call_->run());
    seen_due_ = now + seen_every;
    status_due_ = now + status_every;
}

void app::start_herald() {
    if (!around_.connect_notices) return;
    const config::cloud& coc = setup_.options.coc;
    herald_ = std::make_unique<herald>(
        herald::parts{around_.loop,
                      around_.time,
                      *journal_.log,
                      around_.log,
                      around_.counters,
                      {around_.instance, coc.endpoint_text, coc.project_id, "", ROLLOUTD_VERSION},
                      around_.connect_notices,
                      [this](const std::string& policy) { return mode_word(setup_.rules, policy); },
                      around_.entropy},
        setup_.notices);
}

const policies::person* app::holder_of(const ticket_id& id) const {
    const auto& held = journal_.log->fleet().held;
    const auto found = held.find(id);
    return found == held.end() ? nullptr : &found->second;
}

bool app::listen() {
    const config::api& how = setup_.options.admin;
    pages_ = std::make_unique<pages>(*fleet_, around_.counters, [this] { return facts(); });
    desk_ = std::make_unique<operator_desk>(
        operator_desk::parts{around_.loop, around_.time, *fleet_, *journal_.log, brakes_,
                             around_.log, *pages_, around_.names, herald_.get()});
    server_ = std::make_unique<admin_server>(around_.loop, desk_->pages(), around_.log);
    auto wrong = around_.socket >= 0 ? server_->adopt_local(around_.socket)
                                     : server_->listen_local(how.socket, how.operators_group);
    if (!wrong) wrong = server_->listen_tcp(how.listen_host, how.listen_port);
    if (wrong) {
        around_.log.error("cannot_listen", {{"error", *wrong}});
        return false;
    }
    const std::string port = ":" + std::to_string(tcp_port());
    around_.log.info("listening", {{"address", how.listen_host + port}, {"socket", how.socket}});
    return true;
}

void app::record_policies() {
    for (const policies::policy& each : setup_.rules.policies->policies) {
        journal_.log->append_policy({each.file, each.sha256, each.text});
    }
}

// Once a second, and after each request.
void app::tick() {
    const timestamp now = around_.time.now();
    journal_.log->tick();
    news_->tell();
    const bool writable = journal_.log->writable();
    fleet_->notice_silence();
    tell_people();
    if (now >= seen_due_) {
        seen_due_ = now + seen_every;
        const std::optional<timestamp> until = fleet_->seen_until();
        if (until && writable) recorder_->record_seen(*until, now);
    }
    if (now >= status_due_) {
        status_due_ = now + status_every;
        around_.manager.tell(status_line(status_line_text()));
    }
    clock_news_.tell(around_.time.ahead());
    tell_watchdog(now);
}

void app::tell_people() {
    overrun_->tell(*fleet_, setup_);
    if (!herald_) return;
    const bool settled_in = around_.time.now() - started_ > 2 * setup_.options.polling.slowest;
    herald_->stand(conditions_of(
        health_of({*journal_.log, *news_, *overrun_, *fleet_, *discovery_, around_.token_problem(),
                   last_reload_well_, settled_in, trust_problem_})));
}

void app::tell_watchdog(timestamp now) {
    const journal& log = *journal_.log;
    const bool told_otherwise = !log.writable() && !log.hanging();
    const bool must_not_forget = brakes_.frozen || !brakes_.held.empty();
    const sign_of_life::pulse pulse{log.last_seq(), log.durable_seq(),
                                    told_otherwise || must_not_forget};
    if (signs_.is_due(now, pulse, around_.manager.watchdog()))
        around_.manager.tell(watchdog_line());
}

void app::reload() {
    reload_wanted_ = false;
    around_.manager.tell(reloading_line(around_.manager.monotonic_usec()));
    loaded next = around_.load();
    if (next.good) {
        warn_of_findings(next);
        accept_reload(std::move(*next.good));
    } else {
        refuse_reload(next);
    }
    reload_trust();
    around_.manager.tell(ready_line(status_line_text()));
}

// Also after a reload that was refused: certificates expire, whatever is wrong with a policy.
void app::reload_trust() {
    trust_problem_ = around_.reload_trust ? around_.reload_trust() : "";
    if (trust_problem_.empty()) return;
    around_.counters.reloaded(false, around_.time.now());
    around_.log.error("reload_problem", {{"message", trust_problem_},
                                         {"consequence", "the old certificates stay in force"}});
}

// What is suspicious never stops a reload; it is for a person to look at.
void app::warn_of_findings(const loaded& what) {
    log_issues(around_.log, &event_log::warning, "policy_finding", what.issues);
}

void app::refuse_reload(const loaded& what) {
    last_reload_well_ = false;
    around_.counters.reloaded(false, around_.time.now());
    log_issues(around_.log, &event_log::error, "reload_problem", what.issues);
    around_.log.error("reload_refused", {{"problems", std::to_string(what.issues.size())},
                                         {"consequence", "the old set stays in force"}});
    record_reload(false, record_text(what.issues));
}

// The settings in force from here on, whether they are new or stay.
void app::record_reload(bool accepted, std::string detail) {
    reload_body body;
    body.accepted = accepted;
    body.detail = std::move(detail);
    body.version = ROLLOUTD_VERSION;
    body.tz_version = system_zones_version();
    body.settings = settings_record(setup_.rules);
    body.policies = policy_digests(setup_.rules);
    journal_.log->append(daemon_body{std::move(body)});
    around_.counters.recorded();
}

void app::accept_reload(setup next) {
    for (const std::string& each : needs_restart(setup_, next)) {
        around_.log.warning("reload_incomplete",
                            {{"setting", each}, {"consequence", "changes at the next start"}});
    }
    setup_ = no_more_than_allowed(std::move(next));
    ++generation_;
    last_reload_well_ = true;
    const timestamp now = around_.time.now();
    reloaded_ = now;
    around_.counters.reloaded(true, now);
    record_reload(true, {});
    record_policies();
    const fleet_changes changes =
        fleet_->reload(list_of(setup_.options), with_generation(setup_.rules, generation_),
                       plan_of(setup_.options));
    discovery_->set_plan(setup_.options.discover);
    if (herald_) herald_->reload(setup_.notices, *setup_.rules.policies);
    around_.log.info("reload",
                     {{"generation", std::to_string(generation_)},
                      {"policies", std::to_string(setup_.rules.policies->policies.size())},
                      {"added", std::to_string(changes.added.size())},
                      {"removed", std::to_string(changes.removed.size())}});
}

// Nothing new is begun; what was sent is settled; the last record is durable.
asio::awaitable<exit_code> app::settle() {
    const timestamp began = around_.time.now();
    brakes_.stopping = true;
    around_.manager.tell(stopping_line());
    around_.log.info("stopping", {{"reason", *stop_wanted_}});
    executor_->stop_by(around_.time.now() + settle_within);
    lists_->cancel();
    co_await lists_->join();
    co_await fleet_->stop();
    co_await executor_->join();
    // Whoever asks for something from now on is better told that nobody is there.
    if (server_) co_await server_->stop();
    if (desk_) co_await desk_->stop();
    const timestamp told = std::min(around_.time.now() + tell_within, began + settle_within);
    if (herald_) co_await herald_->stop(told);
    journal_.log->append(daemon_body{stop_body{*stop_wanted_}});
    const auto closed = co_await journal_.log->close();
    if (!closed) {
        around_.log.error("journal_not_closed", {{"error", to_text(closed.error())}});
    }
    around_.log.info("stop", {{"reason", *stop_wanted_}});
    co_return closed ? exit_code::ok : exit_code::failure;
}

void app::request_reload() {
    reload_wanted_ = true;
    wake_.poke();
}

void app::request_stop(std::string why) {
    if (!stop_wanted_) stop_wanted_ = std::move(why);
    wake_.poke();
}

daemon_facts app::facts() const {
    daemon_facts now;
    now.started = started_;
    now.reloaded = reloaded_;
    now.last_reload_well = last_reload_well_ && trust_problem_.empty();
    now.journal_writable = journal_.log->writable();
    now.journal_end = journal_.log->durable_end();
    now.stopping = stop_wanted_.has_value();
    if (herald_) now.told = herald_->standing();
    now.not_ready = news_->not_ready();
    if (std::string wrong = around_.token_problem(); !wrong.empty()) {
        now.not_ready.push_back("the credentials cannot be used: " + std::move(wrong));
    }
    if (!overrun_->problem().empty()) now.not_ready.push_back(overrun_->problem());
    if (std::string wrong = discovery_ ? discovery_->problem() : ""; !wrong.empty()) {
        now.not_ready.push_back(std::move(wrong));
    }
    if (now.stopping) now.not_ready.push_back("the daemon is stopping");
    return now;
}

std::string app::status_line_text() const {
    return status_text(static_cast<int>(fleet_->watchers().size()), paused_by_policy(*fleet_),
                       to_text(setup_.rules.ceiling));
}

}  // namespace rolloutd::daemon
