#include "daemon/status.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cctype>
#include <set>
#include <utility>
#include <variant>

#include "policies/fleet_rules.h"

namespace rolloutd::daemon {

namespace json = boost::json;
using policies::ticket_state;
using policies::timestamp;

namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& each : result) {
        each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    }
    return result;
}

// As a label of a metric: the words of the API in lower case, and one for all others.
std::string_view state_word(policies::status_word what) {
    switch (what) {
        case policies::status_word::ready: return "ready";
        case policies::status_word::processing: return "processing";
        case policies::status_word::paused: return "paused";
        case policies::status_word::abnormal: return "abnormal";
        case policies::status_word::canceled: return "canceled";
        case policies::status_word::finished: return "finished";
        case policies::status_word::rollbacked: return "rollbacked";
        case policies::status_word::error: return "error";
        case policies::status_word::unknown: return "unknown";
    }
    return "unknown";
}

json::value time_or_null(const std::optional<timestamp>& at) {
    if (!at) return nullptr;
    return json::value(policies::to_text(*at));
}

json::value value_of(const policies::evidence_value& what) {
    return std::visit([](const auto& held) { return json::value(held); }, what);
}

// Texts among the evidence may be a script's parameters or a host's messages.
json::object evidence_of(const std::vector<policies::evidence_item>& items, bool full) {
    json::object result;
    for (const policies::evidence_item& each : items) {
        if (!full && std::holds_alternative<std::string>(each.value)) continue;
        result[each.name] = value_of(each.value);
    }
    return result;
}

json::object rule_of(const policies::rule_view& view, const ticket_state& state, bool full) {
    json::object row;
    row["policy"] = view.key.policy;
    row["rule"] = view.key.rule;
    row["subject"] = policies::to_text(view.key.who);
    row["verdict"] = std::string(to_text(view.now));
    if (!view.reason.empty()) row["reason"] = view.reason;
    row["held"] = policies::to_text(view.held);
    row["for"] = policies::to_text(view.hold_for);
    row["next"] = std::string(to_text(view.next));
    row["spent"] = view.spent;
    const auto known = state.rules.find(view.key);
    row["episode"] = known == state.rules.end() ? 0 : known->second.episode;
    const bool decided = known != state.rules.end() && known->second.decision != 0;
    if (decided) {
        row["decision"] = known->second.decision;
        row["outcome"] = std::string(to_text(view.outcome));
        if (view.suppressed != policies::suppression::none) {
            row["suppressed"] = std::string(to_text(view.suppressed));
        }
    }
    if (view.overridden) row["overridden"] = true;
    if (view.proposal != 0) row["proposal"] = view.proposal;
    row["evidence"] = evidence_of(view.evidence, full);
    return row;
}

json::object proposal_of(const policies::proposal& what) {
    json::object row;
    row["id"] = what.id;
    row["rule"] = what.what.policy + "/" + what.what.rule;
    row["subject"] = policies::to_text(what.what.who);
    row["do"] = std::string(to_text(what.what.what.what));
    if (what.what.what.batch) row["batch"] = *what.what.what.batch;
    if (what.what.what.instance) row["instance"] = *what.what.what.instance;
    row["since"] = policies::to_text(what.at);
    row["expires"] = time_or_null(what.what.expires);
    if (!what.approved_by.empty()) row["approved_by"] = what.approved_by;
    return row;
}

// What people have said about the ticket, and what it withholds.
void describe_people(json::object& row, const ticket_state& state,
                     const policies::settings* settings) {
    json::array proposals;
    for (const policies::proposal& each : state.proposals)
        proposals.push_back(proposal_of(each));
    row["proposals"] = std::move(proposals);
    const policies::people_state& people = state.people;
    if (people.hold) {
        row["hold"] = json::object{{"by", policies::name_of(people.hold->by)},
                                   {"reason", people.hold->by.reason},
                                   {"since", policies::to_text(people.hold->since)}};
    }
    if (people.paused) row["paused_by_person"] = policies::to_text(*people.paused);
    if (people.meddled && settings != nullptr) {
        row["human_hold"] =
            json::object{{"by", people.meddled_by},
                         {"until", policies::to_text(*people.meddled + settings->human_hold)}};
    }
}

json::object operation_of(const policies::flight& what) {
    json::object row;
    row["intent"] = what.intent;
    row["do"] = std::string(to_text(what.what.what.what));
    if (what.what.what.batch) row["batch"] = *what.what.what.batch;
    if (what.what.what.instance) row["instance"] = *what.what.what.instance;
    if (what.what.by.empty())
        row["rule"] = what.what.policy + "/" + what.what.rule;
    else
        row["by"] = what.what.by;
    row["try"] = what.what.attempt;
    constexpr std::array<std::string_view, 4> names{"intended", "awaiting", "unknown", "backoff"};
    row["phase"] = std::string(names.at(static_cast<std::size_t>(what.phase)));
    row["since"] = policies::to_text(what.since);
    return row;
}

