#pragma once
// A clock that stands still until it is moved: for tests and the deterministic simulation.
// Single thread, like everything that sleeps on it; its alarms must not outlive it.

#include <map>
#include <optional>

#include "api/clock.h"

namespace rolloutd::api {

class manual_clock final : public clock {
public:
    manual_clock(boost::asio::any_io_executor executor, timestamp start);

    timestamp now() const override { return now_; }
    steady_time steady_now() const override;
    std::unique_ptr<alarm> make_alarm() override;
    duration ahead() const override { return ahead_; }
    void not_before(timestamp least) override;

    // As if the machine's clock had been set back by this much.
    void set_ahead(duration by) { ahead_ = by; }

    // Goes to `to` (never back) and wakes whoever was due by then, earliest first. The sleepers
    // themselves run when the executor's context is run next.
    void advance_to(timestamp to);
    void advance(duration by) { advance_to(now_ + by); }

    // When the next sleeper is due; nullopt when nobody sleeps.
    std::optional<timestamp> next_due() const;
    std::size_t sleepers() const { return sleepers_.size(); }

private:
    class manual_alarm;

    boost::asio::any_io_executor executor_;
    timestamp start_;
    timestamp now_;
    duration ahead_{};
    std::multimap<timestamp, manual_alarm*>
        sleepers_;  // equal times wake in the order of going to sleep
};

}  // namespace rolloutd::api
