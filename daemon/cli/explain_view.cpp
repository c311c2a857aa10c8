#include "daemon/cli/explain_view.h"

#include "daemon/cli/answers.h"

namespace rolloutd::daemon::cli {

namespace json = boost::json;

namespace {

const json::array& rows_in(const json::value& from, std::string_view name) {
    static const json::array none;
    const json::object* const object = from.if_object();
    const json::value* const found =
        object == nullptr ? nullptr : object->if_contains(json::string_view(name));
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

std::string shown(const json::value& from, std::string_view name) {
    return harmless(text_in(from, name));
}

// A mark that is seen without colours as well.
std::string_view mark_of(const std::string& verdict) {
    if (verdict == "true") return "+";
    return verdict == "false" ? "-" : "?";
}

std::string clause_text(const json::value& clause, const palette& colours) {
    const std::string verdict = shown(clause, "verdict");
    std::string text = "    " + colours(paint_of(verdict), mark_of(verdict)) + " ";
    const std::string part = shown(clause, "part");
    if (part == "needs" || part == "match") text += part + " ";
    text += shown(clause, "text");
    const std::string said = shown(clause, "said");
    if (!said.empty()) text += ": " + said;
    const std::string place = shown(clause, "place");
    if (!place.empty()) text += " (" + place + ")";
    return text + "\n";
}

std::string rule_text(const json::value& rule, const palette& colours) {
    const std::string verdict = shown(rule, "verdict");
    std::string text = colours(paint::bold, shown(rule, "policy") + "/" + shown(rule, "rule"));
    const std::string subject = shown(rule, "subject");
    if (subject != "ticket") text += " for " + subject;
    text += "  " + colours(paint::dim, shown(rule, "source") + ", mode " + shown(rule, "mode")) +
            "\n  " + colours(paint_of(verdict), shown(rule, "verdict_said")) + "\n";
    for (const json::value& each : rows_in(rule, "clauses"))
        text += clause_text(each, colours);
    for (const json::value& each : rows_in(rule, "margins"))
        text +=
            "  " + (each.is_string() ? harmless(std::string_view(each.get_string())) : "") + "\n";
    text += "  " + shown(rule, "why") + "\n";
    const std::string rest = shown(rule, "rest");
    return rest.empty() ? text : text + "  " + rest + "\n";
}

}  // namespace

bool keep_rule(json::value& explanation, const std::string& rule) {
    json::object* const whole = explanation.if_object();
    json::value* const rules = whole == nullptr ? nullptr : whole->if_contains("rules");
    if (rules == nullptr || !rules->is_array()) return false;
    if (rule.empty()) return true;
    json::array kept;
    for (const json::value& each : rules->get_array()) {
        const std::string name = text_in(each, "rule");
        if (name == rule || text_in(each, "policy") + "/" + name == rule) kept.push_back(each);
    }
    *rules = std::move(kept);
    return !rules->get_array().empty();
}

std::string render_explanation(const json::value& explanation, const palette& colours) {
    const std::string as_of = shown(explanation, "as_of");
    const std::string status = shown(explanation, "status");
    std::string text = colours(paint::bold, shown(explanation, "ticket")) + "  " +
                       shown(explanation, "name") + "  " + colours(paint_of(status), status);
    text += as_of.empty() ? "\n" : "  as read at " + as_of + "\n";
    for (const json::value& each : rows_in(explanation, "notes")) {
        if (each.is_string())
            text +=
                "  " + colours(paint::yellow, harmless(std::string_view(each.get_string()))) + "\n";
    }
    if (rows_in(explanation, "rules").empty()) text += "  no policy matches it\n";
    for (const json::value& each : rows_in(explanation, "rules"))
        text += "\n" + rule_text(each, colours);
    return text;
}

}  // namespace rolloutd::daemon::cli
