// What a test expects, tied to the rules of the policies that it names.

#include <algorithm>

#include "policies/trial/trial_names.h"
#include "policies/trial/trial_reading.h"

namespace rolloutd::policies::trial {

namespace {

using yaml::fields;
using yaml::node;

const std::vector<std::string> action_words{"cancel",          "pause",    "skip_batch",
                                            "cancel_instance", "continue", "notify"};
const std::vector<std::string> ordered_words{"cancel", "pause", "skip_batch", "cancel_instance",
                                             "continue"};
const std::vector<std::string> command_words{"approve", "deny",       "pause",          "continue",
                                             "cancel",  "skip_batch", "cancel_instance"};
const std::vector<std::string> effect_words{"confirmed", "refused", "pending",  "lost",
                                            "overtaken", "unknown", "withdrawn"};
const std::vector<std::string> suppression_words{
    "mode",    "propose", "hold",      "freeze",  "window",  "limit",   "cooldown",   "outranked",
    "guarded", "human",   "in_flight", "illegal", "already", "breaker", "fleet_blind"};

class expectation_reader {
public:
    expectation_reader(trial_reading& from, const node& map, const ticket_shape& ticket)
        : from_(from), node_(map), map_(from.report, map, "an expectation"), ticket_(ticket) {}

    std::optional<expectation> read() {
        made_.where = from_.report.file().at(node_.where.begin);
        read_time();
        read_rule();
        read_subject();
        read_kind();
        map_.finish();
        if (!map_.usable()) return std::nullopt;
        return std::move(made_);
    }

private:
    void read_time() {
        const node* at = map_.find("at");
        const node* between = map_.find("between");
        says_time_ = map_.has("at") || map_.has("between");
        if (at != nullptr && between != nullptr) {
            from_.report.error(*between, "conflict", "'at' and 'between' exclude each other");
            return;
        }
        if (at != nullptr) {
            const auto time = yaml::read_duration(from_.report, *at, "at", test_times);
            made_.timed = time.has_value();
            if (time) made_.when = {.from = *time, .to = *time};
        }
        if (between == nullptr) return;
        const auto* list = yaml::read_list(from_.report, *between, "between");
        if (list == nullptr) return;
        if (list->size() != 2) {
            from_.report.error(*between, "bad-value", "between has two times",
                               "write it like [30s, 35s]; both belong to it");
            return;
        }
        const auto begin = yaml::read_duration(from_.report, (*list)[0], "between", test_times);
        const auto end = yaml::read_duration(from_.report, (*list)[1], "between", test_times);
        if (!begin || !end) return;
        if (*end < *begin) {
            from_.report.error(*between, "bad-order", "the second time lies before the first");
            return;
        }
        made_.timed = true;
        made_.when = {.from = *begin, .to = *end};
    }

    void read_rule() {
        const node* named = map_.find("rule");
        if (named == nullptr) return;
        const auto found = read_rule_name(from_, *named);
        if (!found) return;
        rule_ = *found;
        made_.policy = rule_.owner->name;
        made_.rule = rule_.what->name;
    }

    void read_subject() {
        const node* batch = map_.find("batch");
        const node* instance = map_.find("instance");
        if (batch != nullptr && instance != nullptr) {
            from_.report.error(*instance, "conflict", "'batch' and 'instance' exclude each other");
            return;
        }
        if (batch != nullptr) {
            const int count = std::max(1, static_cast<int>(ticket_.batches.size()));
            const auto index = yaml::read_whole(from_.report, *batch, "batch", {1, count});
            if (index) made_.who = subject{.kind = subject_kind::batch, .number = *index};
            check_subject(from_, *batch, rule_, subject_kind::batch);
        }
        if (instance != nullptr) {
            const auto number = read_instance(from_, *instance, ticket_);
            if (number) made_.who = subject{.kind = subject_kind::instance, .number = *number};
            check_subject(from_, *instance, rule_, subject_kind::instance);
        }
    }

