#pragma once
// What the client tells about its requests, for metrics and logs. Calls come on the event loop's
// thread, must return at once, and must not call the client back.

#include <optional>
#include <string_view>

#include "api/result.h"

namespace rolloutd::api {

// One HTTP exchange. `endpoint` is one of: info batches statistics batch_detail list operation
// execute.
struct request_report {
    std::string_view endpoint;
    int http_status = 0;           // 0 when no status line was read
    std::optional<origin> failed;  // nullopt: the exchange brought what was asked for
    duration took{};               // from leaving the limiter to the last byte
};

class request_observer {
public:
    virtual ~request_observer() = default;
    virtual void request_finished(const request_report& what) = 0;

    // The request had to wait for our own rate limit.
    virtual void throttled(std::string_view endpoint, duration waited) = 0;

    // How many requests a second our own rate limit lets through now: told at the beginning and
    // when it has changed.
    virtual void rate_changed(double /*per_second*/) {}

    // The breaker of the cloud opened, so that nothing is read but single probes, or closed.
    virtual void breaker_changed(bool /*open*/) {}
};

}  // namespace rolloutd::api
