#include "daemon/health.h"

#include "policies/fleet_rules.h"
#include "policies/judgement.h"

namespace rolloutd::daemon {

daemon_health health_of(const health_sources& by) {
    daemon_health now;
    if (!by.records.writable()) now.journal_failure = by.records.failure();
    if (by.records.damage()) now.journal_damage = to_text(*by.records.damage());
    now.journal_damage_seq = by.news.damage_record();
    now.journal_unverified = by.records.unverified();
    now.overrun = by.overrun.problem();
    now.overrun_seq = by.overrun.record();
    now.credentials = by.credentials;
    now.discovery = by.lists.problem();
    const policies::fleet_ledger& ledger = by.records.fleet().ledger;
    if (ledger.breaker_open) now.breaker = ledger.breaker_why;
    now.certificates = by.certificates;
    now.last_reload_well = by.last_reload_well;
    const policies::fleet_view fleet = by.tickets.view();
    now.watched = fleet.watched;
    now.unseen = fleet.unseen;
    now.fleet_blind = by.settled_in && policies::is_fleet_blind(fleet.watched, fleet.unseen);
    return now;
}

std::string mode_word(const policies::settings& rules, const std::string& policy) {
    for (const policies::policy& each : rules.policies->policies) {
        if (each.name == policy) return std::string(to_text(policies::mode_of(each, rules)));
    }
    return std::string(to_text(rules.ceiling));
}

}  // namespace rolloutd::daemon
