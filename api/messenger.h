#pragma once
// Carries requests to one origin with the manners that it asks for: credentials, our own rate limit
// and slowing down, a few retries of reads, and a breaker. Knows no path and reads no body but an
// error's. Owns none of its ports; they must outlive it. Single thread. Used by cloud_gateway.

#include <memory>
#include <optional>
#include <string_view>

#include "api/circuit_breaker.h"
#include "api/clock.h"
#include "api/credentials.h"
#include "api/gateway.h"
#include "api/http.h"
#include "api/limiter.h"
#include "api/observer.h"
#include "api/redaction.h"
#include "api/retries.h"

namespace rolloutd::api {

struct cloud_ports {
    clock& time;
    http_client& http;
    credentials& who;
    request_observer& observer;
    chance dice = make_chance(1);  // spreads waits
    cloud_ports(clock& c, http_client& h, credentials& w, request_observer& o)
        : time(c), http(h), who(w), observer(o) {}
};

// One request, and as what it counts.
struct errand {
    errand(std::string_view name, request_kind sort, http_request&& what)
        : endpoint(name), kind(sort), request(std::move(what)) {}

    std::string_view endpoint;  // as request_report has it
    request_kind kind;
    http_request request;  // whole but for the credentials' headers, and asks no turnstile
};

// An answer of status 200.
struct fetched {
    http_response response;
    duration took{};      // of its last exchange
    secret_list secrets;  // what it was asked with, to be taken out of an error
    fetched() = default;
};

class messenger {
public:
    // `timeout`: of one exchange, and of the wait for the rate limit before it.
    messenger(cloud_ports ports, rate_settings rate, duration timeout);

    // Waits for the rate limit no longer than the timeout, and then takes no longer than that; a
    // refused credential costs one more. Reads that fail are repeated within that time; operations
    // never are, but for the credential's sake. While the breaker is open, a read is a gateway
    // failure "breaker_open" (nothing sent). `what` must live until it returns; meanwhile its
    // request is the messenger's, which has put on it what it carries.
    boost::asio::awaitable<result<fetched>> fetch(errand& what);

    // Tells the observer how an exchange ended; after fetch() this is left to the caller, who knows
    // whether the answer could be read. `failed`: nullptr when it could.
    void tell(std::string_view endpoint, const fetched& what, const failure* failed);

    backlog pressure() const;

private:
    struct journey;
    struct holding;

    boost::asio::awaitable<result<fetched>> try_once(journey& on);
    boost::asio::awaitable<result<duration>> wait_in_line(journey& on);
    bool may_go(journey& on);
    steady_time deadline_of(const journey& on) const;
    result<fetched> judged(const journey& on, result<http_response> back, const grant& given);
    std::optional<duration> wait_before_retry(const journey& on, const failure& failed);
    void heed(const journey& on, const failure& failed);
    void settle(const circuit_breaker::leave& given, health word);
    void tell_rate();
    failure refused_by_breaker() const;

    cloud_ports ports_;
    duration timeout_;
    limiter limiter_;
    retry_budget retries_;
    circuit_breaker breaker_;
    double told_rate_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace rolloutd::api
