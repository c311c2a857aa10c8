#include "tests/daemon/stage.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "daemon/journal/line_reader.h"
#include "tests/api/run.h"

namespace rolloutd::daemon::testing {

namespace {

boost::asio::awaitable<void> live(app& daemon, std::optional<exit_code>& ended) {
    const exit_code code = co_await daemon.run();
    ended = code;
}

}  // namespace

int memory_log::count(std::string_view text) const {
    int found = 0;
    for (const std::string& each : lines)
        found += each.find(text) != std::string::npos ? 1 : 0;
    return found;
}

bool silent_manager::was_told(std::string_view text) const {
    for (const std::string& each : told) {
        if (each.find(text) != std::string::npos) return true;
    }
    return false;
}

temporary_folder::temporary_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "rolloutd-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path = name;
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

void temporary_folder::write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(*this / name).parent_path());
    std::ofstream(*this / name) << text;
}

policies::reading a_rollout(int abnormal) {
    a_ticket made;
    made.processing().name("deploy-web").current(1).batch(10).batch(10, "PAUSE");
    made.in_batch(1, {{"FINISHED", 5}, {"ABNORMAL", abnormal}, {"PROCESSING", 5 - abnormal}});
    return made.with_details().read();
}

std::vector<a_policy> guarding_policies() {
    a_policy web("web");
    web.mode(policies::mode::enforce)
        .variable("judged", "count.finished + count.abnormal")
        .rule(a_rule("too-many-failures")
                  .needs("judged >= 5")
                  .when("percent(count.abnormal, judged) > 10.0")
                  .do_pause());
    return {web};
}

setup a_setup(std::vector<policies::ticket_id> tickets, std::vector<a_policy> policies,
              const std::string& socket) {
    setup made;
    for (const policies::ticket_id& each : tickets)
        made.options.watch.push_back({each, {}});
    made.options.admin.socket = socket;
    made.options.admin.operators_group = "";
    made.options.admin.listen_port = 0;
    made.options.ceiling = policies::mode::enforce;
    made.rules = config::to_settings(made.options);
    made.rules.policies = tests::policy_set_of(std::move(policies));
    return made;
}

stage::stage()
    : time(io.get_executor(), *policies::parse_timestamp("2026-11-21T10:00:00.000Z")),
      cloud(time),
      counters(std::make_unique<metrics>(time.now())) {}

stage::~stage() {
    if (daemon && !ended && group_) stop();
}

app_ports stage::ports() {
    return {io.get_executor(),
            worker,
            time,
            cloud,
            files,
            [this](std::size_t count) { return std::string(count, next_random_++); },
            log,
            *counters,
            manager,
            names,
            [this] { return next; },
            [this] { return token_problem; },
            nullptr,
            nullptr,
            [this] {
                ++certificates_read;
                return certificate_problem;
            },
            -1,
            "guard-1",
            connect_notices};
}

app& stage::open(setup first, const std::string& accept_broken) {
    daemon = std::make_unique<app>(ports(), std::move(first));
    EXPECT_EQ(daemon->open(accept_broken), exit_code::ok);
    return *daemon;
}

app& stage::start(setup first, const std::string& accept_broken) {
    open(std::move(first), accept_broken);
    ended.reset();
    group_ = std::make_unique<api::task_group>(io.get_executor(),
                                               [](std::string_view name, std::exception_ptr) {
                                                   ADD_FAILURE() << "an exception ended " << name;
                                               });
    group_->spawn("daemon", live(*daemon, ended));
    settle();
    return *daemon;
}

void stage::settle() { api::test::settle(io); }

void stage::run_for(policies::duration length) {
    const policies::timestamp until = time.now() + length;
    settle();
    while (!ended) {
        const auto due = time.next_due();
        if (!due || *due > until) break;
        time.advance_to(*due);
        settle();
    }
    time.advance_to(until);
    settle();
}

exit_code stage::stop() {
    daemon->request_stop("SIGTERM");
    for (int tries = 0; tries < 200 && !ended; ++tries)
        run_for(100ms);
    EXPECT_TRUE(ended) << "the daemon did not stop within 20 s";
    return ended.value_or(exit_code::failure);
}

std::vector<record> stage::records(const std::string& kind) {
    std::vector<record> found;
    const auto segments = list_segments(files, "journal");
    EXPECT_TRUE(segments);
    for (const std::string& name : *segments) {
        line_reader lines(files, "journal/" + name);
        for (auto line = lines.next(); line && *line; line = lines.next()) {
            auto parsed = parse_record(**line);
            EXPECT_TRUE(parsed) << **line;
            if (parsed && parsed->head.kind == kind) found.push_back(std::move(*parsed));
        }
    }
    return found;
}

}  // namespace rolloutd::daemon::testing
