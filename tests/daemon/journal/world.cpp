#include "tests/daemon/journal/world.h"

#include <sstream>

#include "daemon/journal/event_text.h"
#include "daemon/journal/verify.h"

namespace rolloutd::daemon::testing {

using namespace policies;

journal_result<recovered> world::open() {
    if (log) kill();
    const auto entropy = [this](std::size_t count) { return std::string(count, next_random++); };
    const auto states = [this](const ticket_id& from) -> const ticket_state* {
        const auto found = tickets.lower_bound(from);
        return found == tickets.end() ? nullptr : &found->second;
    };
    journal_ports ports{
        files, io.get_executor(), worker, [this] { return now += look; }, entropy, states, mirror,
        key};
    auto opened = journal::open(std::move(ports), options);
    if (!opened) return opened.error();
    log = std::move(opened->log);
    return std::move(opened->state);
}

recovered world::start() {
    auto state = open();
    EXPECT_TRUE(state) << to_text(state.error());
    tickets = state->tickets;
    start_body what;
    what.version = "0.1.0";
    what.tz_version = "2026a";
    const stamp where = log->start(what);
    for (auto& [id, each] : tickets)
        apply(each, restarted{state->fleet.seen_until}, where);
    settle();
    return std::move(*state);
}

stamp world::record(const ticket_id& ticket, const event& what) {
    event bound = what;
    ticket_state& state = tickets[ticket];
    state.id = ticket;
    bind(bound, state);
    const stamp where = log->append(ticket, bound);
    apply(state, bound, where);
    if (std::holds_alternative<unwatched>(what)) tickets.erase(ticket);
    return where;
}

ticket_state world::as_recorded(const ticket_id& ticket) const {
    ticket_state state = tickets.at(ticket);
    const redaction hide{options.redact, log->fleet().salt};
    if (state.last) state.last = hide(*state.last);
    return state;
}

void world::settle() {
    io.restart();
    io.run();
}

recovered world::fold() {
    auto state = fold_journal(files);
    EXPECT_TRUE(state) << to_text(state.error());
    return state ? std::move(*state) : recovered{};
}

void world::kill() {
    files.die();
    log.reset();
    io.restart();
    io.poll();
    files.heal();
}

void world::crash(std::size_t keep) {
    kill();
    files.crash(keep);
}

std::string& world::bytes(const std::string& segment) {
    return files.files.at("journal/" + segment)->bytes;
}

std::vector<std::string> world::lines(const std::string& segment) {
    std::vector<std::string> out;
    std::istringstream all(bytes(segment));
    for (std::string line; std::getline(all, line);)
        out.push_back(line);
    return out;
}

void expect_whole(world& in) {
    const auto checked = verify_journal(in.files, {.deep = true});
    EXPECT_TRUE(checked) << to_text(checked.error());
}

std::optional<journal_result<void>> run_durable(world& in, sequence seq) {
    std::optional<journal_result<void>> got;
    boost::asio::co_spawn(in.io, in.log->durable(seq),
                          [&got](const std::exception_ptr& error, journal_result<void> what) {
                              EXPECT_FALSE(error);
                              got = std::move(what);
                          });
    in.settle();
    return got;
}

reading a_reading(int finished, int abnormal) {
    reading what;
    what.info.id = "SCT1";
    what.info.status = "PROCESSING";
    what.info.name = "deploy-web";
    what.info.current_batch = 1;
    what.info.success_rate_tenths = 985;
    what.info.timeout = std::chrono::seconds(300);
    what.info.created = time_of("2026-11-21T10:00:00.000Z");
    what.info.params = {{"db_password", "hunter2"}, {"size", "3"}};
    what.batches = {{1, 20, "CONTINUE", ""}, {2, 5, "PAUSE", "last"}};
    what.stats.total = 25;
    if (abnormal > 0) what.stats.rows.push_back({"ABNORMAL", abnormal, {1}});
    if (finished > 0) what.stats.rows.push_back({"FINISHED", finished, {1}});
    what.stats.rows.push_back({"READY", 25 - finished - abnormal, {1, 2}});
    batch_detail one{1, 20, {}};
    for (int n = 0; n < 20; ++n) {
        instance_info each;
        each.id = 510'450'000'00 + n;
        each.status = n < abnormal ? "ABNORMAL" : n < abnormal + finished ? "FINISHED" : "READY";
        each.host = "web-" + std::to_string(n);
        each.message = n < abnormal ? "disk of tenant 42 is full" : "";
        one.instances.push_back(each);
    }
    what.details = {one};
    what.skew = duration(12);
    return what;
}

event an_observation(int finished, int abnormal) {
    observed what;
    what.what = a_reading(finished, abnormal);
    what.last_fresh = time_of("2026-11-21T10:15:25.123Z");
    what.continuous = true;
    what.planned = std::chrono::seconds(5);
    return what;
}

event a_decision() {
    decided what;
    what.policy = "web-fleet";
    what.policy_sha256 = std::string(64, 'c');
    what.rule = "too-many-failures";
    what.source = {"web-fleet.yaml", 11};
    what.episode = 1;
    what.do_ = action::pause;
    what.outcome = decision_outcome::act;
    what.evidence = {{"failed", 12.5, {}},
                     {"percent(count.abnormal, judged)", 12.5, {std::int64_t{3}, std::int64_t{24}}},
                     {"ticket.status", std::string("PROCESSING"), {}},
                     {"ok", true, {}}};
    return what;
}

intended an_intent() {
    intended what;
    what.policy = "web-fleet";
    what.rule = "too-many-failures";
    what.episode = 1;
    what.what.what = action::pause;
    what.status = "PROCESSING";
    what.current_batch = 1;
    return what;
}

}  // namespace rolloutd::daemon::testing
