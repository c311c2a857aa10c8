#include "policies/trial/trial_judge.h"

#include <algorithm>
#include <set>

#include "policies/trial/trial_words.h"
#include "policies/trial/verdict_sweep.h"

namespace rolloutd::policies::trial {

namespace {

bool same_rule(const expectation& what, const std::string& policy, const std::string& rule) {
    return what.rule.empty() || (what.policy == policy && what.rule == rule);
}

class comparison {
public:
    comparison(const trial_test& test, const trial_run& run)
        : test_(test), run_(run), allowed_(run.decisions.size()), blamed_(run.decisions.size()) {
        result_.name = test.name;
        result_.where = test.where;
        result_.span = run.span;
        result_.readings = run.readings;
    }

    trial_result judge() {
        if (!run_.stopped.empty()) {
            fail(test_.where,
                 "the test was stopped at " + to_text(run_.span) + ": " + run_.stopped);
        }
        for (std::size_t i = 0; i < test_.expect.size(); ++i)
            judge_one(i);
        judge_acts();
        if (test_.exactly) judge_rest();
        if (result_.passed()) return std::move(result_);
        tell_decisions();
        sort_by_time();
        tell_histories();
        return std::move(result_);
    }

private:
    void judge_one(std::size_t index) {
        const expectation& each = test_.expect[index];
        switch (each.kind) {
            case expected_kind::verdict: return judge_verdict(each);
            case expected_kind::decision: return judge_decision(each);
            case expected_kind::nothing:
            case expected_kind::never: return judge_absence(each);
            case expected_kind::effect: return judge_effect(each);
            case expected_kind::fact: return judge_fact(each, index);
            case expected_kind::refusal: return judge_refusal(each);
        }
    }

    void fail(position where, std::string text) {
        result_.failures.push_back({.where = where, .text = std::move(text)});
    }

    void miss(const expectation& of, std::string what, std::string note) {
        about_.insert({of.policy, of.rule});
        result_.diff.push_back({.sign = '-',
                                .at = of.timed ? of.when.from : duration{0},
                                .to = of.timed ? of.when.to : run_.span,
                                .what = std::move(what),
                                .rule = rule_text(of.rule, of.who.value_or(subject{})),
                                .note = std::move(note),
                                .line = of.where.line});
    }

    bool is_subject(const expectation& of, const subject& who) const {
        return !of.who || *of.who == who;
    }

    bool is_meant(const expectation& of, const decided& what) const {
        return same_rule(of, what.policy, what.rule) && is_subject(of, what.who) &&
               (!of.what || *of.what == what.do_) && of.outcome == what.outcome &&
               (of.suppressed == suppression::none || of.suppressed == what.reason);
    }

    std::string name_of(const expectation& of) const {
        if (of.what) return act_text(*of.what, of.outcome, of.suppressed);
        return "suppressed (" + std::string{to_text(of.suppressed)} + ")";
    }

    void judge_decision(const expectation& of) {
        int count = 0;
        std::vector<std::size_t> elsewhere;
        for (std::size_t i = 0; i < run_.decisions.size(); ++i) {
            const seen_decision& each = run_.decisions[i];
            if (!is_meant(of, each.what)) continue;
            if (of.when.contains(each.at)) {
                ++count;
                allowed_[i] = true;
            } else {
                elsewhere.push_back(i);
            }
        }
        if (of.times ? count == *of.times : count > 0) return;
        const std::string wanted = rule_text(of.rule, of.who.value_or(subject{})) + ": " +
                                   name_of(of) + " is expected " + when_text(of) +
                                   (of.times ? ", " + times_text(*of.times) : "");
        if (count > 0) {
            miss(of, name_of(of), times_text(*of.times) + " expected " + when_text(of));
            return fail(of.where, wanted + ", but it happened " + times_text(count));
        }
        miss(of, name_of(of), "expected " + when_text(of));
        if (!elsewhere.empty()) {
            for (const std::size_t each : elsewhere)
                blamed_[each] = true;
            const seen_decision& first = run_.decisions[elsewhere.front()];
            return fail(of.where, wanted + ", but it happened at " + to_text(first.at));
        }
        fail(of.where, wanted + ", but " + instead(of));
    }

    static std::string times_text(int count) {
        return count == 1 ? "once" : std::to_string(count) + " times";
    }