    void read_kind() {
        static const std::vector<std::string> kinds{"verdict", "do",         "propose",
                                                    "observe", "suppressed", "never",
                                                    "effect",  "fact",       "refused"};
        std::vector<std::string> given;
        for (const std::string& each : kinds) {
            if (map_.has(each)) given.push_back(each);
        }
        const bool withheld = given == std::vector<std::string>{"do", "suppressed"};
        if (given.empty()) {
            if (map_.usable() && node_.complete) {
                from_.report.error(node_, "missing-key", "this expectation expects nothing",
                                   "give it one of " + yaml::one_of(kinds));
            }
            for (const std::string& each : kinds)
                map_.find(each);
            return;
        }
        if (given.size() > 1 && !withheld) {
            from_.report.error(
                *map_.key_of(given.back()), "conflict",
                "'" + given.front() + "' and '" + given.back() + "' exclude each other",
                "write two expectations");
            for (const std::string& each : kinds)
                map_.find(each);
            return;
        }
        for (const std::string& each : kinds) {
            // Known keys: asking for one that is not there makes it known to finish().
            if (!map_.has(each)) map_.find(each);
        }
        if (withheld || given.front() == "suppressed") return read_suppressed();
        const std::string& kind = given.front();
        if (kind == "verdict") read_verdict();
        if (kind == "do") read_decision(kind, decision_outcome::act);
        if (kind == "propose") read_decision(kind, decision_outcome::propose);
        if (kind == "observe") read_decision(kind, decision_outcome::observe);
        if (kind == "never") read_never();
        if (kind == "effect") read_effect();
        if (kind == "fact") read_fact();
        if (kind == "refused") read_refusal();
    }

    void need_rule() {
        if (map_.has("rule")) return;
        map_.require("rule", "which rule is meant?");
    }

    void need_time() {
        if (says_time_ || !map_.usable()) return;
        from_.report.error(node_, "missing-key", "this expectation has no time",
                           "write `at: 25s` or `between: [20s, 60s]`");
    }

    void read_times() {
        const node* times = map_.find("times");
        if (times == nullptr) return;
        made_.times = yaml::read_whole(from_.report, *times, "times", {1, 1'000'000});
    }

    // "true", "false", "undetermined", "undetermined(needs)".
    void read_verdict() {
        made_.kind = expected_kind::verdict;
        need_rule();
        need_time();
        const node* value = map_.find("verdict");
        if (value == nullptr) return;
        const auto text = yaml::read_text(from_.report, *value, "verdict");
        if (!text) return;
        std::string word = *text;
        const std::size_t open = word.find('(');
        if (word.starts_with("undetermined(") && word.ends_with(')')) {
            made_.reason = word.substr(open + 1, word.size() - open - 2);
            word.resize(open);
        }
        made_.says = parse_verdict(word);
        if (made_.says || word == "unmatched") return;
        from_.report.error(*value, "bad-value",
                           "verdict is one of true, false, undetermined, "
                           "undetermined(reason) or unmatched, but here stands " +
                               yaml::describe(*value));
    }

    void read_decision(const std::string& key, decision_outcome outcome) {
        made_.kind = expected_kind::decision;
        made_.outcome = outcome;
        need_rule();
        read_times();
        const node* value = map_.find(key);
        if (value == nullptr) return;
        std::vector<std::string> words = action_words;
        if (key == "do") words.emplace_back("none");
        const auto word = yaml::read_word(from_.report, *value, key, words);
        if (!word) return;
        if (*word == "none") {
            made_.kind = expected_kind::nothing;
            if (made_.times) {
                from_.report.error(*value, "conflict", "'do: none' has no 'times'");
            }
            return;
        }
        made_.what = parse_action(*word);
        can_do(*value);
    }

    void can_do(const node& where) {
        if (rule_.what == nullptr || !made_.what) return;
        const bool does = std::ranges::any_of(rule_.what->steps, [this](const ladder_step& each) {
            return each.what == *made_.what;
        });
        if (does) return;
        std::vector<std::string> known;
        for (const ladder_step& each : rule_.what->steps)
            known.emplace_back(to_text(each.what));
        from_.report.error(
            where, "never-does",
            "rule '" + made_.rule + "' never does " + std::string(to_text(*made_.what)),
            "it does " + yaml::one_of(known));
    }