json::object counts_of(const policies::statistics& stats) {
    json::object row;
    int counted = 0;
    for (const policies::status_row& each : stats.rows) {
        row[lower(each.status)] = each.count;
        counted += each.count;
    }
    if (stats.total > counted) row["unknown"] = stats.total - counted;
    return row;
}

void describe(json::object& row, const ticket_state& state) {
    row["id"] = state.id;
    if (!state.last) {
        row["name"] = "";
        row["status"] = nullptr;
        return;
    }
    const policies::reading& last = *state.last;
    row["name"] = last.info.name;
    row["status"] = last.info.status;
    row["creator"] = last.info.creator;
    row["current_batch"] =
        last.info.current_batch ? json::value(*last.info.current_batch) : nullptr;
    row["batches"] = last.batches.size();
    row["total"] = last.stats.total;
    row["counts"] = counts_of(last.stats);
    if (state.paused_since) {
        row["paused_since"] = policies::to_text(*state.paused_since);
        row["pause_cause"] = std::string(to_text(state.pause_cause));
        if (!state.paused_by.empty()) row["paused_by"] = state.paused_by;
    }
}

// What a person wants to know first, in one word or two.
std::string next_of(const watcher& who) {
    const ticket_state& state = who.state();
    if (!state.flights.empty()) {
        const policies::flight& last = state.flights.back();
        return "awaiting " + std::string(to_text(last.what.what.what));
    }
    if (state.people.hold) return "held by " + policies::name_of(state.people.hold->by);
    std::string nearest;
    for (const policies::rule_view& each : who.last().views) {
        const bool asks = each.proposal != 0;
        if (each.now != policies::verdict::yes || (each.spent && !asks)) continue;
        std::string text = std::string(to_text(each.next)) + " by " + each.key.rule;
        if (asks) {
            text += " (proposal " + std::to_string(each.proposal) + ")";
        } else if (each.suppressed != policies::suppression::none) {
            text += " (" + std::string(to_text(each.suppressed)) + ")";
        } else if (each.held < each.hold_for) {
            text += " in " + policies::to_text(each.hold_for - each.held);
        }
        if (nearest.empty()) nearest = std::move(text);
    }
    return nearest;
}

// Rules that the ticket's shape keeps from ever holding. What conditions say may be confidential.
json::array unreachable_of(const std::vector<unreachable_row>& rules, bool full) {
    json::array rows;
    for (const unreachable_row& each : rules) {
        json::object row{{"policy", each.policy}, {"rule", each.rule}};
        if (full) row["why"] = each.why;
        rows.push_back(std::move(row));
    }
    return rows;
}

// What rows are made with.
struct beholder {
    const fleet& tickets;
    bool full = false;
    reach_memo& reach;
};

json::object row_of(const watcher& who, const beholder& by) {
    const policies::settings* const settings = by.tickets.parts().rules.get();
    const bool full = by.full;
    const ticket_state& state = who.state();
    json::object row;
    describe(row, state);
    row["watched"] = true;
    if (full) {
        json::object labels;
        for (const auto& [name, value] : state.labels)
            labels[name] = value;
        row["labels"] = std::move(labels);
    }
    row["blind"] = state.blind ? json::value(state.blind_cause) : nullptr;
    row["last_read"] = time_or_null(who.last_good() ? who.last_good() : state.seen_at);
    row["last_tried"] = time_or_null(who.last_tried());
    row["next_read"] = policies::to_text(who.due());
    row["next"] = next_of(who);
    json::array rules;
    for (const policies::rule_view& each : who.rules_told()) {
        rules.push_back(rule_of(each, state, full));
    }
    row["rules"] = std::move(rules);
    if (settings != nullptr) {
        const timestamp now = by.tickets.parts().time.now();
        row["unreachable"] = unreachable_of(by.reach.of(state, *settings, now), full);
    }
    json::array operations;
    for (const policies::flight& each : state.flights)
        operations.push_back(operation_of(each));
    row["operations"] = std::move(operations);
    describe_people(row, state, settings);
    return row;
}

json::object row_of(const past_ticket& what) {
    json::object row;
    describe(row, what.state);
    row["watched"] = false;
    row["reason"] = what.why;
    row["until"] = policies::to_text(what.at);
    return row;
}

bool is_undetermined(const watcher& who) {
    if (who.state().blind || !who.seen()) return true;
    const auto& views = who.last().views;
    return std::any_of(views.begin(), views.end(), [](const policies::rule_view& each) {
        return each.now == policies::verdict::undetermined;
    });
}

