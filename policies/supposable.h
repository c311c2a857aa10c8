#pragma once
// How many more instances may be supposed to fail or finish when a rule is asked about readings
// that may come next (margin.h), so that the answer is true whichever of them it will be. Pure.

#include "policies/fact_view.h"
#include "policies/policy.h"

namespace rolloutd::policies {

struct supposable {
    int most = 0;      // 0: nothing may be supposed
    bool all = false;  // there are no more that are open, of the ticket or of the batch
    bool operator==(const supposable&) const = default;
};

// Of a rule that names single instances, or batches beside the current one, nothing: it matters
// which host fails. The same while instances are stuck, if the rule counts them: one of those may
// be the one that fails. Of a batch: what is open in it, and only while it is the current one. Of a
// rule that names what changes with the batch's last host ("ticket.current_batch"): all of the
// current batch but that one.
supposable may_suppose(const policy& owner, const rule& what, const subject& who,
                       const fact_view& view);

}  // namespace rolloutd::policies
