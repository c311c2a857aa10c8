#include "policies/operator_acts.h"

#include <algorithm>

#include "policies/legality.h"
#include "policies/people.h"
#include "policies/sending.h"

namespace rolloutd::policies {

namespace {

std::string command_of(const operator_act& what) {
    if (what.what == act_kind::approve) return "approve";
    if (what.what == act_kind::deny) return "deny";
    return std::string{to_text(what.call.what)};
}

operated record_of(const operator_act& what) {
    auto recorded = made_by<operated>(what.by);
    recorded.command = command_of(what);
    if (what.what == act_kind::operate) {
        recorded.batch = what.call.batch;
        recorded.instance = what.call.instance;
    } else {
        recorded.proposal = what.proposal;
    }
    return recorded;
}

// Why nothing can come of an answer to the proposal, or "".
std::string refusal_of_answer(const operator_act& what, const ticket_state& state, timestamp now) {
    const auto at = std::ranges::find(state.proposals, what.proposal, &proposal::id);
    const std::string name = "proposal " + std::to_string(what.proposal);
    if (at == state.proposals.end()) return "there is no open " + name;
    if (at->what.expires && now >= *at->what.expires) return name + " has expired";
    if (at->taken) return "the operation of " + name + " is under way";
    if (what.what == act_kind::approve && !at->approved_by.empty()) {
        return name + " was approved by " + at->approved_by;
    }
    return {};
}

// Rules' operations that are not sent give way to any operation of a person; what is on its way, or
// was asked for by a person, only to a stronger one.
std::string refusal_by_flight(action what, const ticket_state& state) {
    for (const flight& each : state.flights) {
        if (is_unsent(each, state) && !is_ordered(each)) continue;
        if (what < each.what.what.what) continue;
        return std::string{to_text(each.what.what.what)} +
               " is under way; only something "
               "stronger can be sent before its effect is known";
    }
    return {};
}

std::string refusal_of(const operation& call, const ticket_state& state, const settings& rules) {
    if (call.what == action::notify) return "notify is no operation";
    if (!state.last) return "the ticket has not been read yet";
    const legal_opinion opinion = judge_legality(call, state, rules.legal);
    if (opinion.is != legality::legal) {
        if (opinion.is == legality::illegal) return "illegal: " + opinion.detail;
        const bool pause = call.what == action::pause;
        return "already: " + opinion.detail +
               (pause ? "; hold it to keep rules from continuing it" : "");
    }
    return refusal_by_flight(call.what, state);
}

// Only what belongs to the action, with the batch that is meant.
operation meant_by(const operation& asked, const ticket_state& state) {
    operation call{.what = asked.what, .batch = std::nullopt, .instance = std::nullopt};
    if (asked.what == action::cancel_instance) call.instance = asked.instance;
    if (asked.what != action::skip_batch) return call;
    call.batch = asked.batch;
    if (!call.batch && state.last) call.batch = state.last->info.current_batch;
    return call;
}

void take_operation(operator_act what, draft& so_far, const context& around, outcome& result) {
    what.call = meant_by(what.call, so_far.state());
    operated recorded = record_of(what);
    recorded.refused = refusal_of(what.call, so_far.state(), around.rules);
    result.refused = recorded.refused;
    so_far.add(recorded);
    if (!recorded.refused.empty()) return;

    const std::string name = name_of(what.by);
    withdraw_unsent(so_far, std::string{to_text(what.call.what)} + " by " + name + " goes first");
    intended intent;
    intent.what = what.call;
    intent.by = name;
    intent.status = so_far.state().last->info.status;
    intent.current_batch = so_far.state().last->info.current_batch;
    so_far.add(intent);
}

}  // namespace

void take_act(const operator_act& what, draft& so_far, const context& around, outcome& result) {
    switch (what.what) {
        case act_kind::hold: so_far.add(held{what.by}); break;
        case act_kind::release: so_far.add(released{what.by}); break;
        case act_kind::approve:
        case act_kind::deny: {
            operated recorded = record_of(what);
            recorded.refused = refusal_of_answer(what, so_far.state(), around.now);
            result.refused = recorded.refused;
            so_far.add(recorded);
            break;
        }
        case act_kind::operate: take_operation(what, so_far, around, result); break;
    }
    // The next reading judges everything anew, however equal it is.
    result.read_now = true;
}

operator_act act_of(const held& recorded) {
    return {.what = act_kind::hold, .by = recorded, .proposal = 0, .call = {}};
}

operator_act act_of(const released& recorded) {
    return {.what = act_kind::release, .by = recorded, .proposal = 0, .call = {}};
}

operator_act act_of(const operated& recorded) {
    operator_act act{.what = act_kind::operate, .by = recorded, .proposal = 0, .call = {}};
    act.proposal = recorded.proposal.value_or(0);
    if (recorded.command == "approve") {
        act.what = act_kind::approve;
    } else if (recorded.command == "deny") {
        act.what = act_kind::deny;
    } else {
        act.call = {.what = parse_action(recorded.command).value_or(action::notify),
                    .batch = recorded.batch,
                    .instance = recorded.instance};
    }
    return act;
}

}  // namespace rolloutd::policies
