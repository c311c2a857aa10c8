#include "policies/verdicts.h"

#include <algorithm>
#include <set>

#include "policies/rule_scope.h"

namespace rolloutd::policies {

namespace {

struct judged {
    verdict now = verdict::no;
    std::string reason;
};

judged of_value(const cel::value& what) {
    if (what.kind() == cel::value_kind::boolean) {
        return {.now = what.as_boolean() ? verdict::yes : verdict::no, .reason = {}};
    }
    if (what.is_error()) return {.now = verdict::undetermined, .reason = what.as_error().code};
    return {.now = verdict::undetermined, .reason = "type"};
}

judged evaluate(const rule& what, const rule_scope& scope, cel::trace* used) {
    if (what.needs) {
        judged needs = of_value(scope.evaluate(what.needs, used));
        if (needs.now == verdict::no) return {.now = verdict::undetermined, .reason = "needs"};
        if (needs.now == verdict::undetermined) return needs;
    }
    return of_value(scope.evaluate(what.when, used));
}

// How long the rule has held, by what is remembered of it: up to this reading if it still does,
// else up to the last fresh one. Time without sight is never in it.
duration held_until(const rule_state& stored, verdict now, const fact_view& view,
                    std::optional<timestamp> last_fresh) {
    if (!stored.true_since) return stored.held_before;
    const timestamp seen = last_fresh.value_or(view.now());
    // A rule that became true while blind is about being blind: its time runs there.
    const bool counts = now == verdict::yes && (!view.blind() || *stored.true_since > seen);
    const timestamp end = counts ? view.now() : seen;
    return stored.held_before + std::max(duration::zero(), end - *stored.true_since);
}

// Whether the change of a verdict is worth a record. Memory and journal would grow with every
// instance if false and undetermined of each were told apart.
bool worth_recording(const assessment& what, const rule_state& stored) {
    const bool other_rule =
        !stored.definition.empty() && stored.definition != what.what->definition;
    const bool counted = stored.held_before > duration::zero() || stored.true_since.has_value();
    if (other_rule && (what.now == verdict::yes || counted)) return true;
    if (what.now == stored.now && what.reason == stored.reason) return false;
    if (what.who.kind == subject_kind::ticket) return true;
    return what.now == verdict::yes || stored.now == verdict::yes || stored.open || counted;
}

void settle(assessment& what, draft& so_far, const fact_view& view,
            std::optional<timestamp> last_fresh) {
    const rule_state& stored = so_far.rule(what.key());
    if (view.blind() && what.now == verdict::undetermined) return;
    const bool same_rule = stored.definition.empty() || stored.definition == what.what->definition;
    what.held = same_rule ? held_until(stored, what.now, view, last_fresh) : duration::zero();
    what.holds = what.now == verdict::yes && what.held >= what.what->hold_for;
    if (!worth_recording(what, stored)) return;
    const bool begins = what.now == verdict::yes && !stored.open;
    so_far.add(verdict_changed{.policy = what.owner->name,
                               .rule = what.what->name,
                               .who = what.who,
                               .to = what.now,
                               .reason = what.reason,
                               .held = what.held,
                               .episode = begins ? stored.episode + 1 : stored.episode,
                               .definition = what.what->definition,
                               .evidence = what.evidence});
}

class assessor {
public:
    assessor(draft& so_far, const fact_view& view, const context& around,
             std::optional<timestamp> last_fresh, telling told)
        : draft_(so_far),
          view_(view),
          zones_(around.rules.zones.get()),
          secrets_(around.rules.secrets),
          last_fresh_(last_fresh),
          tells_(told == telling::evidence) {}

    void add_policy(const policy& owner, std::size_t order) {
        const rule_scope ticket{view_, owner, {}, zones_, tells_};
        const judged match = of_value(ticket.evaluate(owner.match, nullptr));
        if (match.now == verdict::no) return;
        for (std::size_t i = 0; i < owner.rules.size(); ++i) {
            assessment what;
            what.owner = &owner;
            what.what = &owner.rules[i];
            what.policy_order = order;
            what.rule_order = i;
            if (match.now == verdict::undetermined) {
                // Whether the policy speaks of this ticket is not known, so none of its rules is.
                add_undetermined(std::move(what), match.reason);
            } else {
                add_rule(std::move(what), ticket);
            }
        }
    }

