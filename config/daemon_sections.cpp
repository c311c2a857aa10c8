#include <charconv>

#include "config/address.h"
#include "config/section_readers.h"
#include "policies/fleet_ledger.h"

namespace rolloutd::config {
namespace {

using policies::yaml::fields;
using policies::yaml::node;
using policies::yaml::problems;
using policies::yaml::time_range;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

// "90d" besides the usual durations: how long files are kept is counted in days.
std::optional<duration> read_days(problems& report, const node& from, std::string_view what) {
    const std::string& text = from.value;
    if (from.kind == policies::yaml::node_kind::scalar && text.ends_with('d')) {
        int days = 0;
        const char* end = text.data() + text.size() - 1;
        const auto [stop, failed] = std::from_chars(text.data(), end, days);
        constexpr int ten_years = 3653;
        if (failed == std::errc{} && stop == end && days >= 1 && days <= ten_years) {
            return hours{24 * days};
        }
        report.error(from, "out-of-range", std::string(what) + " lies between 1d and 3653d");
        return std::nullopt;
    }
    return read_duration(report, from, what, {hours{1}, hours{24 * 366}});
}

// More of them than anybody has; each costs a connection and a queue.
constexpr std::size_t most_targets = 16;

// The address of one target. Messages in clear text are a warning only: what they tell stands on
// many screens, and Alertmanagers are mostly reached over a network of their own.
void read_address(problems& report, const node& from, notify_target& into) {
    const bool is_webhook = into.alertmanager.empty();
    const std::string what = is_webhook ? "webhook" : "alertmanager";
    auto parsed = parse_web_address(is_webhook ? into.webhook : into.alertmanager);
    if (!parsed) {
        report.error(from, "bad-value", what + " is not an address that can be posted to",
                     "write it like https://hooks.example.com/rolloutd; user names and fragments "
                     "have no place in it");
        return;
    }
    if (!is_webhook && parsed->path.find('?') != std::string::npos)
        report.error(from, "bad-value", "the address of an alertmanager has no query");
    into.where = std::move(parsed->where);
    into.path = std::move(parsed->path);
    while (!is_webhook && into.path.ends_with('/'))
        into.path.pop_back();
    if (is_webhook && into.path.empty()) into.path = "/";
    if (!into.where.tls && !is_loopback(into.where.host)) {
        report.warning(from, "clear-text", what + " is told in clear text what happens to tickets",
                       "use https:// where the way to it is not yours alone");
    }
}

notify_target read_target(problems& report, const node& from, const std::string& folder) {
    notify_target made;
    fields target(report, from, "a notify target");
    const node* webhook = target.find("webhook");
    const node* alertmanager = target.find("alertmanager");
    const node* secret = target.find("secret_file");
    const node* authorities = target.find("ca_file");
    if (webhook != nullptr) made.webhook = read_text(report, *webhook, "webhook").value_or("");
    if (alertmanager != nullptr) {
        made.alertmanager = read_text(report, *alertmanager, "alertmanager").value_or("");
    }
    if (secret != nullptr) {
        made.secret_file = read_text(report, *secret, "secret_file").value_or("");
    }
    if (authorities != nullptr) {
        if (const auto path = read_text(report, *authorities, "ca_file"))
            made.ca_file = below(folder, *path);
    }
    if (target.usable() && from.complete && target.has("webhook") == target.has("alertmanager")) {
        report.error(from, "bad-value", "a notify target is either a webhook or an alertmanager");
    } else if (!made.webhook.empty() || !made.alertmanager.empty()) {
        read_address(report, webhook != nullptr ? *webhook : *alertmanager, made);
        if (secret != nullptr && webhook == nullptr)
            report.error(*secret, "bad-value", "an alertmanager checks no signature",
                         "secret_file belongs to a webhook");
    }
    target.finish();
    return made;
}

}  // namespace

poll read_poll(reading_file& from) {
    poll made;
    const node* found = from.top.find("poll");
    if (found == nullptr) return made;
    problems& report = from.report;
    fields section(report, *found, "poll");
    constexpr time_range sensible{milliseconds{100}, hours{1}};
    const node* every = section.find("every");
    const node* fastest = section.find("fastest");
    const node* slowest = section.find("slowest");
    if (every != nullptr) {
        made.every = read_duration(report, *every, "poll.every", sensible).value_or(made.every);
    }
    // What was not chosen gives way to what was.
    made.fastest = std::min(made.fastest, made.every);
    made.slowest = std::max(made.slowest, made.every);
    if (fastest != nullptr) {
        made.fastest =
            read_duration(report, *fastest, "poll.fastest", sensible).value_or(made.fastest);
    }
    if (slowest != nullptr) {
        made.slowest =
            read_duration(report, *slowest, "poll.slowest", sensible).value_or(made.slowest);
    }
    if (made.fastest > made.every && fastest != nullptr) {
        report.error(*fastest, "out-of-range",
                     "poll.fastest (" + policies::to_text(made.fastest) +
                         ") is longer than poll.every (" + policies::to_text(made.every) + ")");
    }
    if (made.slowest < made.every && slowest != nullptr) {
        report.error(*slowest, "out-of-range",
                     "poll.slowest (" + policies::to_text(made.slowest) +
                         ") is shorter than poll.every (" + policies::to_text(made.every) + ")");
    }
    section.finish();
    return made;
}

operations read_operations(reading_file& from) {
    operations made;
    const node* found = from.top.find("operations");
    if (found == nullptr) return made;
    fields section(from.report, *found, "operations");
    if (const node* value = section.find("effect_deadline")) {
        made.effect_deadline =
            read_duration(from.report, *value, "operations.effect_deadline", {seconds{1}, hours{1}})
                .value_or(made.effect_deadline);
    }
    if (const node* value = section.find("tries")) {
        made.tries =
            read_whole(from.report, *value, "operations.tries", {1, 10}).value_or(made.tries);
    }
    section.finish();
    return made;
}

journal read_journal(reading_file& from) {
    journal made;
    const node* found = from.top.find("journal");
    if (found == nullptr) return made;
    problems& report = from.report;
    fields section(report, *found, "journal");
    if (const node* value = section.find("rotate")) {
        made.rotate_bytes = read_size(report, *value, "journal.rotate",
                                      {std::int64_t{4} << 10, std::int64_t{16} << 30})
                                .value_or(made.rotate_bytes);
    }
    if (const node* value = section.find("keep")) {
        made.keep = read_days(report, *value, "journal.keep").value_or(made.keep);
    }
    if (const node* value = section.find("keep_size")) {
        made.keep_bytes = read_size(report, *value, "journal.keep_size").value_or(made.keep_bytes);
        if (made.keep_bytes < made.rotate_bytes) {
            report.error(*value, "out-of-range", "journal.keep_size is smaller than journal.rotate",
                         "at least one whole file has to fit");
        }
    }
    if (const node* value = section.find("sign_key_file")) {
        made.sign_key_file = read_text(report, *value, "journal.sign_key_file").value_or("");
    }
    if (const node* value = section.find("redact")) {
        made.redact.clear();
        if (const auto* list = read_list(report, *value, "journal.redact")) {
            for (const node& each : *list) {
                if (auto word = read_text(report, each, "journal.redact")) {
                    made.redact.push_back(std::move(*word));
                }
            }
        }
    }
    section.finish();
    return made;
}

api read_api(reading_file& from) {
    api made;
    const node* found = from.top.find("api");
    if (found == nullptr) return made;
    problems& report = from.report;
    fields section(report, *found, "api");
    if (const node* value = section.find("socket")) {
        if (const auto path = read_text(report, *value, "api.socket")) {
            made.socket = below(from.folder, *path);
            // sockaddr_un has room for 107 bytes and a zero.
            constexpr std::size_t longest = 107;
            if (made.socket.size() > longest) {
                report.error(*value, "out-of-range", "api.socket is longer than 107 bytes");
            }
        }
    }
    if (const node* value = section.find("operators_group")) {
        made.operators_group =
            read_text(report, *value, "api.operators_group").value_or(made.operators_group);
    }
    if (const node* value = section.find("listen")) {
        if (const auto text = read_text(report, *value, "api.listen")) {
            if (auto parts = parse_host_port(*text)) {
                made.listen_host = std::move(parts->first);
                made.listen_port = parts->second;
            } else {
                report.error(*value, "bad-value", "api.listen is not an address with a port",
                             "write it like 127.0.0.1:7655 or [::1]:7655");
            }
        }
    }
    section.finish();
    return made;
}

std::vector<notify_target> read_notify(reading_file& from) {
    std::vector<notify_target> made;
    const node* found = from.top.find("notify");
    const auto* list = found == nullptr ? nullptr : read_list(from.report, *found, "notify");
    if (list == nullptr) return made;
    if (list->size() > most_targets) {
        from.report.error(*found, "out-of-range",
                          "notify names more than " + std::to_string(most_targets) + " targets");
        return made;
    }
    for (const node& each : *list)
        made.push_back(read_target(from.report, each, from.folder));
    return made;
}

policies::fleet_limits read_limits(reading_file& from) {
    policies::fleet_limits made;
    const node* found = from.top.find("limits");
    if (found == nullptr) return made;
    problems& report = from.report;
    fields section(report, *found, "limits");
    const auto whole = [&](const char* key, int usual) {
        const node* value = section.find(key);
        if (value == nullptr) return usual;
        return read_whole(report, *value, std::string("limits.") + key,
                          {1, policies::most_in_ledger})
            .value_or(usual);
    };
    made.operations_per_minute = whole("operations_per_minute", made.operations_per_minute);
    made.tickets_per_hour = whole("tickets_per_hour", made.tickets_per_hour);
    made.pauses_per_minute = whole("pauses_per_minute", made.pauses_per_minute);
    if (const node* value = section.find("cancelled_percent")) {
        made.cancelled_percent_tenths = read_share(report, *value, "limits.cancelled_percent")
                                            .value_or(made.cancelled_percent_tenths);
    }
    if (const node* value = section.find("spread")) {
        made.spread =
            read_duration(report, *value, "limits.spread", {{}, hours{1}}).value_or(made.spread);
    }
    section.finish();
    return made;
}

duration read_proposals_expire(reading_file& from) {
    duration made = hours{1};
    const node* found = from.top.find("proposals");
    if (found == nullptr) return made;
    fields section(from.report, *found, "proposals");
    if (const node* value = section.find("expire")) {
        made = read_duration(from.report, *value, "proposals.expire", {seconds{1}, hours{24 * 7}})
                   .value_or(made);
    }
    section.finish();
    return made;
}

}  // namespace rolloutd::config