    // What the rule did in place of what was expected.
    std::string instead(const expectation& of) const {
        for (const seen_decision& each : run_.decisions) {
            const decided& what = each.what;
            if (!same_rule(of, what.policy, what.rule) || !is_subject(of, what.who)) continue;
            std::string text = "at " + to_text(each.at) + " it came to " +
                               act_text(what.do_, what.outcome, what.reason);
            if (!what.detail.empty()) text += ": " + what.detail;
            return text;
        }
        bool held = false;
        bool matched = false;
        for (const auto& [key, points] : run_.verdicts) {
            if (!same_rule(of, key.policy, key.rule)) continue;
            matched = matched || std::ranges::any_of(points, [](const verdict_point& each) {
                          return each.says.has_value();
                      });
            held = held || std::ranges::any_of(points, [](const verdict_point& each) {
                       return each.says == verdict::yes;
                   });
        }
        if (!matched) return "the policy's `match` never held for this ticket";
        return held ? "it was true and did nothing: its `for` was not fulfilled, or its step was "
                      "done already"
                    : "the rule was never true";
    }

    void judge_absence(const expectation& of) {
        for (std::size_t i = 0; i < run_.decisions.size(); ++i) {
            const seen_decision& each = run_.decisions[i];
            const decided& what = each.what;
            if (what.outcome == decision_outcome::suppressed || !of.when.contains(each.at))
                continue;
            if (!same_rule(of, what.policy, what.rule) || !is_subject(of, what.who)) continue;
            if (of.what && *of.what != what.do_) continue;
            blamed_[i] = true;
            about_.insert({what.policy, what.rule});
            const std::string found = act_text(what.do_, what.outcome, what.reason);
            fail(of.where, rule_text(what.rule, what.who) + ": " + found + " at " +
                               to_text(each.at) + ", but " +
                               (of.what ? "never " + std::string{to_text(*of.what)} : "nothing") +
                               " is expected " + when_text(of));
        }
    }

    void judge_rest() {
        for (std::size_t i = 0; i < run_.decisions.size(); ++i) {
            const seen_decision& each = run_.decisions[i];
            const decided& what = each.what;
            const bool operation =
                what.outcome != decision_outcome::suppressed && what.do_ != action::notify;
            if (!operation || allowed_[i] || blamed_[i]) continue;
            blamed_[i] = true;
            about_.insert({what.policy, what.rule});
            fail(test_.where, rule_text(what.rule, what.who) + ": " +
                                  act_text(what.do_, what.outcome, what.reason) + " at " +
                                  to_text(each.at) + " is not expected");
        }
    }

    // The effect is of what the rule, or a person, asked for.
    bool is_of(const expectation& what, const intended& effect) const {
        if (what.by_operator) return !effect.by.empty() && effect.what.what == what.what;
        return effect.by.empty() && same_rule(what, effect.policy, effect.rule) &&
               is_subject(what, effect.who);
    }

    void judge_effect(const expectation& of) {
        int count = 0;
        const seen_effect* other = nullptr;
        for (const seen_effect& each : run_.effects) {
            if (!is_of(of, each.of)) continue;
            if (each.effect == of.effect && of.when.contains(each.at)) {
                ++count;
            } else {
                other = &each;
            }
        }
        if (of.times ? count == *of.times : count > 0) return;
        const std::string wanted = "effect " + std::string{to_text(of.effect)};
        miss(of, wanted, "expected " + when_text(of));
        std::string found = "there was none";
        if (count > 0) {
            found = "it was seen " + times_text(count);
        } else if (other != nullptr) {
            found = "it was " + std::string{to_text(other->effect)} + " at " + to_text(other->at);
            if (!other->detail.empty()) found += ": " + other->detail;
        }
        const std::string whose = of.by_operator && of.what
                                      ? "the operator's " + std::string{to_text(*of.what)}
                                      : of.rule;
        fail(of.where, whose + ": " + wanted + " is expected " + when_text(of) + ", but " + found);
    }

    void judge_refusal(const expectation& of) {
        int count = 0;
        for (std::size_t i = 0; i < run_.acts.size(); ++i) {
            const seen_act& each = run_.acts[i];
            if (each.what.text != of.refused || each.refused.empty()) continue;
            if (!of.when.contains(each.at)) continue;
            ++count;
            refusals_.insert(i);
        }
        if (of.times ? count == *of.times : count > 0) return;
        fail(of.where, "the operator's " + of.refused + " is expected to be refused " +
                           when_text(of) + (of.times ? ", " + times_text(*of.times) : "") +
                           ", but " + (count > 0 ? "it was " + times_text(count) : "it was not"));
    }

    // An act of which nothing came says that the test does not show what it is meant to.
    void judge_acts() {
        for (std::size_t i = 0; i < run_.acts.size(); ++i) {
            const seen_act& each = run_.acts[i];
            if (each.refused.empty() || refusals_.contains(i)) continue;
            fail(each.what.where, "the operator's " + each.what.text + " at " + to_text(each.at) +
                                      " was refused: " + each.refused);
        }
    }

