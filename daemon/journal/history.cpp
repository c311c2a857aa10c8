#include "daemon/journal/history.h"

#include <algorithm>
#include <map>

#include "daemon/journal/json_text.h"
#include "daemon/journal/line_reader.h"
#include "daemon/journal/message_ids.h"

namespace rolloutd::daemon {

namespace json = boost::json;

namespace {

// A member as text, "" when it is not there.
std::string member(const json::object& what, std::string_view name) {
    const json::value* value = what.if_contains(name);
    if (value == nullptr) return "";
    return value->is_string() ? std::string(value->get_string()) : json_text(*value);
}

std::string joined(std::string_view before, const std::string& text) {
    return text.empty() ? "" : std::string(before) + text;
}

std::string shown_value(const json::value& value) {
    const json::object* inner = value.if_object();
    if (inner == nullptr)
        return value.is_string() ? std::string(value.get_string()) : json_text(value);
    const json::value* plain = inner->if_contains("value");
    const json::value* number = inner->if_contains("double");
    if (plain != nullptr) return shown_value(*plain);
    return number != nullptr ? shown_value(*number) : json_text(value);
}

// "failed 12.5, ticket.failure_allowed 10.0".
std::string evidence_text(const json::object& what) {
    const json::value* evidence = what.if_contains("evidence");
    if (evidence == nullptr || !evidence->is_object()) return "";
    std::string out;
    for (const auto& each : evidence->get_object()) {
        out +=
            (out.empty() ? "" : ", ") + std::string(each.key()) + " " + shown_value(each.value());
    }
    return out.empty() ? "" : " (" + out + ")";
}

// Who wanted it: the rule, or the person.
std::string rule_text(const json::object& what) {
    if (!what.contains("rule")) return joined("", member(what, "by"));
    return member(what, "policy") + "/" + member(what, "rule") + " " + member(what, "subject");
}

std::string operation_text(const json::object& what) {
    const json::value* operation = what.if_contains("operation");
    if (operation == nullptr || !operation->is_object()) return "";
    const json::object& members = operation->get_object();
    return member(members, "do") + joined(" batch ", member(members, "batch")) +
           joined(" instance ", member(members, "instance"));
}

std::string observe_text(const json::object& what) {
    const bool whole = what.contains("reading");
    const json::value* reading = what.if_contains(whole ? "reading" : "change");
    if (reading == nullptr || !reading->is_object()) return "read";
    std::string out;
    const json::object& members = reading->get_object();
    if (const json::value* info = members.if_contains("info"); info != nullptr && info->is_object())
        out += joined(" ", member(info->get_object(), "status")) +
               joined(", batch ", member(info->get_object(), "current_batch"));
    const json::value* stats = members.if_contains("stats");
    const json::value* rows =
        stats != nullptr && stats->is_object() ? stats->get_object().if_contains("rows") : nullptr;
    if (rows != nullptr && rows->is_object())
        for (const auto& row : rows->get_object())
            out += ", " +
                   (row.value().is_object() ? member(row.value().get_object(), "count") : "0") +
                   " " + std::string(row.key());
    return (whole ? "read whole:" : "changed:") + (out.empty() ? " details" : out);
}

std::string breaker_text(const json::object& what) {
    return (member(what, "open") == "true" ? "the breaker opened" : "the breaker was closed") +
           joined(" by ", member(what, "author")) + joined(": ", member(what, "reason"));
}

using teller = std::string (*)(const json::object&);

std::string operator_text(const json::object& what) {
    const std::string refused = member(what, "refused");
    const std::string author = member(what, "author");
    return (author.empty() ? "uid " + member(what, "uid") : author) +
           (refused.empty() ? ": " : " was refused: ") + member(what, "command") +
           joined(" proposal ", member(what, "proposal")) +
           joined(" batch ", member(what, "batch")) +
           joined(" instance ", member(what, "instance")) + joined(", ", refused) +
           joined("; ", member(what, "reason"));
}

std::string proposal_text(const json::object& what) {
    if (member(what, "fate") == "open") {
        return rule_text(what) + ": proposes " + operation_text(what) +
               joined(", until ", member(what, "expires"));
    }
    return rule_text(what) + ": proposal " + member(what, "proposal") + " is " +
           member(what, "fate") + joined(", ", member(what, "detail"));
}

// Of a rule's notice, or of the daemon's own.
std::string notify_text(const json::object& what) {
    const std::string about = what.contains("about") ? member(what, "about") : rule_text(what);
    return about + ": notified" + joined(": ", member(what, "text"));
}

// One sentence for each kind; others show their members.
const std::map<std::string_view, teller>& tellers() {
    using object = const json::object&;
    static const std::map<std::string_view, teller> table{
        {"start",
         [](object b) {
             return "started: version " + member(b, "version") + ", epoch " + member(b, "epoch");
         }},
        {"stop", [](object b) { return "stopped: " + member(b, "reason"); }},
        {"reload",
         [](object b) {
             return member(b, "accepted") == "true" ? std::string("reloaded")
                                                    : "reload refused: " + member(b, "detail");
         }},
        {"policy",
         [](object b) { return member(b, "file") + " has the digest " + member(b, "sha256"); }},
        {"watch", [](object b) { return "watched" + joined(", by ", member(b, "source")); }},
        {"unwatch", [](object b) { return "let go: " + member(b, "reason"); }},
        {"observe", observe_text},
        {"seen", [](object b) { return "all watched tickets read until " + member(b, "until"); }},
        {"blind",
         [](object b) {
             return "cannot be judged: " + member(b, "origin") + joined(" ", member(b, "code")) +
                    joined(": ", member(b, "detail"));
         }},
        {"verdict",
         [](object b) {
             return rule_text(b) + ": " + member(b, "verdict") + joined(", ", member(b, "reason")) +
                    evidence_text(b);
         }},
        {"decision",
         [](object b) {
             return rule_text(b) + ": " + member(b, "outcome") + " " + member(b, "do") +
                    joined(", ", member(b, "reason")) + joined(": ", member(b, "detail")) +
                    evidence_text(b);
         }},
        {"intent",
         [](object b) {
             return rule_text(b) + ": will send " + operation_text(b) + ", try " +
                    member(b, "attempt");
         }},
        {"result",
         [](object b) {
             return "intent " + member(b, "intent") + " was answered: " + member(b, "outcome") +
                    joined(", HTTP ", member(b, "http_status")) + joined(" ", member(b, "code")) +
                    joined(": ", member(b, "message"));
         }},
        {"effect",
         [](object b) {
             return "intent " + member(b, "intent") + ": " + member(b, "effect") +
                    joined(", ", member(b, "detail"));
         }},
        {"operator", operator_text},
        {"proposal", proposal_text},
        {"foreign",
         [](object b) {
             return "somebody else did " + member(b, "do") + joined(": ", member(b, "detail"));
         }},
        {"notify", notify_text},
        {"breaker", breaker_text},
        {"checkpoint",
         [](object b) { return "checkpoint, snapshot " + member(b, "snapshot").substr(0, 16); }},
        {"repair",
         [](object b) {
             return "repaired (" + member(b, "what") + "): " + member(b, "file") + " to " +
                    member(b, "moved_to") + joined(", ", member(b, "reason"));
         }},
    };
    return table;
}

}  // namespace

const std::vector<std::string>& record_kinds() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> kinds;
        for (const message_id& each : message_ids())
            if (each.kind != kind_of_losses) kinds.emplace_back(each.kind);
        return kinds;
    }();
    return all;
}

