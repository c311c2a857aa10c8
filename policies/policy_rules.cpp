// The rules of a policy file.

#include <algorithm>
#include <array>
#include <utility>

#include "policies/condition_words.h"
#include "policies/digest.h"
#include "policies/policy_reader.h"

namespace rolloutd::policies {
namespace {

using yaml::fields;
using yaml::node;

const std::vector<std::string>& action_words() {
    static const std::vector<std::string> words = {"pause",  "continue",        "skip_batch",
                                                   "cancel", "cancel_instance", "notify"};
    return words;
}

std::optional<subject_kind> read_each(policy_reading& from, const node& value) {
    const auto word = read_word(from.report, value, "each", {"ticket", "batch", "instance"});
    if (!word) return std::nullopt;
    if (*word == "batch") return subject_kind::batch;
    return *word == "instance" ? subject_kind::instance : subject_kind::ticket;
}

std::optional<ladder_step> read_step(policy_reading& from, const node& value) {
    ladder_step made;
    if (value.kind != yaml::node_kind::map) {
        const auto what = read_action(from.report, value, "a step of `do`");
        if (!what) return std::nullopt;
        made.what = *what;
        return made;
    }
    fields step(from.report, value, "a step");
    const node* word = step.require("do", "name what to do: {after: 30m, do: cancel}");
    const auto what = word == nullptr ? std::nullopt : read_action(from.report, *word, "do");
    if (const node* after = step.find("after")) {
        made.after = read_duration(from.report, *after, "after").value_or(duration{});
    }
    if (const node* approve = step.find("approve")) {
        made.needs_approval = read_flag(from.report, *approve, "approve").value_or(false);
        if (made.needs_approval && what == action::notify) {
            from.report.error(*approve, "bad-value", "notify needs no approval",
                              "remove `approve`");
        }
    }
    step.finish();
    if (!what) return std::nullopt;
    made.what = *what;
    return made;
}

// An operation on a batch or an instance needs a rule that knows which one is meant.
void check_subject(policy_reading& from, const node& where, action what, subject_kind each) {
    const subject_kind needed = what == action::skip_batch        ? subject_kind::batch
                                : what == action::cancel_instance ? subject_kind::instance
                                                                  : each;
    if (needed == each) return;
    const std::string word = needed == subject_kind::batch ? "batch" : "instance";
    if (!from.told_to_add.insert(word).second) return;
    from.report.error(where, "wrong-subject",
                      std::string(to_text(what)) + " needs to know which " + word + " is meant",
                      "add `each: " + word + "` to the rule");
}

std::vector<ladder_step> read_do(policy_reading& from, const node& value,
                                 std::optional<subject_kind> each) {
    std::vector<ladder_step> made;
    const auto take = [&](const node& one) {
        const std::optional<ladder_step> step = read_step(from, one);
        if (!step) return;
        if (each) check_subject(from, one, step->what, *each);
        made.push_back(*step);
    };
    if (value.kind == yaml::node_kind::list) {
        for (const node& one : value.items)
            take(one);
        if (value.items.empty() && value.complete) {
            from.report.error(value, "empty-value", "`do` has no step");
        }
    } else if (value.kind == yaml::node_kind::map) {
        from.report.error(value, "wrong-type", "`do` is a word or a list of steps",
                          "put the step into a list: [{after: 30m, do: cancel}]");
    } else if (value.kind != yaml::node_kind::broken) {
        take(value);
    }
    return made;
}

rule_limit read_limit(policy_reading& from, const node& value) {
    rule_limit made;
    fields limit(from.report, value, "limit");
    if (const node* times = limit.find("times")) {
        made.times = read_whole(from.report, *times, "times", {1, 1'000'000});
    }
    if (const node* cooldown = limit.find("cooldown")) {
        made.cooldown = read_duration(from.report, *cooldown, "cooldown");
    }
    if (const node* percent = limit.find("percent")) {
        made.percent_tenths = read_share(from.report, *percent, "percent", {1, 1000});
    }
    limit.finish();
    return made;
}

// Compiles a rule's condition, after the names that a rule of its kind does not have were told.
cel::expression read_condition(policy_reading& from, const node* text, subject_kind each) {
    if (text == nullptr) return {};
    bool usable = true;
    if (text->kind == yaml::node_kind::scalar) {
        for (const condition_word& word : words_of(text->value)) {
            const auto entry = from.variables.find(word.name);
            if (entry == from.variables.end() || entry->second.broken) continue;
            if (entry->second.known_to.contains(each)) continue;
            const std::string& needs = entry->second.needs;
            usable = false;
            if (!from.told_to_add.insert(needs).second) continue;
            from.report.error(
                from.report.file().locate(*text, {word.where.begin, word.where.end}),
                "wrong-subject",
                "the variable '" + word.name + "' names '" + needs + "', which this rule has not",
                "add `each: " + needs + "` to the rule");
        }
    }
    if (!usable) return {};
    const cel::environment& names = from.names.at(each);
    return compile_condition(from, *text, names, cel::type_kind::boolean)
        .value_or(cel::expression{});
}

// Names and lengths keep two different rules from giving the same text.
void add_part(std::string& text, std::string_view name, std::string_view value) {
    text +=
        std::string(name) + " " + std::to_string(value.size()) + "\n" + std::string(value) + "\n";
}

std::string definition_of(const policy_reading& from, const rule& what) {
    std::string text;
    add_part(text, "each", to_text(subject{what.each, 0}));
    add_part(text, "needs", what.needs ? what.needs.text() : "");
    add_part(text, "when", what.when ? what.when.text() : "");
    add_part(text, "for", to_text(what.hold_for));
    for (const ladder_step& step : what.steps) {
        add_part(text, "do", to_text(step.what));
        add_part(text, "after", to_text(step.after));
        add_part(text, "approve", step.needs_approval ? "true" : "false");
    }
    for (const std::string& name : used_variables(from, {&what.needs, &what.when})) {
        add_part(text, "variable", name);
        add_part(text, "is", from.variables.at(name).value->value);
    }
    return sha256_hex(text);
}

rule read_rule(policy_reading& from, const node& value) {
    rule made;
    from.told_to_add.clear();
    fields given(from.report, value, "a rule");
    made.where = {from.report.file().name(), from.report.file().at(value.where.begin).line};
    if (const node* name = given.require("name", "every rule needs a name: `- name: my-rule`")) {
        made.name = read_name(from.report, *name, "a rule's name").value_or("");
    }
    std::optional<subject_kind> each = subject_kind::ticket;
    if (const node* word = given.find("each")) each = read_each(from, *word);
    made.each = each.value_or(subject_kind::ticket);
    const node* needs = given.find("needs");
    const node* when = given.require("when", "it tells when the rule holds");
    if (each) {
        // Without knowing the subject, every name in them would be called unknown.
        made.needs = read_condition(from, needs, *each);
        made.when = read_condition(from, when, *each);
    }
    if (const node* length = given.find("for")) {
        made.hold_for = read_duration(from.report, *length, "for").value_or(duration{});
    }
    if (const node* steps = given.require("do", "one of " + yaml::one_of(action_words()))) {
        made.steps = read_do(from, *steps, each);
    }
    if (const node* limit = given.find("limit")) made.limit = read_limit(from, *limit);
    given.finish();
    made.definition = definition_of(from, made);
    return made;
}

}  // namespace

std::optional<action> read_action(yaml::problems& report, const node& from, std::string_view what) {
    const auto word = read_word(report, from, what, action_words());
    return word ? parse_action(*word) : std::nullopt;
}

std::vector<rule> read_rules(policy_reading& from, const std::vector<node>& list) {
    std::vector<rule> made;
    std::map<std::string, int> lines;
    for (const node& each : list) {
        rule read = read_rule(from, each);
        const auto [before, is_new] = lines.emplace(read.name, read.where.line);
        if (!is_new && !read.name.empty()) {
            from.report.error(each, "duplicate-name", "a second rule is named '" + read.name + "'",
                              "the first is in line " + std::to_string(before->second));
        }
        made.push_back(std::move(read));
    }
    return made;
}

}  // namespace rolloutd::policies