    void judge_verdict(const expectation& of) {
        verdict_sweep says{run_, of};
        const verdict_point wanted{
            .at = {}, .says = of.says, .reason = of.reason.value_or(""), .evidence = {}};
        for (const duration at : says.times()) {
            const verdict_point found = says.move_to(at);
            const bool same_reason = !of.reason || *of.reason == found.reason;
            if (found.says == of.says && same_reason) continue;
            const std::string rule = rule_text(of.rule, of.who.value_or(subject{}));
            miss(of, "verdict " + verdict_text(wanted), "expected " + when_text(of));
            result_.diff.push_back({.sign = '+',
                                    .at = at,
                                    .to = at,
                                    .what = "verdict " + verdict_text(found),
                                    .rule = rule,
                                    .note = {},
                                    .line = 0});
            return fail(of.where, rule + ": verdict " + verdict_text(wanted) + " is expected " +
                                      when_text(of) + ", but " + found_text(of, at, found));
        }
    }

    static std::string found_text(const expectation& of, duration at, const verdict_point& what) {
        const bool known = of.when.from == of.when.to;
        return (known ? "it is " : "at " + to_text(at) + " it is ") + verdict_text(what);
    }

    void judge_fact(const expectation& of, std::size_t index) {
        const std::string text = of.fact ? of.fact.text() : std::string{};
        const auto found = run_.facts.find(index);
        if (found == run_.facts.end()) {
            return fail(of.where,
                        text + " was not seen " + when_text(of) + ": the ticket was over before");
        }
        for (const fact_point& each : found->second) {
            if (each.as_expected) continue;
            result_.diff.push_back({.sign = '-',
                                    .at = of.when.from,
                                    .to = of.when.to,
                                    .what = text + " = " + of.is,
                                    .rule = {},
                                    .note = "expected " + when_text(of),
                                    .line = of.where.line});
            result_.diff.push_back({.sign = '+',
                                    .at = each.at,
                                    .to = each.at,
                                    .what = text + " = " + each.value,
                                    .rule = {},
                                    .note = {},
                                    .line = 0});
            return fail(
                of.where,
                text + " = " + of.is + " is expected " + when_text(of) + ", but " +
                    (of.when.from == of.when.to ? "it is " : "at " + to_text(each.at) + " it is ") +
                    each.value);
        }
    }

    void tell_decisions() {
        for (std::size_t i = 0; i < run_.decisions.size(); ++i) {
            const seen_decision& each = run_.decisions[i];
            result_.diff.push_back(
                {.sign = blamed_[i] ? '+' : ' ',
                 .at = each.at,
                 .to = each.at,
                 .what = act_text(each.what.do_, each.what.outcome, each.what.reason),
                 .rule = rule_text(each.what.rule, each.what.who),
                 .note = blamed_[i] ? "happened at " + to_text(each.at) : each.what.detail,
                 .line = 0});
        }
        for (const seen_act& each : run_.acts) {
            result_.diff.push_back({.sign = ' ',
                                    .at = each.at,
                                    .to = each.at,
                                    .what = each.what.text,
                                    .rule = "(operator)",
                                    .note = each.refused.empty() ? "" : "refused: " + each.refused,
                                    .line = 0});
        }
        for (const seen_effect& each : run_.effects) {
            result_.diff.push_back({.sign = ' ',
                                    .at = each.at,
                                    .to = each.at,
                                    .what = std::string{to_text(each.of.what.what)} + " " +
                                            std::string{to_text(each.effect)},
                                    .rule = each.of.by.empty()
                                                ? rule_text(each.of.rule, each.of.who)
                                                : "(" + each.of.by + ")",
                                    .note = each.detail,
                                    .line = 0});
        }
    }

    // What was added first comes first among equals.
    void sort_by_time() {
        std::multimap<duration, diff_line> sorted;
        for (diff_line& each : result_.diff)
            sorted.emplace(each.at, std::move(each));
        result_.diff.clear();
        for (auto& [at, each] : sorted)
            result_.diff.push_back(std::move(each));
    }

    void tell_histories() {
        for (const auto& [key, points] : run_.verdicts) {
            if (!about_.contains({key.policy, key.rule})) continue;
            result_.histories.emplace(key, points);
        }
    }

    const trial_test& test_;
    const trial_run& run_;
    trial_result result_;
    std::vector<bool> allowed_;       // by decision: an expectation asks for it
    std::vector<bool> blamed_;        // by decision: it is part of a failure
    std::set<std::size_t> refusals_;  // by act: an expectation asks for it
    std::set<std::pair<std::string, std::string>> about_;  // policy and rule
};

}  // namespace

trial_result judge_trial(const trial_test& test, const trial_run& run) {
    return comparison(test, run).judge();
}

}  // namespace rolloutd::policies::trial
