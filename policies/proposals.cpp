#include "policies/proposals.h"

#include <algorithm>

namespace rolloutd::policies {

namespace {

rule_key key_of(const proposed& what) { return {what.policy, what.rule, what.who}; }

void end(const proposal& what, proposal_fate fate, std::string why, draft& so_far) {
    proposed last = what.what;
    last.proposal = what.id;
    last.fate = fate;
    last.expires.reset();
    last.detail = std::move(why);
    so_far.add(last);
}

// Why nobody need answer any more, or nothing.
std::optional<std::string> withdrawn_for(const proposal& what, const draft& so_far,
                                         const std::vector<assessment>& all, bool blind) {
    const proposed& of = what.what;
    const rule_state& memory = so_far.rule(key_of(of));
    if (!memory.open || memory.episode != of.episode) return "the condition is no longer true";
    if (memory.step != of.step) return "the step is done";
    const auto at = std::ranges::find_if(
        all, [&of](const assessment& each) { return each.key() == key_of(of); });
    if (at == all.end()) {
        if (blind) return std::nullopt;
        return "the rule no longer speaks of this subject";
    }
    const auto step = static_cast<std::size_t>(of.step);
    const std::vector<ladder_step>& steps = at->what->steps;
    if (step >= steps.size() || steps[step].what != of.what.what) return "the rule was changed";
    return std::nullopt;
}

}  // namespace

const proposal* find_proposal(const ticket_state& state, const rule_key& key) {
    const auto at = std::ranges::find_if(
        state.proposals, [&key](const proposal& each) { return key_of(each.what) == key; });
    return at == state.proposals.end() ? nullptr : &*at;
}

bool has_approval(const ticket_state& state, const rule_key& key) {
    const proposal* found = find_proposal(state, key);
    return found != nullptr && !found->approved_by.empty();
}

bool is_approved(const ticket_state& state, const rule_key& key) {
    return has_approval(state, key) && !find_proposal(state, key)->taken;
}

void open_proposal(const due_action& what, draft& so_far, const context& around) {
    const rule_key key = what.from->key();
    if (find_proposal(so_far.state(), key) != nullptr) return;
    proposed opened;
    opened.policy = key.policy;
    opened.rule = key.rule;
    opened.who = key.who;
    opened.episode = so_far.rule(key).episode;
    opened.step = what.step;
    opened.what = what.call;
    opened.expires = around.now + around.rules.proposals_expire;
    so_far.add(opened);
}

void withdraw_proposals(draft& so_far, const std::vector<assessment>& all, bool blind) {
    const std::vector<proposal> proposals = so_far.state().proposals;
    for (const proposal& each : proposals) {
        // While its operation is under way, the effect ends it.
        if (each.taken) continue;
        if (const auto why = withdrawn_for(each, so_far, all, blind)) {
            end(each, proposal_fate::withdrawn, *why, so_far);
        }
    }
}

void expire_proposals(draft& so_far, const context& around) {
    const std::vector<proposal> proposals = so_far.state().proposals;
    for (const proposal& each : proposals) {
        if (each.taken || !each.what.expires || around.now < *each.what.expires) continue;
        end(each, proposal_fate::expired,
            each.approved_by.empty() ? "nobody answered" : "it could not be carried out in time",
            so_far);
    }
}

std::optional<timestamp> proposals_due(const ticket_state& state) {
    std::optional<timestamp> first;
    for (const proposal& each : state.proposals) {
        if (each.taken || !each.what.expires) continue;
        if (!first || *each.what.expires < *first) first = each.what.expires;
    }
    return first;
}

}  // namespace rolloutd::policies
