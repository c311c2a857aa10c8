#include "policies/trial/trial_runner.h"

#include <algorithm>
#include <set>

#include "policies/fact_view.h"
#include "policies/fleet_ledger.h"
#include "policies/rule_scope.h"
#include "policies/trial/fact_compare.h"
#include "policies/trial/other_tickets.h"
#include "policies/trial/simulated_ticket.h"
#include "policies/trial/trial_names.h"

namespace rolloutd::policies::trial {

namespace {

// As the daemon's watcher: readings at once, one after the other, and the fastest pace.
constexpr int most_hurried = 3;
constexpr duration fastest = std::chrono::seconds{1};
// What one test may remember of decisions, verdicts and facts.
constexpr std::size_t most_remembered = 20'000;
// How often one test may ask for a fact.
constexpr int most_facts = 100'000;

// The policies as the test wants them: in their own modes, or all in the one that it names.
std::shared_ptr<const policy_set> in_mode(const trial_file& file, const trial_test& test) {
    if (!test.as) return file.policies;
    auto changed = std::make_shared<policy_set>(*file.policies);
    for (policy& each : changed->policies)
        each.ceiling = *test.as;
    return changed;
}

answer answer_of(manner how, sequence intent) {
    answer made;
    made.intent = intent;
    switch (how) {
        case manner::works:
        case manner::ignored:
            made.kind = answer_kind::accepted;
            made.http_status = 200;
            break;
        case manner::refused:
            made.kind = answer_kind::refused;
            made.http_status = 403;
            made.code = "COC.00040403";
            made.message = "refused by the test";
            break;
        case manner::busy:
            made.kind = answer_kind::not_executed;
            made.http_status = 429;
            made.code = "APIGW.0308";
            break;
        case manner::lost:
        case manner::unanswered:
            made.kind = answer_kind::unknown;
            made.code = "timeout";
            break;
    }
    return made;
}

operator_act act_of(const operator_step& what) {
    operator_act made;
    made.by = {.uid = 1000, .author = "operator", .reason = "as the test says"};
    made.call = what.call;
    switch (what.what) {
        case command::approve: made.what = act_kind::approve; break;
        case command::deny: made.what = act_kind::deny; break;
        case command::hold: made.what = act_kind::hold; break;
        case command::release: made.what = act_kind::release; break;
        default: made.what = act_kind::operate; break;
    }
    return made;
}

class runner {
public:
    runner(const trial_file& file, const trial_test& test, const onlooker& look)
        : test_(test),
          look_(look),
          rules_(test.rules),
          ticket_(test.ticket, test.start),
          now_(test.start),
          slot_(test.start),
          manners_(test.operations) {
        rules_.policies = in_mode(file, test);
        rules_.zones = file.zones;
        state_.id = test.ticket.id;
    }

    trial_run run() {
        const watched begins{.labels = test_.ticket.labels, .source = "config"};
        apply(state_, begins, record(begins));
        while (now_ - test_.start <= test_.until) {
            run_.stopped = exhausted();
            if (!run_.stopped.empty()) break;
            apply_timeline();
            const timestamp began = now_;
            const bool seen = !unseen_;
            const outcome last = read();
            run_.span = now_ - test_.start;
            const timestamp planned = plan_next(last, seen);
            const timestamp due = served(planned);
            note_views(last, seen);
            tell(due, seen);
            planned_ = planned - began;
            if (over_) break;
            now_ = due;
        }
        return std::move(run_);
    }

private:
    duration elapsed() const { return now_ - test_.start; }

    // Why it must not go on, or "".
    std::string exhausted() const {
        if (remembered_ > most_remembered) return "more happens in it than can be kept";
        if (facts_asked_ > most_facts) {
            return "it asks for facts more than " + std::to_string(most_facts) + " times";
        }
        if (run_.readings < most_steps) return {};
        return "it needs more than " + std::to_string(most_steps) + " readings";
    }

    stamp record(const event& what) {
        const stamp where{.seq = ++sequence_, .at = now_};
        note(what, where);
        fold_fleet(ledger_, state_.id, what, where);
        return where;
    }

    outcome step(const input& what) {
        const fleet_view fleet = others_.around(view_of(ledger_, state_.id, now_));
        const context around{.rules = rules_, .fleet = fleet, .now = now_};
        outcome made = policies::step(state_, what, around,
                                      [this](const event& each) { return record(each); });
        tell_evidence(made, state_, around);
        return made;
    }

