#pragma once
// What people ask of the daemon through its unix socket; everything else is handed on to the pages
// that only look. The author of an act is the peer of the socket, and a reason is required.

#include "daemon/admin_server.h"
#include "daemon/fleet_switches.h"

namespace rolloutd::daemon {

class operator_pages final : public admin_pages {
public:
    // Both must outlive it.
    operator_pages(admin_pages& looks, fleet_switches& switches)
        : looks_(looks), switches_(switches) {}

    // POST /api/v1/breaker/close with {"reason": "…"}: 200; 400 without a reason; 403 when it did
    // not come over the socket; 409 when the breaker is not open.
    admin_page answer(const admin_request& what) override;

private:
    admin_page close_breaker(const admin_request& what);

    admin_pages& looks_;
    fleet_switches& switches_;
};

}  // namespace rolloutd::daemon
