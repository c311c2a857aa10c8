#include "daemon/overrun.h"

#include "config/config_loader.h"

namespace rolloutd::daemon {

namespace {

// What was an overrun is over only when there is some room, so that nobody is told twice a minute.
constexpr double room = 1.05;

}  // namespace

std::string overrun_of(const fleet& tickets, const setup& by, bool was) {
    const bool details = by.rules.policies->reads.details;
    const double least = config::calls_per_reading(details, details ? 1 : 0);
    const double calls = tickets.order().calls_per_reading().value_or(least);
    const auto watched = static_cast<int>(tickets.watchers().size());
    // The reserve for operations is lent to readings, and operations are rare.
    config::call_rate lent = by.options.coc.rate;
    lent.reserved_tenths = 0;
    const policies::duration slowest = by.options.polling.slowest;
    const auto shortfall =
        config::rate_shortfall(lent, slowest, watched, was ? calls * room : calls);
    const std::string advice = "; raise cloud.rate.per_second or poll.slowest";
    if (shortfall) return *shortfall + advice;
    // The turn itself may take until cloud.timeout, or twice as long when it looks once more.
    const policies::duration waits = tickets.order().longest_wait();
    const policies::duration allowed = 2 * (slowest + by.options.coc.timeout);
    if (waits <= (was ? allowed / 2 : allowed)) return "";
    return "a ticket has waited for its reading for " + policies::to_text(waits) +
           ", with poll.slowest at " + policies::to_text(slowest) + advice;
}

void overrun_news::tell(const fleet& tickets, const setup& by) {
    const bool was = !problem_.empty();
    problem_ = overrun_of(tickets, by, was);
    counters_.set_overrun(!problem_.empty());
    if (was == !problem_.empty()) return;
    if (was) {
        log_.info("readings_in_time", {});
        return;
    }
    log_.warning("readings_overrun", {{"reason", problem_}});
    record_ = to_.append(daemon_body{alert_body{"readings_overrun", problem_}}).seq;
    counters_.recorded();
}

}  // namespace rolloutd::daemon
