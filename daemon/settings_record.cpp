#include "daemon/settings_record.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string_view>

namespace rolloutd::daemon {

namespace json = boost::json;

namespace {

std::string_view word_of(policies::status_word what) {
    switch (what) {
        case policies::status_word::ready: return "READY";
        case policies::status_word::processing: return "PROCESSING";
        case policies::status_word::paused: return "PAUSED";
        case policies::status_word::abnormal: return "ABNORMAL";
        case policies::status_word::canceled: return "CANCELED";
        case policies::status_word::finished: return "FINISHED";
        case policies::status_word::rollbacked: return "ROLLBACKED";
        case policies::status_word::error: return "ERROR";
        case policies::status_word::unknown: return "UNKNOWN";
    }
    return "UNKNOWN";
}

json::object legal_of(const policies::legal_table& table) {
    json::object result;
    for (const auto& [what, statuses] : table) {
        json::array words;
        for (const policies::status_word each : statuses)
            words.push_back(json::value(std::string(word_of(each))));
        result[std::string(to_text(what))] = std::move(words);
    }
    return result;
}

json::object limits_of(const policies::fleet_limits& limits) {
    json::object result;
    result["operations_per_minute"] = limits.operations_per_minute;
    result["tickets_per_hour"] = limits.tickets_per_hour;
    result["cancelled_percent_tenths"] = limits.cancelled_percent_tenths;
    result["pauses_per_minute"] = limits.pauses_per_minute;
    result["spread"] = limits.spread.count();
    return result;
}

}  // namespace

json::object settings_record(const policies::settings& what) {
    json::object result;
    result["mode"] = std::string(to_text(what.ceiling));
    result["cloud_timeout"] = what.cloud_timeout.count();
    result["every"] = what.every.count();
    result["effect_deadline"] = what.effect_deadline.count();
    result["tries"] = what.tries;
    result["human_hold"] = what.human_hold.count();
    result["proposals_expire"] = what.proposals_expire.count();
    result["limits"] = limits_of(what.limits);
    result["legal"] = legal_of(what.legal);
    return result;
}

std::map<std::string, std::string> policy_digests(const policies::settings& what) {
    std::map<std::string, std::string> digests;
    if (!what.policies) return digests;
    for (const policies::policy& each : what.policies->policies)
        digests[each.file] = each.sha256;
    return digests;
}

}  // namespace rolloutd::daemon
