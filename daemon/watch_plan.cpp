#include "daemon/watch_plan.h"

#include <algorithm>

namespace rolloutd::daemon {

watch_list list_of(const config::config& options) {
    watch_list wanted;
    for (const config::watched_ticket& each : options.watch)
        wanted.named.push_back({each.id, each.labels, "config"});
    wanted.discovering = options.discover.has_value();
    return wanted;
}

poll_plan plan_of(const config::config& options) {
    const int connections = options.coc.connections;
    return {options.polling.every, options.polling.fastest, options.polling.slowest,
            std::max(1, connections - std::max(1, connections / 4))};
}

}  // namespace rolloutd::daemon
