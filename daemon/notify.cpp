#include "daemon/notify.h"

#include <systemd/sd-daemon.h>

#include <ctime>

namespace rolloutd::daemon {

namespace {

class systemd_manager final : public service_manager {
public:
    systemd_manager() {
        std::uint64_t microseconds = 0;
        if (sd_watchdog_enabled(0, &microseconds) > 0) {
            watchdog_ = std::chrono::milliseconds{microseconds / 1000};
        }
    }

    void tell(const std::string& state) override { sd_notify(0, state.c_str()); }

    std::optional<std::chrono::milliseconds> watchdog() const override { return watchdog_; }

    std::uint64_t monotonic_usec() const override {
        timespec at{};
        ::clock_gettime(CLOCK_MONOTONIC, &at);
        return static_cast<std::uint64_t>(at.tv_sec) * 1'000'000U +
               static_cast<std::uint64_t>(at.tv_nsec) / 1000U;
    }

private:
    std::optional<std::chrono::milliseconds> watchdog_;
};

}  // namespace

std::unique_ptr<service_manager> make_systemd_manager() {
    return std::make_unique<systemd_manager>();
}

std::string ready_line(const std::string& status) { return "READY=1\nSTATUS=" + status; }

std::string reloading_line(std::uint64_t monotonic_usec) {
    return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_usec);
}

std::string stopping_line() { return "STOPPING=1"; }

std::string status_line(const std::string& status) { return "STATUS=" + status; }

std::string watchdog_line() { return "WATCHDOG=1"; }

std::string status_text(int watched, int paused_by_policy, std::string_view mode) {
    std::string text = "watching " + std::to_string(watched);
    text += watched == 1 ? " ticket" : " tickets";
    if (paused_by_policy > 0) text += ", " + std::to_string(paused_by_policy) + " paused by policy";
    text += ", mode ";
    text += mode;
    return text;
}

}  // namespace rolloutd::daemon
