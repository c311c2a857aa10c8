#include "tests/support/rollout_story.h"

#include <gtest/gtest.h>

#include "policies/effects.h"

namespace rolloutd::tests {

using namespace policies;

rollout_story::rollout_story(std::vector<a_policy> policies)
    : now_(std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 10h) {
    rules_.ceiling = mode::enforce;
    // A story is about one ticket; those about the daemon's limits set them.
    rules_.limits.cancelled_percent_tenths = 1000;
    rules_.policies = policy_set_of(std::move(policies));
}

rollout_story& rollout_story::after(duration length) {
    now_ += length;
    return *this;
}

const outcome& rollout_story::see(const reading& what) {
    return step(seen{.what = what, .planned = planned_});
}

const outcome& rollout_story::fail(std::string code) {
    return step(seen{
        .what =
            failed_reading{
                .origin = "network", .code = std::move(code), .detail = {}, .not_found = false},
        .planned = planned_});
}

const outcome& rollout_story::wake() { return step(policies::wake{.planned = planned_}); }

const outcome& rollout_story::answer(answer_kind kind, duration retry_after) {
    return step(policies::answer{.intent = sending_,
                                 .kind = kind,
                                 .http_status = kind == answer_kind::accepted ? 200 : 500,
                                 .code = "COC.00040000",
                                 .message = "so it was",
                                 .retry_after = retry_after});
}

const outcome& rollout_story::withhold(std::string why) {
    return step(withheld{.intent = sending_, .why = std::move(why)});
}

const outcome& rollout_story::say(act_kind what, sequence proposal) {
    return step(operator_act{.what = what,
                             .by = {.uid = 1000, .author = "ana", .reason = "looking into it"},
                             .proposal = proposal,
                             .call = {}});
}

const outcome& rollout_story::order(action what, std::optional<int> batch,
                                    std::optional<instance_id> instance) {
    return step(operator_act{.what = act_kind::operate,
                             .by = {.uid = 1000, .author = "ana", .reason = "wrong build"},
                             .proposal = 0,
                             .call = {.what = what, .batch = batch, .instance = instance}});
}

void rollout_story::watch(const reading& what, int times, duration every) {
    for (int i = 0; i < times; ++i)
        after(every).see(what);
}

void rollout_story::restart(std::optional<timestamp> seen_until) {
    const event begun = restarted{.seen_until = seen_until};
    const stamp where{.seq = records_.size() + 1, .at = now_};
    records_.push_back({where, begun});
    apply(folded_, begun, where);
    state_ = folded_;
    sending_ = 0;
    ++rules_.generation;
}

void rollout_story::reload(std::vector<a_policy> policies) {
    rules_.policies = policy_set_of(std::move(policies));
    ++rules_.generation;
}

std::string rollout_story::decision() const {
    const auto decisions = all<decided>();
    if (decisions.empty()) return {};
    std::string text{to_text(decisions.back().outcome)};
    if (decisions.back().outcome == decision_outcome::suppressed) {
        text += "/" + std::string{to_text(decisions.back().reason)};
    }
    return text;
}

sequence rollout_story::proposal() const {
    sequence last = 0;
    for (const record& each : records_) {
        const auto* found = std::get_if<proposed>(&each.what);
        if (found != nullptr && found->fate == policies::proposal_fate::open) last = each.where.seq;
    }
    return last;
}

std::string rollout_story::proposal_fate() const {
    const auto proposals = all<proposed>();
    return proposals.empty() ? std::string{} : std::string{to_text(proposals.back().fate)};
}

std::string rollout_story::effect() const {
    const auto effects = all<effected>();
    return effects.empty() ? std::string{} : std::string{to_text(effects.back().effect)};
}

const outcome& rollout_story::step(const input& what) {
    const context around{.rules = rules_, .fleet = fleet_, .now = now_};
    last_ = policies::step(state_, what, around, [this](const event& each) {
        const stamp where{.seq = records_.size() + 1, .at = now_};
        records_.push_back({where, each});
        apply(folded_, each, where);
        return where;
    });
    if (last_.send) {
        sending_ = last_.send_intent;
        sent_.push_back(described(last_.send->what));
    }
    EXPECT_TRUE(same_durable_state(state_, folded_)) << "the live state is not the fold";
    return last_;
}

}  // namespace rolloutd::tests
