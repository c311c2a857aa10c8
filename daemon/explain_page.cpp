#include "daemon/explain_page.h"

#include <boost/json/array.hpp>

namespace rolloutd::daemon {

namespace json = boost::json;

namespace {

json::array clauses_of(const policies::told_rule& what) {
    json::array rows;
    for (const policies::told_clause& each : what.clauses) {
        json::object row;
        row["part"] = each.part;
        row["text"] = each.text;
        row["verdict"] = std::string(to_text(each.now));
        if (!each.said.empty()) row["said"] = each.said;
        if (!each.place.empty()) row["place"] = each.place;
        rows.push_back(std::move(row));
    }
    return rows;
}

json::object margin_of(const policies::told_rule& what) {
    json::object row;
    const policies::margin& found = what.distance;
    if (found.failures > 0) {
        row["failures"] = found.failures;
        row["among"] = found.among;
    }
    if (found.finishes > 0) row["finishes"] = found.finishes;
    if (found.open > 0) row["open"] = found.open;
    if (found.cut) row["cut"] = true;
    if (found.at) row["at"] = policies::to_text(*found.at);
    return row;
}

json::object rule_of(const policies::told_rule& what) {
    json::object row;
    row["policy"] = what.key.policy;
    row["rule"] = what.key.rule;
    row["subject"] = what.every.empty() ? policies::to_text(what.key.who) : "every " + what.every;
    row["source"] = what.source;
    row["mode"] = std::string(to_text(what.allowed));
    row["next"] = std::string(to_text(what.next));
    row["verdict"] = std::string(to_text(what.now));
    if (!what.reason.empty()) row["reason"] = what.reason;
    row["held"] = policies::to_text(what.held);
    row["for"] = policies::to_text(what.hold_for);
    if (what.holds_at) row["holds_at"] = policies::to_text(*what.holds_at);
    row["any"] = what.any;
    row["clauses"] = clauses_of(what);
    row["withheld"] = what.word;
    row["verdict_said"] = what.verdict_said;
    row["why"] = what.why;
    json::array margins;
    for (const std::string& each : what.margins)
        margins.push_back(json::value(each));
    row["margins"] = std::move(margins);
    row["margin"] = margin_of(what);
    if (!what.rest.empty()) row["rest"] = what.rest;
    return row;
}

}  // namespace

json::object to_json(const policies::explanation& what) {
    json::object result;
    result["as_of"] = what.as_of ? json::value(policies::to_text(*what.as_of)) : nullptr;
    json::array notes;
    for (const std::string& each : what.notes)
        notes.push_back(json::value(each));
    result["notes"] = std::move(notes);
    json::array rules;
    for (const policies::told_rule& each : what.rules)
        rules.push_back(rule_of(each));
    result["rules"] = std::move(rules);
    return result;
}

std::optional<json::object> explain_ticket(const fleet& what, const policies::ticket_id& id) {
    const auto found = what.watchers().find(id);
    if (found == what.watchers().end() || !what.parts().rules) return std::nullopt;
    const policies::timestamp now = what.parts().time.now();
    const policies::fleet_view fleet = what.parts().records.fleet(id, now);
    const policies::ticket_state& state = found->second->state();
    json::object result = to_json(policies::explain(state, {*what.parts().rules, fleet, now}));
    result["ticket"] = id;
    result["name"] = state.last ? state.last->info.name : std::string();
    result["status"] = state.last ? state.last->info.status : std::string();
    return result;
}

}  // namespace rolloutd::daemon