void count_policies(const fleet& what, standing& now) {
    const auto& rules = what.parts().rules;
    if (!rules) return;
    now.ceiling = rules->ceiling;
    if (!rules->policies) return;
    now.policies_loaded = static_cast<int>(rules->policies->policies.size());
    for (const policies::policy& each : rules->policies->policies) {
        now.rules_loaded += static_cast<int>(each.rules.size());
    }
}

}  // namespace

namespace {

// Where people are told is nobody's business who comes over the network.
json::array targets_row(const std::vector<target_standing>& all, bool full) {
    json::array rows;
    for (const target_standing& each : all) {
        json::object row{
            {"waiting", each.waiting}, {"delivered", each.delivered}, {"given_up", each.given_up}};
        if (full) row["target"] = each.name;
        if (full && !each.problem.empty()) row["problem"] = each.problem;
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

json::object status_of(const fleet& what, const daemon_facts& about, bool full, reach_memo& reach) {
    const standing now = standing_of(what, about);
    json::object result;
    result["version"] = ROLLOUTD_VERSION;
    result["ready"] = about.not_ready.empty();
    json::array reasons;
    for (const std::string& each : about.not_ready)
        reasons.push_back(json::value(each));
    result["not_ready"] = std::move(reasons);
    result["mode"] = std::string(to_text(now.ceiling));
    result["started"] = policies::to_text(about.started);
    result["reloaded"] = time_or_null(about.reloaded);
    result["last_reload_successful"] = about.last_reload_well;
    result["journal_writable"] = about.journal_writable;
    result["journal_seq"] = about.journal_end.seq;
    result["journal_hash"] = about.journal_end.hash;
    result["stopping"] = about.stopping;
    result["notify"] = targets_row(about.told, full);
    result["generation"] = what.parts().rules ? what.parts().rules->generation : 0;
    result["policies"] = now.policies_loaded;
    result["rules"] = now.rules_loaded;
    result["watched"] = what.watchers().size();
    const policies::fleet_view fleet = what.view();
    result["unseen"] = fleet.unseen;
    result["frozen"] = fleet.frozen;
    result["breaker_open"] = fleet.breaker_open;
    result["fleet_blind"] = policies::is_fleet_blind(fleet.watched, fleet.unseen);
    json::array tickets;
    for (const auto& [id, each] : what.watchers())
        tickets.push_back(row_of(*each, {.tickets = what, .full = full, .reach = reach}));
    result["tickets"] = std::move(tickets);
    json::array past;
    for (const past_ticket& each : what.past())
        past.push_back(row_of(each));
    result["past"] = std::move(past);
    return result;
}

std::optional<json::object> status_of_ticket(const fleet& what, const policies::ticket_id& id,
                                             bool full, reach_memo& reach) {
    const auto found = what.watchers().find(id);
    if (found != what.watchers().end())
        return row_of(*found->second, {.tickets = what, .full = full, .reach = reach});
    for (const past_ticket& each : what.past()) {
        if (each.state.id == id) return row_of(each);
    }
    return std::nullopt;
}

standing standing_of(const fleet& what, const daemon_facts& about) {
    standing now;
    const policies::fleet_view fleet = what.view();
    now.breaker_open = fleet.breaker_open;
    now.frozen = fleet.frozen;
    now.ready = about.not_ready.empty();
    now.journal_writable = about.journal_writable;
    now.journal_seq = about.journal_end.seq;
    now.journal_hash = about.journal_end.hash;
    count_policies(what, now);
    const timestamp at = what.parts().time.now();
    for (const auto& [id, each] : what.watchers()) {
        const ticket_state& state = each->state();
        const std::string_view word =
            state.last ? state_word(policies::classify(state.last->info.status)) : "unseen";
        ++now.tickets_by_state[std::string(word)];
        if (is_undetermined(*each)) ++now.tickets_undetermined;
        now.proposals_open += static_cast<int>(state.proposals.size());
        for (const auto& [key, rule] : state.rules)
            now.rules_overridden += rule.overridden ? 1 : 0;
        const auto seen = each->last_good() ? each->last_good() : state.seen_at;
        if (seen) now.oldest_observation = std::max(now.oldest_observation, at - *seen);
    }
    now.operations_in_flight = what.parts().hands.in_flight();
    return now;
}

int paused_by_policy(const fleet& what) {
    int paused = 0;
    for (const auto& [id, each] : what.watchers()) {
        if (each->state().paused_since &&
            each->state().pause_cause == policies::pause_origin::policy)
            ++paused;
    }
    return paused;
}

}  // namespace rolloutd::daemon
