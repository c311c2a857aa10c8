#include "daemon/notices/notice_bodies.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/signature.h"

namespace rolloutd::daemon {

namespace json = boost::json;

namespace {

void add_unless_empty(json::object& into, std::string_view name, const std::string& value) {
    if (!value.empty()) into[name] = value;
}

json::object chain_end(const chain& newest) { return {{"seq", newest.seq}, {"hash", newest.hash}}; }

json::object journal_part(const notice& what, const sender& from, const sending& how) {
    json::object part{{"id", from.journal}};
    if (what.seq != 0) {
        part["seq"] = what.seq;
        part["durable"] = what.seq <= how.newest.seq;
    }
    part["newest"] = chain_end(how.newest);
    return part;
}

json::object from_part(const sender& from) {
    json::object part{{"instance", from.instance}, {"version", from.version}};
    add_unless_empty(part, "cloud", from.cloud);
    add_unless_empty(part, "project", from.project);
    return part;
}

json::object labels_of(const notice& what, const sender& from) {
    json::object labels{{"alertname", alert_name(what.event)},
                        {"severity", std::string(to_text(what.level))}};
    // A label without a value is none.
    add_unless_empty(labels, "instance", from.instance);
    add_unless_empty(labels, "project", from.project);
    add_unless_empty(labels, "ticket", what.ticket);
    add_unless_empty(labels, "policy", what.policy);
    add_unless_empty(labels, "rule", what.rule);
    if (what.subject != "ticket") add_unless_empty(labels, "subject", what.subject);
    return labels;
}

json::object alert_of(const notice& what, const sender& from, const sending& how) {
    json::object notes{{"summary", what.summary},
                       {"description", what.text},
                       {"mode", what.mode},
                       {"journal_newest", std::to_string(how.newest.seq) + " " + how.newest.hash}};
    if (what.seq != 0) {
        const bool durable = what.seq <= how.newest.seq;
        notes["journal_record"] = std::to_string(what.seq) + (durable ? "" : " (not on disk)");
    }
    // Times of records go on when the machine's clock is set back: a receiver would read the
    // future.
    const timestamp begins = std::min(what.at, how.now);
    const timestamp ends = what.ended ? std::min(*what.ended, how.now) : how.now + alert_lasts;
    return {{"labels", labels_of(what, from)},
            {"annotations", std::move(notes)},
            {"startsAt", policies::to_text(begins)},
            {"endsAt", policies::to_text(ends)}};
}

std::int64_t whole_seconds(timestamp at) {
    return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

}  // namespace

std::string webhook_body(const notice& what, const sender& from, const sending& how) {
    json::object body{{"version", 1},
                      {"id", what.id},
                      {"state", std::string(to_text(what.state))},
                      {"event", what.event},
                      {"severity", std::string(to_text(what.level))},
                      {"summary", what.summary},
                      {"text", what.text},
                      {"at", policies::to_text(what.at)}};
    if (what.ended) body["ended"] = policies::to_text(*what.ended);
    add_unless_empty(body, "ticket", what.ticket);
    add_unless_empty(body, "policy", what.policy);
    add_unless_empty(body, "rule", what.rule);
    add_unless_empty(body, "subject", what.subject);
    if (what.episode != 0) body["episode"] = what.episode;
    add_unless_empty(body, "mode", what.mode);
    body["from"] = from_part(from);
    body["journal"] = journal_part(what, from, how);
    if (how.lost > 0) body["lost"] = how.lost;
    return json::serialize(body);
}

std::string webhook_signature(std::string_view secret, timestamp now, std::string_view body) {
    const std::string seconds = std::to_string(whole_seconds(now));
    std::string text = seconds + ".";
    text += body;
    const std::string sum = secret.empty() ? "" : api::hmac_sha256_hex(secret, text);
    return sum.empty() ? "" : "t=" + seconds + ",v1=" + sum;
}

std::string alertmanager_body(const std::vector<notice>& all, const sender& from,
                              const sending& how) {
    json::array alerts;
    for (const notice& each : all)
        alerts.push_back(alert_of(each, from, how));
    return json::serialize(alerts);
}

}  // namespace rolloutd::daemon
