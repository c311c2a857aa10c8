#include "config/json_view.h"

namespace rolloutd::config {
namespace {

std::string_view word(policies::status_word what) {
    using enum policies::status_word;
    switch (what) {
        case ready: return "READY";
        case processing: return "PROCESSING";
        case paused: return "PAUSED";
        case abnormal: return "ABNORMAL";
        case canceled: return "CANCELED";
        case finished: return "FINISHED";
        case rollbacked: return "ROLLBACKED";
        case error: return "ERROR";
        case unknown: break;
    }
    return "UNKNOWN";
}

std::string share(int tenths) {
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
    return text + "%";
}

std::string list(const std::set<policies::status_word>& words) {
    std::string text;
    for (const policies::status_word each : words) {
        if (!text.empty()) text += ", ";
        text += word(each);
    }
    return "[" + text + "]";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> json_view(const policies::settings& what) {
    using policies::to_text;
    std::vector<std::pair<std::string, std::string>> made = {
        {"mode", std::string(to_text(what.ceiling))},
        {"cloud.timeout", to_text(what.cloud_timeout)},
        {"poll.every", to_text(what.every)},
        {"operations.effect_deadline", to_text(what.effect_deadline)},
        {"operations.tries", std::to_string(what.tries)},
        {"human_hold", to_text(what.human_hold)},
        {"proposals.expire", to_text(what.proposals_expire)},
        {"limits.operations_per_minute", std::to_string(what.limits.operations_per_minute)},
        {"limits.tickets_per_hour", std::to_string(what.limits.tickets_per_hour)},
        {"limits.cancelled_percent", share(what.limits.cancelled_percent_tenths)},
        {"limits.pauses_per_minute", std::to_string(what.limits.pauses_per_minute)},
        {"limits.spread", to_text(what.limits.spread)},
    };
    for (const auto& [action, statuses] : what.legal) {
        made.emplace_back("cloud.legal." + std::string(to_text(action)), list(statuses));
    }
    return made;
}

}  // namespace rolloutd::config