std::string sentence(const record& what) {
    const auto found = tellers().find(what.head.kind);
    if (found != tellers().end()) return found->second(what.body);
    const std::string author = member(what.body, "author");
    return what.head.kind + joined(" by ", author) + joined(": ", member(what.body, "reason"));
}

std::string table_line(const record& what) {
    std::string at = policies::to_text(what.head.at);
    at.replace(10, 1, " ").erase(19, 4);
    std::string number = std::to_string(what.head.seq);
    number.insert(0, number.size() < 8 ? 8 - number.size() : 0, ' ');
    std::string kind = what.head.kind;
    kind.resize(std::max<std::size_t>(kind.size(), 10), ' ');
    std::string ticket = what.head.ticket.empty() ? "-" : what.head.ticket;
    ticket.resize(std::max<std::size_t>(ticket.size(), 26), ' ');
    return at + "  " + number + "  " + kind + "  " + ticket + "  " + sentence(what);
}

journal_result<void> read_history(
    disk& from, const history_filter& filter,
    const std::function<bool(const record&, std::string_view line)>& show) {
    const auto names = list_segments(from, "journal");
    if (!names) return names.error();
    const std::string quoted = ",\"ticket\":\"" + filter.ticket + "\",";
    for (const std::string& name : *names) {
        line_reader lines(from, "journal/" + name);
        for (;;) {
            const auto line = lines.next();
            // The oldest may be removed meanwhile.
            if (!line && is_removed(from, "journal", name)) break;
            if (!line) return line.error();
            if (!*line) break;
            // Cheap first: most lines are of other tickets.
            const std::string_view text = **line;
            if (!filter.ticket.empty() && text.find(quoted) == std::string_view::npos) continue;
            auto parsed = parse_record(text);
            if (!parsed) {
                journal_failure failure = parsed.error();
                failure.file = lines.path();
                failure.line = lines.line();
                return failure;
            }
            const envelope& head = parsed->head;
            if (!filter.ticket.empty() && head.ticket != filter.ticket) continue;
            if (filter.since && head.at < *filter.since) continue;
            if (!filter.kinds.empty() && !filter.kinds.contains(head.kind)) continue;
            if (!show(*parsed, text)) return {};
        }
    }
    return {};
}

}  // namespace rolloutd::daemon
