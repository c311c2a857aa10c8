#include "policies/trial/other_tickets.h"

#include "policies/fleet_rules.h"

namespace rolloutd::policies::trial {

void other_tickets::change(const timeline_entry& what, timestamp now) {
    const bool was_blind = is_fleet_blind(watched_.value_or(0), unseen_.value_or(0));
    if (what.fleet_watched) watched_ = what.fleet_watched;
    if (what.fleet_unseen) unseen_ = what.fleet_unseen;
    if (was_blind && !is_fleet_blind(watched_.value_or(0), unseen_.value_or(0))) sighted_at_ = now;
    // A person who closes the breaker has said that rules may go on.
    if (what.breaker_open == false) operations_ = tickets_ = pauses_ = 0;
    operations_ = what.fleet_operations.value_or(operations_);
    tickets_ = what.fleet_tickets.value_or(tickets_);
    pauses_ = what.fleet_pauses.value_or(pauses_);
}

fleet_view other_tickets::around(fleet_view own) const {
    own.watched = watched_.value_or(own.watched);
    own.unseen = unseen_.value_or(own.unseen);
    if (sighted_at_) own.sighted_at = sighted_at_;
    own.operations += operations_;
    own.tickets += tickets_;
    own.pauses += pauses_;
    return own;
}

}  // namespace rolloutd::policies::trial
