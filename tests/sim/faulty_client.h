#pragma once
// The http_client of the simulation: carries requests to a cloud in memory, over a network that
// takes its time and does what the weather says. Bounded connections as the real pool has them.
// Owns no ticket; tells a listener what was written, what reached the cloud and what came back.

#include <list>
#include <optional>
#include <string>

#include "api/http.h"
#include "api/task_group.h"
#include "api/wakeup.h"
#include "tests/sim/weather.h"

namespace rolloutd::sim {

// The far end: a request and the time in, an answer out, and what it did to a ticket.
struct served {
    api::http_response response;
    std::string effect;  // of an operation that took effect; "" of everything else
};

class cloud_end {
public:
    virtual ~cloud_end() = default;
    virtual served serve(const api::http_request& asked, timestamp now) = 0;
};

// A request on its way; the number tells it from all others.
struct parcel {
    std::uint64_t number = 0;
    api::http_request request;
};

// Hears of each request in the order of what happens to it.
class traffic_listener {
public:
    virtual ~traffic_listener() = default;
    // Its first byte goes out.
    virtual void written(const parcel& what, timestamp now) = 0;
    // It has changed a ticket, which may be after its client has given up.
    virtual void took_effect(const parcel& what, const std::string& effect, timestamp now) = 0;
    // What its client has of it: a whole answer of status 200, or anything else. Also of a request
    // that was never written.
    virtual void ended(const parcel& what, bool well, timestamp now) = 0;
    // What the weather did to it.
    virtual void met(trouble what) = 0;
};

struct network_settings {
    std::size_t connections = 16;
    duration quickest{5};
    duration slowest{80};
};

class faulty_client final : public api::http_client {
public:
    struct parts {
        boost::asio::any_io_executor loop;
        api::clock& time;
        cloud_end& cloud;
        traffic_listener& listener;
        std::uint64_t first = 0;  // requests are numbered from here
    };

    // The parts must outlive it.
    faulty_client(const parts& around, network_settings how, weather outside, dice chance);

    boost::asio::awaitable<api::result<api::http_response>> send(
        const api::http_request& request, api::steady_time deadline) override;

    // Its process is dead: nothing more is written, and nobody hears of what becomes of what was,
    // but for its effect.
    void cut_off() { cut_off_ = true; }

    // Ends what is under way beyond its client's patience.
    boost::asio::awaitable<void> join();

private:
    struct place;
    struct journey;
    struct farewell;
    using answer = api::result<api::http_response>;

    boost::asio::awaitable<bool> wait_for_place(timestamp deadline);
    boost::asio::awaitable<answer> travel(journey& trip);
    boost::asio::awaitable<answer> not_reached(const journey& trip);
    boost::asio::awaitable<answer> reached(const journey& trip);
    boost::asio::awaitable<void> arrive_late(parcel what, timestamp when);
    boost::asio::awaitable<answer> time_out(const journey& trip, bool sent);
    served serve(const parcel& what);
    void free_place();

    parts around_;
    network_settings how_;
    weather outside_;
    dice chance_;
    std::uint64_t sent_ = 0;
    bool cut_off_ = false;
    std::size_t busy_ = 0;
    std::list<api::wakeup*> waiting_;
    api::task_group under_way_;
};

}  // namespace rolloutd::sim
