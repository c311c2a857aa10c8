#include "daemon/notices/conditions.h"

#include <utility>

namespace rolloutd::daemon {

std::vector<condition> conditions_of(const daemon_health& now) {
    std::vector<condition> all;
    const auto add = [&all](const char* event, notice_level level, std::string text,
                            sequence seq = 0) {
        all.push_back({event, level, std::move(text), seq});
    };
    constexpr auto critical = notice_level::critical;
    constexpr auto warning = notice_level::warning;
    if (!now.journal_failure.empty())
        add("journal_not_writable", critical,
            now.journal_failure + "; no operation is sent until it is written again");
    if (!now.journal_damage.empty())
        add("journal_damaged", critical,
            now.journal_damage + "; do what docs/operating.md says about a damaged journal",
            now.journal_damage_seq);
    if (!now.journal_unverified.empty())
        add("journal_unverified", warning, now.journal_unverified + "; it is tried again");
    if (!now.overrun.empty()) add("readings_overrun", warning, now.overrun, now.overrun_seq);
    if (!now.credentials.empty())
        add("credentials_unusable", critical,
            now.credentials + "; without them nothing is read and nothing is sent");
    if (!now.discovery.empty()) add("discovery_failing", warning, now.discovery);
    if (!now.breaker.empty())
        add("breaker_open", critical,
            now.breaker +
                "; all but pause and notify is proposed until a person closes it: "
                "rolloutctl breaker close --reason …");
    if (!now.last_reload_well)
        add("reload_refused", warning,
            "the last reload was refused, and what was in force before stays; the log says why");
    if (!now.certificates.empty())
        add("certificates_not_read", warning,
            now.certificates + "; those that were read before stay in force");
    if (now.fleet_blind)
        add("fleet_blind", critical,
            std::to_string(now.unseen) + " of " + std::to_string(now.watched) +
                " watched tickets cannot be read");
    return all;
}

}  // namespace rolloutd::daemon
