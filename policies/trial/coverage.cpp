#include "policies/trial/coverage.h"

#include <algorithm>

#include "policies/cel/operands.h"
#include "policies/rule_scope.h"
#include "policies/trial/trial_names.h"

namespace rolloutd::policies::trial {

namespace {

// The subjects of one reading that a rule of this kind is judged for.
std::vector<subject> subjects_of(subject_kind kind, const standing& now) {
    if (kind == subject_kind::ticket) return {subject{}};
    std::vector<subject> found;
    if (now.blind || !now.state.last) return found;
    if (kind == subject_kind::batch) {
        for (const batch_info& each : now.state.last->batches)
            found.push_back({.kind = kind, .number = each.index});
        return found;
    }
    for (const batch_detail& detail : now.state.last->details) {
        for (const instance_info& each : detail.instances)
            found.push_back({.kind = kind, .number = each.id});
    }
    return found;
}

bool is_true(const cel::value& what) {
    return what.kind() == cel::value_kind::boolean && what.as_boolean();
}

}  // namespace

std::vector<int> rule_coverage::missed_steps() const {
    std::vector<int> missed;
    for (int i = 0; fired && i < static_cast<int>(steps.size()); ++i) {
        if (!taken.contains(i)) missed.push_back(i);
    }
    return missed;
}

void coverage::add(const policy& owner) {
    for (const rule& each : owner.rules) {
        const entry_key key{owner.sha256, each.name};
        if (entries_.contains(key)) continue;
        entry made;
        made.each = each.each;
        made.rule.policy = owner.name;
        made.rule.rule = each.name;
        made.rule.where = each.where;
        for (const ladder_step& step : each.steps)
            made.rule.steps.push_back(step.what);
        const cel::environment names = names_of(owner, each.each);
        for (const cel::expression* from : {&each.needs, &each.when}) {
            if (!*from) continue;
            for (const std::string& text : cel::operands_of(from->text())) {
                auto compiled = cel::compile(text, names, cel::type_kind::boolean);
                auto* good = std::get_if<cel::expression>(&compiled);
                if (good == nullptr) continue;
                made.parts.push_back({.what = {.text = text}, .condition = std::move(*good)});
            }
        }
        entries_.emplace(key, std::move(made));
        order_.push_back(key);
    }
}

onlooker coverage::watch(const trial_file& file) {
    for (const policy& each : file.policies->policies)
        add(each);
    return [this, all = file.policies](const standing& now) { look(*all, now); };
}

void coverage::look(const policy_set& all, const standing& now) {
    const fact_view view{now.state, now.now, now.blind};
    const cel::zone_source* zones = now.rules.zones.get();
    for (const policy& owner : all.policies) {
        const rule_scope ticket{view, owner, {}, zones};
        if (!is_true(ticket.evaluate(owner.match, nullptr))) continue;
        for (const rule& each : owner.rules) {
            entry& here = entries_.at({owner.sha256, each.name});
            if (std::ranges::all_of(here.parts, [](const part& p) { return p.what.varied(); })) {
                continue;
            }
            for (const subject& who : subjects_of(each.each, now)) {
                if (left_ <= 0) return;
                const rule_scope scope{view, owner, who, zones};
                for (part& what : here.parts) {
                    if (what.what.varied()) continue;
                    --left_;
                    const cel::value value = scope.evaluate(what.condition, nullptr);
                    if (value.kind() != cel::value_kind::boolean) continue;
                    (value.as_boolean() ? what.what.seen_true : what.what.seen_false) = true;
                }
            }
        }
    }
}

void coverage::note(const trial_file& file, const trial_run& run) {
    for (const seen_decision& each : run.decisions) {
        if (each.what.outcome == decision_outcome::suppressed) continue;
        const policy* owner = find_policy(*file.policies, each.what.policy);
        if (owner == nullptr) continue;
        const auto at = entries_.find({owner->sha256, each.what.rule});
        if (at == entries_.end()) continue;
        at->second.rule.fired = true;
        at->second.rule.taken.insert(each.what.step);
    }
}

std::vector<rule_coverage> coverage::report() const {
    std::vector<rule_coverage> made;
    for (const entry_key& key : order_) {
        const entry& from = entries_.at(key);
        rule_coverage rule = from.rule;
        for (const part& each : from.parts)
            rule.conditions.push_back(each.what);
        made.push_back(std::move(rule));
    }
    return made;
}

}  // namespace rolloutd::policies::trial
