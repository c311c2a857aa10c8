#pragma once
// What the daemon tells the service manager (sd_notify(3)). A port: production speaks to systemd
// through libsystemd, tests listen. Without $NOTIFY_SOCKET everything is silently dropped.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rolloutd::daemon {

class service_manager {
public:
    virtual ~service_manager() = default;
    // One or more "KEY=VALUE" lines.
    virtual void tell(const std::string& state) = 0;
    // How long the manager waits for a sign of life; nullopt when it does not.
    virtual std::optional<std::chrono::milliseconds> watchdog() const = 0;
    // CLOCK_MONOTONIC in microseconds, for MONOTONIC_USEC=.
    virtual std::uint64_t monotonic_usec() const = 0;
};

std::unique_ptr<service_manager> make_systemd_manager();

// The lines of the protocol, in one place.
std::string ready_line(const std::string& status);
std::string reloading_line(std::uint64_t monotonic_usec);
std::string stopping_line();
std::string status_line(const std::string& status);
std::string watchdog_line();

// "watching 214 tickets, 3 paused by policy, mode enforce".
std::string status_text(int watched, int paused_by_policy, std::string_view mode);

}  // namespace rolloutd::daemon
