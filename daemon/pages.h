#pragma once
// The daemon's pages: health, readiness, metrics and status. Looks, never changes anything.

#include <functional>

#include "daemon/admin_server.h"
#include "daemon/fleet.h"
#include "daemon/metrics.h"
#include "daemon/status.h"

namespace rolloutd::daemon {

class pages final : public admin_pages {
public:
    // All of it must outlive the pages; `about` is asked at each request.
    pages(const fleet& tickets, metrics& counters, std::function<daemon_facts()> about);

    admin_page answer(const admin_request& what) override;

private:
    admin_page healthy() const;
    admin_page ready() const;
    admin_page exposition() const;
    admin_page status(const admin_request& what) const;
    admin_page ticket(const admin_request& what) const;
    admin_page explanation(const admin_request& what) const;

    const fleet& tickets_;
    metrics& counters_;
    std::function<daemon_facts()> about_;
    mutable reach_memo reach_;  // what was worked out before; no answer depends on it
};

}  // namespace rolloutd::daemon
