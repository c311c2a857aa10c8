#pragma once
// Carries notices to one target: one request at a time, each within its deadline, again after a
// pause when it failed, and never followed by a redirect. Repeats to an Alertmanager what lasts. A
// coroutine of its own, so that a target that hangs holds up nobody else. Owned by the herald.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/clock.h"
#include "api/http.h"
#include "api/retries.h"
#include "api/secret_file.h"
#include "api/wakeup.h"
#include "daemon/event_log.h"
#include "daemon/metrics.h"
#include "daemon/notices/notice_bodies.h"
#include "daemon/notices/notice_target.h"
#include "daemon/notices/outbox.h"

namespace rolloutd::daemon {

// For a request, from its connection to the end of its answer.
inline constexpr duration delivery_patience = std::chrono::seconds{10};
// Between two repetitions of what lasts; Alertmanager's own resolve_timeout is five minutes.
inline constexpr duration alert_repeated = std::chrono::minutes{1};
// Alerts in one request to an Alertmanager.
inline constexpr std::size_t alerts_at_a_time = 50;

// What came of a request, for people too.
struct delivery {
    reception how = reception::failed;
    std::string why;                // "" when it was taken; carries no secret
    std::optional<duration> asked;  // to be left alone for so long
    delivery() = default;
    delivery(reception what, std::string reason) : how(what), why(std::move(reason)) {}
};

// 2xx is taken. What the target would say of every message (a redirect, 401, 404, 5xx, no answer at
// all) has failed and may be better later; 400, 413, 415 and 422 refuse this message.
delivery judge_delivery(const api::result<api::http_response>& got);

// How a target stands, for the status.
struct target_standing {
    std::string name;
    std::size_t waiting = 0;
    std::uint64_t delivered = 0;
    std::uint64_t given_up = 0;
    std::string problem;  // of the last try; "" when it went well
};

class courier {
public:
    // All of it must outlive the courier.
    struct parts {
        api::clock& time;
        event_log& log;
        metrics& counters;
        const sender& self;
        std::function<chain()> newest;                 // the last record on the disk
        std::function<std::vector<notice>()> ongoing;  // what lasts, and has been told
        std::function<void()> tried;                   // called after each try
        api::chance dice;
        duration patience = delivery_patience;
    };

    // Without a client every try fails for the reason `trouble`.
    courier(parts around, notice_target to, std::shared_ptr<api::http_client> client,
            std::string trouble);

    void add(const notice& what);

    // Until it is cancelled.
    boost::asio::awaitable<void> run();

    // Sends a message of its own, past the queue, and says what came of it.
    boost::asio::awaitable<delivery> send_alone(notice what);

    // Other connections from the next request on, with certificates that were read anew.
    void reconnect(std::shared_ptr<api::http_client> client);

    // Ends its part: what waits goes to whoever carries to this target from now on.
    outbox hand_down();
    void inherit(outbox what);
    // Nobody carries to this target any more: what waits is counted as dropped.
    void close();

    // run() has ended by an exception: what was under way has failed.
    void broke(const std::string& why);

    // The end is near: what waits is tried at once.
    void hurry();
    // Nothing is under way, and nothing can be sent before a pause is over.
    bool quiet() const { return !busy_ && (box_.waiting() == 0 || resting_); }

    const notice_target& target() const { return to_; }
    target_standing standing() const;
    bool done() const { return done_; }

private:
    boost::asio::awaitable<void> deliver(std::vector<notice> batch);
    boost::asio::awaitable<void> repeat();
    boost::asio::awaitable<delivery> post(std::vector<notice> batch);
    api::result<api::http_request> prepare(const std::vector<notice>& batch);
    void learn(const delivery& what, std::size_t messages);
    void settle(const delivery& what);
    void count_losses();
    timestamp machine_time() const;
    timestamp next_look() const;

    parts around_;
    notice_target to_;
    std::shared_ptr<api::http_client> client_;
    std::string trouble_;
    api::secret_file secret_;
    outbox box_;
    api::wakeup wake_;
    moment repeat_at_;
    std::uint64_t delivered_ = 0;
    std::uint64_t refused_ = 0;
    std::uint64_t dropped_told_ = 0;
    std::uint64_t expired_told_ = 0;
    std::string problem_;
    bool busy_ = false;
    bool resting_ = false;    // after a failure
    bool dismissed_ = false;  // it counts nothing more
    bool done_ = false;
};

}  // namespace rolloutd::daemon