    // A rule that is not judged at a reading, because its policy no longer matches or it or its
    // subject is gone, gave nothing there: its time stands still until it is judged again.
    void close_unjudged() {
        std::vector<rule_key> unjudged;
        for (const auto& [key, stored] : draft_.state().rules) {
            if (stored.now == verdict::yes) unjudged.push_back(key);
        }
        std::set<rule_key> judged;
        for (const assessment& each : found_) {
            if (each.now == verdict::yes) judged.insert(each.key());
        }
        if (judged.size() == unjudged.size()) return;
        std::erase_if(unjudged, [&judged](const rule_key& key) { return judged.contains(key); });
        for (const rule_key& key : unjudged)
            close(key);
    }

    std::vector<assessment> take() { return std::move(found_); }

private:
    void close(const rule_key& key) {
        const rule_state stored = draft_.rule(key);
        draft_.add(
            verdict_changed{.policy = key.policy,
                            .rule = key.rule,
                            .who = key.who,
                            .to = verdict::undetermined,
                            .reason = std::string(not_judged),
                            .held = held_until(stored, verdict::undetermined, view_, last_fresh_),
                            .episode = stored.episode,
                            .definition = stored.definition,
                            .evidence = {}});
    }

    void add_undetermined(assessment what, const std::string& reason) {
        what.now = verdict::undetermined;
        what.reason = reason;
        if (what.what->each == subject_kind::ticket) settle(what, draft_, view_, last_fresh_);
        found_.push_back(std::move(what));
    }

    void add_rule(assessment what, const rule_scope& ticket) {
        switch (what.what->each) {
            case subject_kind::ticket: add_ticket_rule(std::move(what), ticket); return;
            case subject_kind::batch:
                if (!view_.blind()) add_batches(what);
                return;
            case subject_kind::instance:
                if (!view_.blind()) add_instances(what);
                return;
        }
    }

    void add_ticket_rule(assessment what, const rule_scope& scope) {
        cel::trace used;
        judged result = evaluate(*what.what, scope, tells_ ? &used : nullptr);
        what.now = result.now;
        what.reason = std::move(result.reason);
        if (tells_) what.evidence = scope.evidence(used, secrets_);
        settle(what, draft_, view_, last_fresh_);
        found_.push_back(std::move(what));
    }

    void add_batches(const assessment& blank) {
        for (const batch_info& each : view_.state().last->batches) {
            add_subject(blank, {.kind = subject_kind::batch, .number = each.index}, each.index);
        }
    }

    void add_instances(const assessment& blank) {
        for (const batch_detail& detail : view_.state().last->details) {
            for (const instance_info& each : detail.instances) {
                add_subject(blank, {.kind = subject_kind::instance, .number = each.id},
                            detail.index);
            }
        }
    }

    void add_subject(const assessment& blank, const subject& who, int batch) {
        // Most subjects are plainly false, and then neither evidence nor memory is needed.
        const rule_scope quick{view_, *blank.owner, who, zones_, false};
        judged result = evaluate(*blank.what, quick, nullptr);
        const bool stored =
            draft_.state().rules.contains({blank.owner->name, blank.what->name, who});
        if (result.now == verdict::no && !stored) return;
        assessment what = blank;
        what.who = who;
        what.batch = batch;
        what.now = result.now;
        what.reason = std::move(result.reason);
        if (tells_) what.evidence = evidence_of(what);
        settle(what, draft_, view_, last_fresh_);
        if (what.now != verdict::no) found_.push_back(std::move(what));
    }

    std::vector<evidence_item> evidence_of(const assessment& what) const {
        const rule_scope traced{view_, *what.owner, what.who, zones_};
        cel::trace used;
        evaluate(*what.what, traced, &used);
        return traced.evidence(used, secrets_);
    }

    draft& draft_;
    const fact_view& view_;
    const cel::zone_source* zones_;
    const std::vector<std::string>& secrets_;
    std::optional<timestamp> last_fresh_;
    bool tells_;
    std::vector<assessment> found_;
};

}  // namespace

std::vector<assessment> assess(draft& so_far, const fact_view& view, const context& around,
                               std::optional<timestamp> last_fresh, telling told) {
    assessor all{so_far, view, around, last_fresh, told};
    if (!around.rules.policies) return {};
    const std::vector<policy>& policies = around.rules.policies->policies;
    for (std::size_t i = 0; i < policies.size(); ++i)
        all.add_policy(policies[i], i);
    if (!view.blind()) all.close_unjudged();
    return all.take();
}

std::optional<timestamp> holds_at(const assessment& what, timestamp now) {
    if (what.now != verdict::yes || what.holds) return std::nullopt;
    return now + (what.what->hold_for - what.held);
}

}  // namespace rolloutd::policies
