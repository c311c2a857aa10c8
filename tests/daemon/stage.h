#pragma once
// A whole daemon without a machine: scripted cloud, journal on a disk in memory, a clock that the
// test moves. Nothing sleeps; run_for plays time as fast as it can be computed.

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/manual_clock.h"
#include "api/task_group.h"
#include "daemon/app.h"
#include "tests/daemon/journal/memory_disk.h"
#include "tests/daemon/scripted_gateway.h"
#include "tests/support/a_policy.h"
#include "tests/support/a_ticket.h"

namespace rolloutd::daemon::testing {

using namespace std::chrono_literals;
using tests::a_policy;
using tests::a_rule;
using tests::a_ticket;

class memory_log final : public event_log {
public:
    void write(log_level level, std::string_view line) override {
        lines.push_back(std::string(to_text(level)) + " " + std::string(line));
    }
    // How many lines hold this text.
    int count(std::string_view text) const;
    std::vector<std::string> lines;
};

class silent_manager final : public service_manager {
public:
    void tell(const std::string& state) override { told.push_back(state); }
    std::optional<std::chrono::milliseconds> watchdog() const override { return patience; }
    std::uint64_t monotonic_usec() const override { return 42; }
    bool was_told(std::string_view text) const;
    std::vector<std::string> told;
    std::optional<std::chrono::milliseconds> patience;
};

// Everybody has the same.
class one_name final : public login_names {
public:
    boost::asio::awaitable<std::string> of(uid_t) override { co_return "ana"; }
};

// A folder that is gone at the end.
class temporary_folder {
public:
    temporary_folder();
    ~temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    std::string operator/(const std::string& name) const { return path + "/" + name; }
    void write(const std::string& name, const std::string& text) const;
    std::string path;
};

// A ticket of 20 in two batches, PROCESSING, with so many ABNORMAL in the first.
policies::reading a_rollout(int abnormal);

// One rule that pauses when more than a tenth of what is judged has failed.
std::vector<a_policy> guarding_policies();

setup a_setup(std::vector<policies::ticket_id> tickets, std::vector<a_policy> policies,
              const std::string& socket);

struct stage {
    stage();
    ~stage();

    app_ports ports();
    // An app over this stage, opened; run() is not yet called.
    // `accept_broken` is the reason for setting a damaged journal aside, or "".
    app& open(setup first, const std::string& accept_broken = "");
    // Opens, runs, and lets it reach READY.
    app& start(setup first, const std::string& accept_broken = "");
    // Plays this much time.
    void run_for(policies::duration length);
    // What can be done now.
    void settle();
    // Asks the app to stop and plays until it has; its exit code.
    exit_code stop();
    // Records of one kind, parsed, oldest first.
    std::vector<record> records(const std::string& kind);

    boost::asio::io_context io{1};
    api::manual_clock time;
    scripted_gateway cloud;
    memory_disk files;
    memory_log log;
    std::unique_ptr<metrics> counters;
    silent_manager manager;
    one_name names;
    loaded next;  // what a reload finds
    std::string token_problem;
    std::string certificate_problem;
    int certificates_read = 0;
    temporary_folder folder;
    // Where writes and fsync run: the loop itself, or one that the test runs or leaves hanging.
    boost::asio::any_io_executor worker = io.get_executor();
    std::unique_ptr<app> daemon;
    std::optional<exit_code> ended;
    notice_connector connect_notices;  // empty: nobody is told

private:
    std::unique_ptr<api::task_group> group_;
    char next_random_ = 'a';
};

}  // namespace rolloutd::daemon::testing