    void read_suppressed() {
        made_.kind = expected_kind::decision;
        made_.outcome = decision_outcome::suppressed;
        need_rule();
        read_times();
        if (const node* value = map_.find("do")) {
            const auto word = yaml::read_word(from_.report, *value, "do", action_words);
            if (word) made_.what = parse_action(*word);
            can_do(*value);
        }
        const node* reason = map_.find("suppressed");
        if (reason == nullptr) return;
        const auto word = yaml::read_word(from_.report, *reason, "suppressed", suppression_words);
        if (word) made_.suppressed = parse_suppression(*word).value_or(suppression::none);
    }

    void read_never() {
        made_.kind = expected_kind::never;
        const node* value = map_.find("never");
        if (value == nullptr) return;
        const auto word = yaml::read_word(from_.report, *value, "never", action_words);
        if (word) made_.what = parse_action(*word);
    }

    // What a person asked for with rolloutctl, and did not get.
    void read_refusal() {
        made_.kind = expected_kind::refusal;
        read_times();
        const node* value = map_.find("refused");
        if (value == nullptr) return;
        const auto word = yaml::read_word(from_.report, *value, "refused", command_words);
        if (word) made_.refused = *word;
    }

    void read_effect() {
        made_.kind = expected_kind::effect;
        if (const node* ordered = map_.find("operator")) {
            made_.by_operator = true;
            const auto word = yaml::read_word(from_.report, *ordered, "operator", ordered_words);
            if (word) made_.what = parse_action(*word);
        } else {
            need_rule();
        }
        read_times();
        const node* value = map_.find("effect");
        if (value == nullptr) return;
        const auto word = yaml::read_word(from_.report, *value, "effect", effect_words);
        if (word) made_.effect = parse_effect_kind(*word).value_or(effect_kind::confirmed);
    }

    const policy* owner_of_fact() {
        if (rule_.owner != nullptr) return rule_.owner;
        const auto& all = from_.policies.policies;
        if (map_.has("rule") || all.empty()) return nullptr;
        if (all.size() > 1) {
            map_.require("rule",
                         "several policies are tested: name a rule of the one whose "
                         "variables are meant");
            return nullptr;
        }
        return &all.front();
    }

    void read_fact() {
        made_.kind = expected_kind::fact;
        need_time();
        const node* text = map_.find("fact");
        const node* is = map_.require("is", "the value that it must have");
        if (is != nullptr) made_.is = yaml::read_text(from_.report, *is, "is").value_or("");
        if (text == nullptr) return;
        const auto condition = yaml::read_text(from_.report, *text, "fact");
        if (!condition || !from_.policies_known) return;
        const policy* owner = owner_of_fact();
        if (owner == nullptr) return;
        made_.policy = owner->name;
        const subject_kind kind = made_.who ? made_.who->kind : subject_kind::ticket;
        auto compiled = cel::compile(*condition, names_of(*owner, kind));
        if (auto* good = std::get_if<cel::expression>(&compiled)) {
            made_.fact = std::move(*good);
            return;
        }
        for (cel::problem& each : std::get<std::vector<cel::problem>>(compiled)) {
            const yaml::span where =
                from_.report.file().locate(*text, {each.where.begin, each.where.end});
            from_.report.error(where, std::move(each.code), std::move(each.message),
                               std::move(each.hint));
        }
    }

    trial_reading& from_;
    const node& node_;
    fields map_;
    const ticket_shape& ticket_;
    named_rule rule_;
    bool says_time_ = false;
    expectation made_;
};

}  // namespace

std::vector<expectation> read_expectations(trial_reading& from, const node& what,
                                           const ticket_shape& ticket) {
    std::vector<expectation> made;
    const auto* list = yaml::read_list(from.report, what, "expect");
    if (list == nullptr) return made;
    if (list->size() > most_expectations) {
        from.report.error(
            what, "out-of-range",
            "a test has at most " + std::to_string(most_expectations) + " expectations");
        return made;
    }
    for (const node& each : *list) {
        if (auto one = expectation_reader(from, each, ticket).read()) {
            made.push_back(std::move(*one));
        }
    }
    return made;
}

}  // namespace rolloutd::policies::trial
