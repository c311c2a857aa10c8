#pragma once
// A whole daemon in a world of its own: the production code of app, fleet, gateway, limiter and
// journal in one thread, under a clock that jumps from one deadline to the next, a disk in memory
// and a network with weather. The process may die at any turn of the loop and another be started.
// Nothing in it depends on anything but its options, so that a run can be had again. Plays time;
// judges nothing.

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/cloud_gateway.h"
#include "api/manual_clock.h"
#include "daemon/app.h"
#include "tests/daemon/journal/memory_disk.h"
#include "tests/sim/faulty_client.h"
#include "tests/sim/mortal_disk.h"
#include "tests/sim/tapped_disk.h"

namespace rolloutd::sim {

inline constexpr std::string_view world_token = "a-token-of-the-simulation";

// Keeps the last lines for whoever looks into a failure, each with its time.
class short_log final : public daemon::event_log {
public:
    explicit short_log(const api::clock& time) : time_(time) {}
    void write(daemon::log_level level, std::string_view line) override;
    const std::deque<std::string>& lines() const { return lines_; }
    // Of level error.
    std::size_t errors() const { return errors_; }
    void keep(std::size_t most) { most_ = most; }

private:
    const api::clock& time_;
    std::deque<std::string> lines_;
    std::size_t most_ = 1000;
    std::size_t errors_ = 0;
};

class world {
public:
    // The setup's rate, timeout and connections are those of the gateway. `cloud` and `listener`
    // must outlive the world.
    struct options {
        timestamp start;
        daemon::setup first;
        weather outside;
        dice chance{1};
        network_settings network;
    };
    world(options chosen, cloud_end& cloud, traffic_listener& listener,
          tapped_disk::hearer journal_tap);
    ~world();
    world(const world&) = delete;
    world& operator=(const world&) = delete;

    // Opens the journal and runs until the daemon waits.
    daemon::exit_code start();
    // Plays until then, until the daemon has ended, or until it is doomed.
    void run_until(timestamp until);

    // The next `turns` of the loop are the process's last; then it is doomed. Nothing when that was
    // said already. `watch_turns` must have been called before time was played.
    void doom_in(int turns);
    bool doomed() const { return turns_left_ == 0; }
    // Takes the loop's turns one by one, so that a process can die between any two of them.
    void watch_turns(bool one_by_one);
    // The process dies: of what was not durable, the first `keep` bytes of each file are left. What
    // it had sent goes its way. start() begins another one.
    void crash(std::size_t keep);
    // The machine sleeps: time passes, and nobody runs.
    void stand_still(duration length);
    void set_clock_back(duration by) { time_.set_ahead(by); }

    // Watches these from now on, as a reload of the configuration would have it.
    void rewatch(std::vector<config::watched_ticket> tickets);
    // Asks it to stop and plays until it has; nothing when it does not within a minute.
    std::optional<daemon::exit_code> stop();

    // What comes of an act of a person's: first that the daemon has heard of it, then what it said.
    // Neither comes when the process dies before.
    struct act_hearer {
        std::function<void()> heard;
        std::function<void(const daemon::admin_page&)> answered;
    };
    // Asks the living process as rolloutctl does, behind its socket. `path` begins with "/api/v1/",
    // `body` is JSON with a reason.
    void ask(const std::string& path, std::string body, act_hearer hearer);
    // A page that only looks.
    daemon::admin_page look(const std::string& path);

    timestamp now() const { return time_.now(); }
    const daemon::app& daemon() const;
    daemon::testing::memory_disk& files() { return files_; }
    short_log& log() { return log_; }

private:
    class fixed_grant;
    class quiet_manager;
    class one_name;
    class scratch_folder;
    struct process;

    std::unique_ptr<process> make_process();
    daemon::app_ports ports_of(process& who);
    boost::asio::awaitable<void> carry(process& to, daemon::admin_request what, act_hearer hearer);
    void settle();
    void take_turns();
    bool is_over() const;

    daemon::setup setup_;
    cloud_end& cloud_;
    traffic_listener& listener_;
    weather outside_;
    network_settings network_;
    dice chance_;
    boost::asio::io_context io_{1};
    api::manual_clock time_;
    daemon::testing::memory_disk files_;
    tapped_disk tap_;
    short_log log_;
    dice entropy_;
    std::unique_ptr<scratch_folder> folder_;
    std::unique_ptr<fixed_grant> who_;
    std::unique_ptr<quiet_manager> manager_;
    std::unique_ptr<daemon::login_names> names_;
    std::unique_ptr<process> living_;
    // They wind up without a disk or a network, as coroutines cannot be torn off; nobody sees it.
    std::vector<std::unique_ptr<process>> dead_;
    int started_ = 0;
    bool one_by_one_ = false;
    int turns_left_ = -1;  // -1: the process is not to die
};

}  // namespace rolloutd::sim
