#pragma once
// Notices as their receivers read them: the JSON body of a webhook, which docs/operating.md
// describes, its signature, and the alerts of Alertmanager's API v2. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "daemon/notices/notice.h"

namespace rolloutd::daemon {

// Who tells; the same for all notices of a run.
struct sender {
    std::string instance;  // the machine's name
    std::string cloud;     // its endpoint
    std::string project;   // may be empty
    std::string journal;   // 32 hex characters
    std::string version;
};

// What stands when a message is sent, or sent again.
struct sending {
    timestamp now;
    chain newest;            // the last record on the disk: whoever keeps it sees a cut-off tail
    std::uint64_t lost = 0;  // messages to this target that had to be given up since the last
                             // one that came through
};

// {"version":1,...}, in UTF-8 without white space.
std::string webhook_body(const notice& what, const sender& from, const sending& how);

// The value of the header Rolloutd-Signature, "t=1763719200,v1=<64 hex>": HMAC-SHA256 with `secret`
// over the seconds since 1970, a full stop, and the body. "" when that cannot be computed: then
// nothing may be sent.
inline constexpr std::string_view signature_header = "Rolloutd-Signature";
std::string webhook_signature(std::string_view secret, timestamp now, std::string_view body);

// For how long Alertmanager takes an alert as lasting that is not repeated, and as standing what
// happened once.
inline constexpr policies::duration alert_lasts = std::chrono::minutes{5};

// The array that is posted to /api/v2/alerts. What lasts ends alert_lasts from now, unless it is
// repeated; what has ended, ended then. Nothing begins or has ended later than now.
std::string alertmanager_body(const std::vector<notice>& all, const sender& from,
                              const sending& how);

}  // namespace rolloutd::daemon
