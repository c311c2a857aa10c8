#include "daemon/cli/status_view.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <vector>

namespace rolloutd::daemon::cli {

namespace json = boost::json;

namespace {

// The member as a person writes it; "" when it is not there or null.
std::string text_of(const json::value& from, std::string_view name) {
    const json::object* const object = from.if_object();
    if (object == nullptr) return "";
    const json::value* const member =
        object->if_contains(json::string_view(name.data(), name.size()));
    if (member == nullptr || member->is_null()) return "";
    if (const json::string* const text = member->if_string()) {
        return harmless(std::string_view(text->data(), text->size()));
    }
    return harmless(json::serialize(*member));
}

const json::array& list_of(const json::value& from, std::string_view name) {
    static const json::array none;
    const json::object* const object = from.if_object();
    if (object == nullptr) return none;
    const json::value* const member =
        object->if_contains(json::string_view(name.data(), name.size()));
    return member != nullptr && member->is_array() ? member->get_array() : none;
}

// "finished 8, abnormal 2, processing 10"; zeros are left out.
std::string counts_text(const json::value& ticket) {
    const json::object* const object = ticket.if_object();
    const json::value* const counts = object == nullptr ? nullptr : object->if_contains("counts");
    if (counts == nullptr || !counts->is_object()) return "";
    std::string text;
    for (const auto& [name, count] : counts->get_object()) {
        const std::string number = json::serialize(count);
        if (number == "0") continue;
        if (!text.empty()) text += ", ";
        text += harmless(std::string_view(name.data(), name.size())) + " " + number;
    }
    return text;
}

std::string batch_text(const json::value& ticket) {
    const std::string batches = text_of(ticket, "batches");
    if (batches.empty()) return "";
    const std::string current = text_of(ticket, "current_batch");
    return (current.empty() ? "-" : current) + "/" + batches;
}

std::string clock_of(const std::string& timestamp) {
    return timestamp.size() == 24 ? timestamp.substr(11, 8) : timestamp;
}

std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

std::string rule_state_of(const json::value& rule) {
    std::string text = text_of(rule, "outcome");
    const std::string suppressed = text_of(rule, "suppressed");
    if (!suppressed.empty()) text += " (" + suppressed + ")";
    if (!text_of(rule, "proposal").empty()) text += " [" + text_of(rule, "proposal") + "]";
    if (text_of(rule, "overridden") == "true") text += text.empty() ? "overridden" : ", overridden";
    return text;
}

std::string evidence_text(const json::value& rule) {
    const json::object* const object = rule.if_object();
    const json::value* const items = object == nullptr ? nullptr : object->if_contains("evidence");
    if (items == nullptr || !items->is_object()) return "";
    std::string text;
    for (const auto& [name, value] : items->get_object()) {
        if (!text.empty()) text += ", ";
        text += std::string(name.data(), name.size()) + " = " + json::serialize(value);
    }
    return harmless(text);
}

}  // namespace

std::string render_status(const json::value& status, const palette& colours) {
    std::string text = colours(paint::bold, "rolloutd " + text_of(status, "version"));
    const bool ready = text_of(status, "ready") == "true";
    text += "  mode " + text_of(status, "mode") + "  ";
    text += ready ? colours(paint::green, "ready") : colours(paint::red, "not ready");
    text += "  " + text_of(status, "watched") + " watched, " + text_of(status, "unseen") +
            " unseen, " + text_of(status, "policies") + " policies with " +
            text_of(status, "rules") + " rules\n";
    if (const std::string hash = text_of(status, "journal_hash"); !hash.empty()) {
        text += "  journal " + text_of(status, "journal_seq") + ":" + hash + "\n";
    }
    for (const json::value& each : list_of(status, "not_ready")) {
        text += "  not ready: " + harmless(json::value_to<std::string>(each)) + "\n";
    }
    if (text_of(status, "frozen") == "true") {
        text += "  " + colours(paint::red, "frozen: no rule acts on any ticket") +
                "; `rolloutctl history --kind freeze` says why, `rolloutctl thaw` ends it\n";
    }
    if (text_of(status, "breaker_open") == "true") {
        text += "  " + colours(paint::red, "the breaker is open: all but pause and notify waits") +
                " for `rolloutctl approve`, until `rolloutctl breaker close`\n";
    }
    for (const json::value& each : list_of(status, "notify")) {
        const std::string problem = text_of(each, "problem");
        if (problem.empty()) continue;
        text += "  " + colours(paint::red, "not told: ") + text_of(each, "target") + ": " +
                problem + " (" + text_of(each, "waiting") + " waiting)\n";
    }
    std::vector<std::vector<std::string>> lines;
    lines.push_back({"TICKET", "NAME", "STATUS", "BATCH", "COUNTS", "READ", "NEXT"});
    for (const json::value& each : list_of(status, "tickets")) {
        const bool blind = !text_of(each, "blind").empty();
        lines.push_back({text_of(each, "id"), or_dash(text_of(each, "name")),
                         blind ? "blind" : or_dash(text_of(each, "status")),
                         or_dash(batch_text(each)), or_dash(counts_text(each)),
                         or_dash(clock_of(text_of(each, "last_read"))),
                         blind ? text_of(each, "blind") : text_of(each, "next")});
    }
    for (const json::value& each : list_of(status, "past")) {
        lines.push_back({text_of(each, "id"), or_dash(text_of(each, "name")),
                         or_dash(text_of(each, "status")), or_dash(batch_text(each)),
                         or_dash(counts_text(each)), or_dash(clock_of(text_of(each, "until"))),
                         "let go: " + text_of(each, "reason")});
    }
    if (lines.size() > 1) text += "\n" + table(lines, colours);
    for (const json::value& each : list_of(status, "tickets")) {
        const std::size_t never = list_of(each, "unreachable").size();
        if (never == 0) continue;
        const std::string id = text_of(each, "id");
        text += "\n" + counted(never, "rule") + " can never hold for " + id +
                ": see `rolloutctl status " + id + "`";
    }
    if (text.back() != '\n') text += "\n";
    return text;
}

namespace {

// What people have said, and what waits for them to say.
std::string people_text(const json::value& ticket) {
    const auto part = [&ticket](std::string_view name) -> json::value {
        const json::object* const object = ticket.if_object();
        const json::value* const found =
            object == nullptr ? nullptr : object->if_contains(json::string_view(name));
        return found == nullptr ? json::value() : *found;
    };
    std::string text;
    const json::value hold = part("hold");
    if (hold.is_object()) {
        text += "  held by " + text_of(hold, "by") + " since " + text_of(hold, "since") + ": " +
                text_of(hold, "reason") + "\n";
    }
    const json::value human = part("human_hold");
    if (human.is_object()) {
        text += "  " + text_of(human, "by") + " withholds all but pause and notify until " +
                text_of(human, "until") + "\n";
    }
    for (const json::value& each : list_of(ticket, "proposals")) {
        const std::string by = text_of(each, "approved_by");
        text += "  proposal " + text_of(each, "id") + ": " + text_of(each, "do") + " for " +
                text_of(each, "rule") + " " + text_of(each, "subject") + ", " +
                (by.empty() ? "waits for an answer" : "approved by " + by) + ", until " +
                text_of(each, "expires") + "\n";
    }
    return text;
}

}  // namespace

std::string render_ticket(const json::value& ticket, const palette& colours) {
    const std::string status = text_of(ticket, "status");
    std::string text = colours(paint::bold, text_of(ticket, "id")) + "  " +
                       or_dash(text_of(ticket, "name")) + "  " +
                       colours(paint_of(status), or_dash(status)) + "\n";
    const std::string blind = text_of(ticket, "blind");
    if (!blind.empty()) text += "  " + colours(paint::red, "cannot be read: " + blind) + "\n";
    text += "  batch " + or_dash(batch_text(ticket)) + ", " + text_of(ticket, "total") +
            " instances: " + or_dash(counts_text(ticket)) + "\n";
    const std::string cause = text_of(ticket, "pause_cause");
    if (!cause.empty()) {
        const std::string by = text_of(ticket, "paused_by");
        text += "  paused since " + text_of(ticket, "paused_since") + " by " +
                (by.empty() ? cause : by) + "\n";
    }
    text += "  last read " + or_dash(text_of(ticket, "last_read")) + ", next " +
            or_dash(text_of(ticket, "next_read")) + "\n";
    for (const json::value& each : list_of(ticket, "operations")) {
        const std::string rule = text_of(each, "rule");
        text += "  " + text_of(each, "do") +
                (rule.empty() ? " by " + text_of(each, "by") : " for " + rule) + ": " +
                text_of(each, "phase") + " since " + text_of(each, "since") + "\n";
    }
    text += people_text(ticket);
    std::vector<std::vector<std::string>> lines;
    lines.push_back({"RULE", "SUBJECT", "VERDICT", "HELD", "FOR", "DO", "DECIDED", "BECAUSE"});
    for (const json::value& each : list_of(ticket, "rules")) {
        const std::string reason = text_of(each, "reason");
        lines.push_back({text_of(each, "policy") + "/" + text_of(each, "rule"),
                         text_of(each, "subject"), text_of(each, "verdict"), text_of(each, "held"),
                         text_of(each, "for"), text_of(each, "next"), or_dash(rule_state_of(each)),
                         reason.empty() ? evidence_text(each) : reason});
    }
    if (lines.size() > 1) text += "\n" + table(lines, colours);
    for (const json::value& each : list_of(ticket, "unreachable")) {
        const std::string why = text_of(each, "why");
        text += "  " + text_of(each, "policy") + "/" + text_of(each, "rule") +
                " can never hold for this ticket" + (why.empty() ? "" : ": " + why) + "\n";
    }
    return text;
}

}  // namespace rolloutd::daemon::cli
