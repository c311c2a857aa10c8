#include "daemon/settings_record.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <exception>
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

policies::duration length_of(const json::value& milliseconds) {
    return policies::duration{milliseconds.to_number<std::int64_t>()};
}

policies::legal_table legal_from(const json::object& recorded) {
    policies::legal_table table;
    for (const auto& each : recorded) {
        const auto what = policies::parse_action(each.key());
        if (!what) continue;
        std::set<policies::status_word>& statuses = table[*what];
        for (const json::value& word : each.value().as_array())
            statuses.insert(policies::classify(std::string(word.as_string())));
    }
    return table;
}

policies::fleet_limits limits_from(const json::object& recorded) {
    policies::fleet_limits limits;
    limits.operations_per_minute = recorded.at("operations_per_minute").to_number<int>();
    limits.tickets_per_hour = recorded.at("tickets_per_hour").to_number<int>();
    limits.cancelled_percent_tenths = recorded.at("cancelled_percent_tenths").to_number<int>();
    limits.pauses_per_minute = recorded.at("pauses_per_minute").to_number<int>();
    limits.spread = length_of(recorded.at("spread"));
    return limits;
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
    json::array words;
    for (const std::string& each : what.secrets)
        words.push_back(json::value(each));
    result["redact"] = std::move(words);
    // Also here, so that a checkpoint tells under which policies its file was begun.
    json::object digests;
    for (const auto& [file, digest] : policy_digests(what))
        digests[file] = digest;
    result["policies"] = std::move(digests);
    return result;
}

std::optional<policies::settings> settings_from(const json::object& recorded) {
    policies::settings made;
    try {
        const json::object& from = recorded;
        const auto ceiling = policies::parse_mode(std::string(from.at("mode").as_string()));
        if (!ceiling) return std::nullopt;
        made.ceiling = *ceiling;
        made.cloud_timeout = length_of(from.at("cloud_timeout"));
        made.every = length_of(from.at("every"));
        made.effect_deadline = length_of(from.at("effect_deadline"));
        made.tries = from.at("tries").to_number<int>();
        made.human_hold = length_of(from.at("human_hold"));
        made.proposals_expire = length_of(from.at("proposals_expire"));
        made.limits = limits_from(from.at("limits").as_object());
        made.legal = legal_from(from.at("legal").as_object());
        if (const json::value* words = from.if_contains("redact")) {
            made.secrets.clear();
            for (const json::value& each : words->as_array())
                made.secrets.emplace_back(each.as_string());
        }
    } catch (const std::exception&) {
        // Boost.JSON says by it that a member is missing or of another kind.
        return std::nullopt;
    }
    return made;
}

std::map<std::string, std::string> policy_digests(const policies::settings& what) {
    std::map<std::string, std::string> digests;
    if (!what.policies) return digests;
    for (const policies::policy& each : what.policies->policies)
        digests[each.file] = each.sha256;
    return digests;
}

std::shared_ptr<const policies::settings> with_generation(policies::settings rules, int number) {
    rules.generation = number;
    return std::make_shared<const policies::settings>(std::move(rules));
}

}  // namespace rolloutd::daemon
