#pragma once
// Tells people: hears what is recorded and how the daemon stands, waits until the record that says
// so is on the disk (or until the disk has had its time), and hands each notice to one courier per
// target. Nobody waits for it, and nothing that fails here ends the daemon. Owned by the app;
// without targets it only remembers what lasts.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/task_group.h"
#include "daemon/notices/courier.h"
#include "daemon/notices/notice_ledger.h"
#include "daemon/receipts.h"

namespace rolloutd::daemon {

// Notices that wait for the disk; more than these are handed on without.
inline constexpr std::size_t most_before_disk = 1000;

// What a target said to a test message.
struct test_answer {
    std::string target;
    std::string problem;  // "" when it took it
};

class herald {
public:
    // All of it must outlive the herald.
    struct parts {
        boost::asio::any_io_executor loop;
        api::clock& time;
        journal& records;
        event_log& log;
        metrics& counters;
        sender self;  // its journal is filled in
        notice_connector connect;
        mode_source mode_of;
        std::function<std::string(std::size_t)> entropy;  // that many random bytes
    };
    herald(parts around, const std::vector<notice_target>& to);
    ~herald();

    // What was recorded.
    void hear(const ticket_id& ticket, const policies::event& what, const policies::stamp& where);
    // How the daemon stands, about once a second.
    void stand(const std::vector<condition>& all);

    // What was told before this start and lasts: it goes on being told, and its end will be.
    void resume(const std::map<ticket_id, policies::ticket_state>& recovered,
                const policies::policy_set& by);

    // Other targets, and other policies. Targets that stay, or have the same name, keep what waits
    // for them, and connect with certificates that are read anew.
    void reload(const std::vector<notice_target>& to, const policies::policy_set& by);

    // A message to each target at once, past their queues; what came of it, in their order. `by` is
    // the person who asks. Not while another test is under way.
    boost::asio::awaitable<std::vector<test_answer>> test(std::string by);

    // Tries once more to tell what waits, until `until` at most, and ends.
    boost::asio::awaitable<void> stop(timestamp until);

    bool is_testing() const { return testing_; }
    bool has_targets() const { return !couriers_.empty(); }
    std::vector<target_standing> standing() const;

private:
    void tell(std::vector<notice> news);
    void release(notice what);
    boost::asio::awaitable<void> hand_over();
    boost::asio::awaitable<void> keep_handing_over();
    boost::asio::awaitable<void> keep_carrying(std::shared_ptr<courier> who);
    std::string broken(std::string_view task, const std::exception_ptr& error);
    void take_texts();
    struct employee {
        std::string task;  // of its coroutine
        std::shared_ptr<courier> who;
    };
    struct test_round;
    static boost::asio::awaitable<void> ask(std::shared_ptr<courier> who, std::size_t place,
                                            std::shared_ptr<test_round> round);
    notice test_notice(const std::string& by);
    courier& employ(const notice_target& to);
    void dismiss(employee who, const std::vector<notice_target>& to);
    void retarget(const std::vector<notice_target>& to);
    bool quiet() const;
    courier::parts parts_of_courier();

    parts around_;
    notice_ledger ledger_;
    receipts papers_;
    std::deque<notice> pending_;             // for the disk, in order
    std::map<std::string, notice> lasting_;  // told, and not ended
    api::wakeup wake_;
    api::wakeup tried_;
    std::vector<employee> couriers_;
    std::vector<employee> dismissed_;  // not all have ended
    std::uint64_t employed_ = 0;
    std::uint64_t seed_;
    bool testing_ = false;
    api::task_group group_;
};

}  // namespace rolloutd::daemon
