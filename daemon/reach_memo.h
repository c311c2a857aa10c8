#pragma once
// Which rules the shape of a live ticket keeps from ever holding (DESIGN §7 Lint), for the status
// pages. Remembers what it worked out per shape, as the same question comes at every look. Asks
// nobody and changes nothing. Owned by the pages; forgets everything when the policies change.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "policies/lint/lint.h"
#include "policies/settings.h"
#include "policies/ticket_state.h"

namespace rolloutd::daemon {

struct unreachable_row {
    std::string policy;
    std::string rule;
    std::string why;
};

class reach_memo {
public:
    // Of the policies that match the ticket now. Nothing while it has not been read, or no policies
    // are loaded.
    std::vector<unreachable_row> of(const policies::ticket_state& state,
                                    const policies::settings& rules, policies::timestamp now);

private:
    using per_policy = std::vector<std::vector<policies::lint::unreachable_rule>>;
    const per_policy& known(const policies::lint::ticket_shape& shape);

    std::shared_ptr<const policies::policy_set> policies_;
    std::vector<policies::lint::reach> judges_;  // of each policy
    std::map<policies::lint::ticket_shape, per_policy> shapes_;
};

}  // namespace rolloutd::daemon