    // One reading, and the answer to the operation that it may send.
    outcome read() {
        ++run_.readings;
        seen what{.what = failed_reading{.origin = "network",
                                         .code = "timeout",
                                         .detail = "unseen, as the test says",
                                         .not_found = false},
                  .planned = planned_};
        if (!unseen_) what.what = ticket_.read(state_, rules_);
        outcome judged = step(what);
        over_ = judged.over;
        return send(std::move(judged));
    }

    // The operation that may be sent, and its answer.
    outcome send(outcome judged) {
        if (!judged.send) return judged;
        const action sent = judged.send->what.what;
        const auto how = manners_.contains(sent) ? manners_.at(sent) : manner::works;
        if (how == manner::works || how == manner::unanswered) {
            ticket_.take_effect(judged.send->what);
        }
        outcome answered = step(answer_of(how, judged.send_intent));
        answered.views = std::move(judged.views);
        answered.refused = std::move(judged.refused);
        return answered;
    }

    void apply_timeline() {
        while (next_entry_ < test_.timeline.size() && test_.timeline[next_entry_].at <= elapsed()) {
            const timeline_entry& each = test_.timeline[next_entry_++];
            ticket_.change(each);
            for (const operation& act : each.people)
                ticket_.take_effect(act);
            if (each.shows_ticket) unseen_ = false;
            unseen_ = each.unseen.value_or(unseen_);
            for (const auto& [what, how] : each.operations)
                manners_[what] = how;
            change_fleet(each);
            for (const operator_step& asked : each.operators)
                take(asked);
        }
    }

    void change_fleet(const timeline_entry& what) {
        if (what.frozen) fold_freeze(ledger_, *what.frozen, now_);
        if (what.breaker_open) fold_breaker(ledger_, *what.breaker_open, "as the test says");
        others_.change(what, now_);
    }

    // What a person does with rolloutctl is done at once.
    void take(const operator_step& what) {
        std::string refused;
        if (what.what == command::freeze || what.what == command::thaw) {
            fold_freeze(ledger_, what.what == command::freeze, now_);
        } else {
            operator_act act = act_of(what);
            if (what.what == command::approve || what.what == command::deny) {
                refused = find_proposal(what, act.proposal);
            }
            if (refused.empty()) refused = send(step(act)).refused;
        }
        hurried_ = 0;
        run_.acts.push_back({.at = elapsed(), .what = what, .refused = std::move(refused)});
        ++remembered_;
    }

    // Which open proposal is meant; or why none is.
    std::string find_proposal(const operator_step& what, sequence& id) const {
        int open = 0;
        for (const proposal& each : state_.proposals) {
            if (!what.rule.empty() &&
                (each.what.policy != what.policy || each.what.rule != what.rule)) {
                continue;
            }
            if (what.who && *what.who != each.what.who) continue;
            id = each.id;
            ++open;
        }
        if (open == 1) return {};
        const std::string of = what.rule.empty() ? "" : " of '" + what.rule + "'";
        return open == 0 ? "no proposal" + of + " is open"
                         : std::to_string(open) + " proposals" + of + " are open: say which";
    }

    // An operator is served at once, not at the next reading.
    timestamp served(timestamp due) const {
        for (std::size_t i = next_entry_; i < test_.timeline.size(); ++i) {
            const timeline_entry& each = test_.timeline[i];
            if (!each.operators.empty()) return std::min(due, test_.start + each.at);
        }
        return due;
    }

    timestamp plan_next(const outcome& last, bool was_seen) {
        while (slot_ <= now_)
            slot_ += test_.every;
        const bool hurry = last.read_now && was_seen && hurried_ < most_hurried;
        hurried_ = hurry ? hurried_ + 1 : 0;
        if (hurry) return now_;
        if (!last.wake_at) return slot_;
        return std::min(slot_, std::max(*last.wake_at, now_ + fastest));
    }

    void note(const event& what, const stamp& where) {
        if (const auto* decision = std::get_if<decided>(&what)) {
            run_.decisions.push_back({.at = elapsed(), .what = *decision});
            ++remembered_;
        }
        if (const auto* intent = std::get_if<intended>(&what)) intents_[where.seq] = *intent;
        if (const auto* effect = std::get_if<effected>(&what)) {
            const auto of = intents_.find(effect->intent);
            if (of == intents_.end()) return;
            run_.effects.push_back({.at = elapsed(),
                                    .of = of->second,
                                    .effect = effect->effect,
                                    .detail = effect->detail});
            ++remembered_;
        }
    }

