#include "daemon/fleet_switches.h"

#include <unistd.h>

namespace rolloutd::daemon {

void fleet_switches::freeze(const policies::person& who) {
    brake();
    around_.records.append(daemon_body{policies::made_by<freeze_body>(who)});
    around_.log.warning("freeze", {{"by", who.author}, {"reason", who.reason}});
}

boost::asio::awaitable<std::optional<sequence>> fleet_switches::thaw(policies::person who) {
    if (!around_.records.writable()) co_return std::nullopt;
    const policies::stamp where =
        around_.records.append(daemon_body{policies::made_by<thaw_body>(who)});
    const auto written = co_await around_.records.durable(where.seq);
    if (!written) {
        // The record may reach the disk yet, but nobody has been told that it did.
        const policies::person kept = policies::the_daemon(
            ::geteuid(), "a thaw could not be recorded: " + around_.records.failure());
        around_.records.append(daemon_body{policies::made_by<freeze_body>(kept)});
        around_.log.error("thaw_refused", {{"by", who.author}, {"reason", kept.reason}});
        co_return std::nullopt;
    }
    // Somebody may have frozen it again while this was being written; the later word counts.
    around_.stops.frozen = around_.records.fleet().ledger.frozen;
    around_.log.warning("thaw", {{"by", who.author}, {"reason", who.reason}});
    co_return where.seq;
}

bool fleet_switches::close_breaker(const policies::person& who) {
    if (!around_.records.fleet().ledger.breaker_open) return false;
    around_.records.append(daemon_body{policies::made_by<breaker_body>(who)});
    around_.log.warning("breaker_closed", {{"by", who.author}, {"reason", who.reason}});
    return true;
}

}  // namespace rolloutd::daemon
