#pragma once
// The daemon's life: recovers the state, watches, serves, reloads and stops, in that order. Every
// contact with the outside comes in as a port, so that production, tests and the simulation run the
// same code. Owns the journal, the fleet, the executor and the pages' server.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/clock.h"
#include "api/gateway.h"
#include "api/task_group.h"
#include "api/wakeup.h"
#include "daemon/admin_server.h"
#include "daemon/clock_news.h"
#include "daemon/discovery.h"
#include "daemon/event_log.h"
#include "daemon/executor.h"
#include "daemon/fleet.h"
#include "daemon/journal/journal.h"
#include "daemon/journal_news.h"
#include "daemon/journal_recorder.h"
#include "daemon/metrics.h"
#include "daemon/notices/herald.h"
#include "daemon/notify.h"
#include "daemon/operator_desk.h"
#include "daemon/overrun.h"
#include "daemon/pages.h"
#include "daemon/roll_call.h"
#include "daemon/setup.h"
#include "daemon/sign_of_life.h"

namespace rolloutd::daemon {

// Exit codes of the daemon (DESIGN §4).
enum class exit_code { ok = 0, failure = 1, usage = 64, damaged_journal = 65, bad_config = 78 };

// All of it must outlive the app.
struct app_ports {
    boost::asio::any_io_executor loop;
    boost::asio::any_io_executor worker;  // for writes and fsync
    api::clock& time;
    api::gateway& cloud;
    disk& files;
    std::function<std::string(std::size_t)> entropy;
    event_log& log;
    metrics& counters;
    service_manager& manager;
    login_names& names;
    std::function<loaded()> load;                // for reloads
    std::function<std::string()> token_problem;  // "" when the token can be read
    journal_mirror* mirror = nullptr;            // may be null
    std::shared_ptr<const signer> key;           // may be null
    std::function<std::string()> reload_trust;  // "" or why the old certificates stay; may be empty
    int socket = -1;            // the admin socket where systemd has made it, taken over by run()
    std::string instance = {};  // what this machine is called
    notice_connector connect_notices = {};  // may be empty: then nobody is told
};

class app {
public:
    app(const app_ports& around, setup first);
    ~app();

    // Takes the lock and folds the journal. `accept_broken` is the operator's reason, or "". What
    // goes wrong is logged.
    exit_code open(const std::string& accept_broken);

    // From the start record to the stop record. Needs open().
    boost::asio::awaitable<exit_code> run();

    // May be called at any time, also before run(). A stop wins.
    void request_reload();
    void request_stop(std::string why);

    const fleet& tickets() const { return *fleet_; }
    // What the socket serves, for the simulation, which has none. Needs run().
    admin_pages& operators() { return desk_->pages(); }
    unsigned short tcp_port() const { return server_ ? server_->tcp_port() : 0; }
    // Running, and all that readiness asks for is there.
    bool ready() const { return fleet_ && facts().not_ready.empty(); }

private:
    const policies::ticket_state* state_from(const ticket_id& from) const;
    void start_fleet();
    setup no_more_than_allowed(setup what) const;
    const policies::person* holder_of(const ticket_id& id) const;
    bool listen();
    void record_policies();
    void tick();
    void tell_people();
    void start_herald();
    void tell_watchdog(timestamp now);
    void reload();
    void reload_trust();
    void warn_of_findings(const loaded& what);
    void refuse_reload(const loaded& what);
    void accept_reload(setup next);
    void record_reload(bool accepted, std::string detail);
    boost::asio::awaitable<exit_code> settle();
    daemon_facts facts() const;
    std::string status_line_text() const;

    app_ports around_;
    setup setup_;
    record_time record_time_;
    brakes brakes_;
    opened_journal journal_;
    std::unique_ptr<journal_news> news_;
    std::unique_ptr<overrun_news> overrun_;
    std::unique_ptr<herald> herald_;  // null where nobody can be told
    std::unique_ptr<journal_recorder> recorder_;
    std::unique_ptr<executor> executor_;
    std::unique_ptr<fleet> fleet_;
    std::unique_ptr<discovery> discovery_;
    std::unique_ptr<roll_call> roll_call_;
    std::unique_ptr<api::task_group> lists_;  // what runs of the two above
    std::unique_ptr<pages> pages_;
    std::unique_ptr<operator_desk> desk_;
    std::unique_ptr<admin_server> server_;
    clock_news clock_news_;
    api::wakeup wake_;
    timestamp started_;
    std::optional<timestamp> reloaded_;
    bool last_reload_well_ = true;
    std::string trust_problem_;  // of the certificates, at the last reload
    bool reload_wanted_ = false;
    std::optional<std::string> stop_wanted_;
    int generation_ = 1;
    bool anew_ = false;  // over a journal that was set aside: nothing is enforced
    timestamp seen_due_;
    timestamp status_due_;
    sign_of_life signs_;
};

}  // namespace rolloutd::daemon