    void say(const rule_key& key, verdict_point point) {
        std::vector<verdict_point>& known = run_.verdicts[key];
        if (!known.empty() && known.back().says == point.says &&
            known.back().reason == point.reason) {
            return;
        }
        point.at = elapsed();
        known.push_back(std::move(point));
        ++remembered_;
    }

    // What every rule says now, told where it changed.
    void note_views(const outcome& last, bool was_seen) {
        std::set<rule_key> spoken;
        std::set<std::string> matching;
        for (const rule_view& each : last.views) {
            spoken.insert(each.key);
            matching.insert(each.key.policy);
            say(each.key,
                {.at = {}, .says = each.now, .reason = each.reason, .evidence = each.evidence});
        }
        for (const policy& owner : rules_.policies->policies) {
            const bool matches = matching.contains(owner.name) || matches_now(owner, !was_seen);
            for (const rule& each : owner.rules) {
                const rule_key key{.policy = owner.name,
                                   .rule = each.name,
                                   .who = {.kind = each.each, .number = 0}};
                if (spoken.contains(key)) continue;
                if (!matches) {
                    say(key, {});
                } else if (was_seen || each.each == subject_kind::ticket) {
                    say(key, {.at = {}, .says = verdict::no, .reason = {}, .evidence = {}});
                } else {
                    say(key, {.at = {},
                              .says = verdict::undetermined,
                              .reason = "not_seen",
                              .evidence = {}});
                }
                spoken.insert(key);
            }
        }
        for (const auto& [key, points] : run_.verdicts) {
            if (!spoken.contains(key)) quiet_.push_back(key);
        }
        for (const rule_key& each : quiet_)
            say(each, {.at = {}, .says = verdict::no, .reason = {}, .evidence = {}});
        quiet_.clear();
    }

    bool matches_now(const policy& owner, bool blind) const {
        const fact_view view{state_, now_, blind || !state_.last};
        const rule_scope scope{view, owner, {}, rules_.zones.get()};
        const cel::value value = scope.evaluate(owner.match, nullptr);
        return value.kind() != cel::value_kind::boolean || value.as_boolean();
    }

    // The facts that the test asks for in the time until the next reading, and whoever looks on.
    void tell(timestamp due, bool was_seen) {
        const standing now{.state = state_,
                           .rules = rules_,
                           .now = now_,
                           .at = elapsed(),
                           .next = due - test_.start,
                           .blind = !was_seen || !state_.last};
        if (look_) look_(now);
        for (std::size_t i = 0; i < test_.expect.size(); ++i) {
            const expectation& each = test_.expect[i];
            if (each.kind != expected_kind::fact) continue;
            if (each.when.from >= now.next || each.when.to < now.at) continue;
            note_fact(i, now);
        }
    }

    void note_fact(std::size_t index, const standing& now) {
        const expectation& what = test_.expect[index];
        const policy* owner = find_policy(*rules_.policies, what.policy);
        if (owner == nullptr || !what.fact) return;
        ++facts_asked_;
        const fact_view view{now.state, now.now, now.blind};
        const rule_scope scope{view, *owner, what.who.value_or(subject{}), rules_.zones.get()};
        const cel::value value = scope.evaluate(what.fact, nullptr);
        fact_point point{
            .at = now.at, .value = fact_text(value), .as_expected = is_as_expected(value, what.is)};
        std::vector<fact_point>& known = run_.facts[index];
        if (!known.empty() && known.back().value == point.value) return;
        known.push_back(std::move(point));
        ++remembered_;
    }

    const trial_test& test_;
    const onlooker& look_;
    settings rules_;
    simulated_ticket ticket_;
    ticket_state state_;
    fleet_ledger ledger_;
    other_tickets others_;
    trial_run run_;
    timestamp now_;
    timestamp slot_;
    duration planned_ = test_.every;
    manners manners_;
    std::map<sequence, intended> intents_;
    std::vector<rule_key> quiet_;
    std::size_t next_entry_ = 0;
    std::size_t remembered_ = 0;
    sequence sequence_ = 0;
    int hurried_ = 0;
    int facts_asked_ = 0;
    bool unseen_ = false;
    bool over_ = false;
};

}  // namespace

trial_run run_trial(const trial_file& file, const trial_test& test, const onlooker& look) {
    return runner(file, test, look).run();
}

}  // namespace rolloutd::policies::trial
