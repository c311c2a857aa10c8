#include "daemon/journal/event_text.h"

#include <algorithm>
#include <array>

#include "daemon/journal/digest.h"
#include "daemon/journal/json_text.h"
#include "daemon/journal/patch_json.h"
#include "daemon/journal/words.h"
#include "policies/text.h"

namespace rolloutd::daemon {

namespace json = boost::json;

namespace {

constexpr std::string_view hashed_prefix = "sha256:";

// State that was folded from the journal holds hashes already.
std::string hashed(const std::string& salt, const std::string& value) {
    return is_hashed(value) ? value : std::string(hashed_prefix) + sha256_of(salt + value);
}

template <class Variant, class T>
Variant read_as(const json::object& from) {
    return text::read_members<T>(from);
}

const std::map<std::string_view, policies::event (*)(const json::object&)>& event_readers() {
    using namespace policies;
    static const std::map<std::string_view, event (*)(const json::object&)> table{
        {"watch", read_as<event, watched>},           {"unwatch", read_as<event, unwatched>},
        {"observe", read_as<event, observed>},        {"blind", read_as<event, blinded>},
        {"verdict", read_as<event, verdict_changed>}, {"decision", read_as<event, decided>},
        {"intent", read_as<event, intended>},         {"result", read_as<event, answered>},
        {"effect", read_as<event, effected>},         {"notify", read_as<event, notified>},
        {"foreign", read_as<event, foreign>},         {"hold", read_as<event, held>},
        {"release", read_as<event, released>},        {"operator", read_as<event, operated>},
        {"proposal", read_as<event, proposed>},
    };
    return table;
}

const std::map<std::string_view, daemon_body (*)(const json::object&)>& body_readers() {
    static const std::map<std::string_view, daemon_body (*)(const json::object&)> table{
        {"start", read_as<daemon_body, start_body>},
        {"stop", read_as<daemon_body, stop_body>},
        {"reload", read_as<daemon_body, reload_body>},
        {"policy", read_as<daemon_body, policy_body>},
        {"seen", read_as<daemon_body, seen_body>},
        {"checkpoint", read_as<daemon_body, checkpoint_body>},
        {"repair", read_as<daemon_body, repair_body>},
        {"freeze", read_as<daemon_body, freeze_body>},
        {"thaw", read_as<daemon_body, thaw_body>},
        {"breaker", read_as<daemon_body, breaker_body>},
        {"notify", read_as<daemon_body, alert_body>},
    };
    return table;
}

template <class T, class Table>
journal_result<T> read_with(const Table& table, const record& what) {
    const auto found = table.find(what.head.kind);
    journal_failure failure(journal_failure::kind::broken, "");
    failure.seq = what.head.seq;
    if (found == table.end()) {
        failure.what = "the kind '" + what.head.kind + "' is not known here";
        return failure;
    }
    try {
        return found->second(what.body);
    } catch (const text::unreadable& problem) {
        failure.what = what.head.kind + " cannot be read: " + problem.what();
        return failure;
    }
}

}  // namespace

bool is_hashed(std::string_view text) {
    return text.size() == hashed_prefix.size() + 64 && text.starts_with(hashed_prefix) &&
           text.find_first_not_of("0123456789abcdef", hashed_prefix.size()) ==
               std::string_view::npos;
}

std::string_view kind_of(const daemon_body& what) {
    static constexpr std::array<std::string_view, std::variant_size_v<daemon_body>> kinds{
        "start",  "stop",   "reload", "policy",  "seen",  "checkpoint",
        "repair", "freeze", "thaw",   "breaker", "notify"};
    return kinds[what.index()];
}

policies::reading redaction::operator()(policies::reading what) const {
    for (auto& [name, value] : what.info.params) {
        if (policies::looks_secret(name, words)) value = hashed(salt, value);
    }
    for (policies::batch_detail& batch : what.details)
        for (policies::instance_info& each : batch.instances)
            if (!each.message.empty()) each.message = hashed("", each.message);
    return what;
}

bool redaction::changes(const policies::reading& what) const {
    const auto tells = [](const policies::instance_info& each) { return !each.message.empty(); };
    return std::ranges::any_of(
               what.info.params,
               [this](const auto& each) { return policies::looks_secret(each.first, words); }) ||
           std::ranges::any_of(what.details, [&](const policies::batch_detail& batch) {
               return std::ranges::any_of(batch.instances, tells);
           });
}

json::object body_of(const policies::event& what) {
    return std::visit([](const auto& event) { return text::write_members(event); }, what);
}

json::object body_of(const daemon_body& what) {
    return std::visit([](const auto& body) { return text::write_members(body); }, what);
}

journal_result<policies::event> parse_event(const record& what) {
    return read_with<policies::event>(event_readers(), what);
}

journal_result<policies::event> parse_change(const record& what, const policies::reading& before) {
    journal_failure failure(journal_failure::kind::broken, "");
    failure.seq = what.head.seq;
    const json::value* const change = what.body.if_contains("change");
    if (what.body.contains("reading") || change == nullptr || !change->is_object()) {
        failure.what = "observe holds neither a whole reading nor a change alone";
        return failure;
    }
    try {
        auto seen = text::read_members<policies::observed>(what.body);
        seen.what = before;
        text::patch_members(seen.what, change->get_object());
        return policies::event(std::move(seen));
    } catch (const text::unreadable& problem) {
        failure.what = std::string("the change cannot be read: ") + problem.what();
        return failure;
    }
}

journal_result<daemon_body> parse_daemon_body(const record& what) {
    return read_with<daemon_body>(body_readers(), what);
}

json::object reading_writer::shorten(const ticket_id& ticket, json::object body) {
    const json::value* reading = body.if_contains("reading");
    if (reading == nullptr) reading = &body.emplace("reading", json::object{}).first->value();
    const std::string now = json_text(*reading);
    std::string& last = last_[ticket];
    const std::string before_text = last.empty() ? last : packer_.unpack(last);
    last = packer_.pack(now);
    if (before_text.empty()) return body;
    const std::optional<json::value> before = parse_json(before_text);
    json::object patch = merge_diff(before->get_object(), reading->get_object());
    // When nearly everything is different, the whole is shorter than what removes and adds it.
    const bool whole = json_text(patch).size() >= now.size() && !patch.empty();
    if (whole) return body;
    json::object shorter;
    shorter.emplace("change", std::move(patch));
    for (const auto& each : body)
        if (each.key() != "reading") shorter.emplace(each.key(), each.value());
    return shorter;
}

journal_result<record> record_reader::complete(record what) {
    const std::string& kind = what.head.kind;
    if (kind == "checkpoint" || kind == "start") last_.clear();
    if (kind == "unwatch") last_.erase(what.head.ticket);
    if (kind != "observe") return what;
    journal_failure failure(journal_failure::kind::broken, "");
    failure.seq = what.head.seq;
    const json::value* whole = what.body.if_contains("reading");
    const json::value* change = what.body.if_contains("change");
    if (whole != nullptr && whole->is_object() && change == nullptr) {
        last_[what.head.ticket] = whole->get_object();
        return what;
    }
    if (whole != nullptr || change == nullptr || !change->is_object()) {
        failure.what = "observe holds neither a whole reading nor a change alone";
        return failure;
    }
    const auto found = last_.find(what.head.ticket);
    if (found == last_.end()) {
        failure.what = "a change of " + what.head.ticket + " comes before any whole reading of it";
        return failure;
    }
    found->second = merge_apply(std::move(found->second), change->get_object());
    what.body.erase("change");
    what.body.emplace("reading", found->second);
    return what;
}

}  // namespace rolloutd::daemon
