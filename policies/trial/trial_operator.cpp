// What a person does with rolloutctl, as a timeline says it.

#include <algorithm>

#include "policies/trial/trial_reading.h"

namespace rolloutd::policies::trial {

namespace {

using yaml::fields;
using yaml::node;
using yaml::node_kind;

// Commands that need nothing beside their word; approve and deny then mean the only open proposal.
const std::vector<std::string> plain_commands{"approve", "deny",  "hold",     "release", "freeze",
                                              "thaw",    "pause", "continue", "cancel"};

class operator_reader {
public:
    operator_reader(trial_reading& from, const node& what, const ticket_shape& ticket)
        : from_(from), node_(what), ticket_(ticket) {
        made_.where = from.report.file().at(what.where.begin);
    }

    std::optional<operator_step> read() {
        if (node_.kind == node_kind::scalar) return read_plain();
        fields map{from_.report, node_, "operator"};
        if (!map.usable()) return std::nullopt;
        bool said = read_answer(map, "approve", command::approve);
        said = read_answer(map, "deny", command::deny) || said;
        said = read_skip(map) || said;
        said = read_cancel(map) || said;
        if (answers_) read_subject(map);
        map.finish();
        if (!said && node_.complete && map.usable()) {
            from_.report.error(node_, "missing-key", "the operator does nothing",
                               "write it like `approve`, `{approve: RULE}`, `{deny: RULE}`, "
                               "`{skip_batch: 2}` or `{cancel_instance: i-3}`");
        }
        if (!said) return std::nullopt;
        return std::move(made_);
    }

private:
    std::optional<operator_step> read_plain() {
        const auto word = yaml::read_word(from_.report, node_, "operator", plain_commands);
        if (!word) return std::nullopt;
        made_.text = *word;
        if (const auto ordered = parse_action(*word)) {
            made_.what = command::operate;
            made_.call.what = *ordered;
        } else {
            constexpr command said[] = {command::approve, command::deny,   command::hold,
                                        command::release, command::freeze, command::thaw};
            const auto at = std::ranges::find(plain_commands, *word);
            made_.what = said[at - plain_commands.begin()];
        }
        return std::move(made_);
    }

    // Whether the key is there, however wrong its value.
    bool read_answer(fields& map, const char* key, command what) {
        const node* rule = map.find(key);
        if (rule == nullptr) return map.has(key);
        if (!alone(*rule)) return true;
        answers_ = true;
        made_.what = what;
        made_.text = key;
        const auto found = read_rule_name(from_, *rule);
        if (!found) return true;
        rule_ = *found;
        made_.policy = found->owner->name;
        made_.rule = found->what->name;
        return true;
    }

    bool read_skip(fields& map) {
        const node* batch = map.find("skip_batch");
        if (batch == nullptr) return map.has("skip_batch");
        if (!alone(*batch)) return true;
        const int count = std::max(1, static_cast<int>(ticket_.batches.size()));
        made_.call.what = action::skip_batch;
        made_.call.batch = yaml::read_whole(from_.report, *batch, "skip_batch", {1, count});
        made_.text = "skip_batch";
        return true;
    }

    bool read_cancel(fields& map) {
        const node* instance = map.find("cancel_instance");
        if (instance == nullptr) return map.has("cancel_instance");
        if (!alone(*instance)) return true;
        made_.call.what = action::cancel_instance;
        made_.call.instance = read_instance(from_, *instance, ticket_);
        made_.text = "cancel_instance";
        return true;
    }

    bool alone(const node& second) {
        if (made_.text.empty()) return true;
        from_.report.error(second, "conflict", "an operator does one thing at a time",
                           "write a second entry with the same `at`");
        return false;
    }

    // Whose proposal, where a rule has several.
    void read_subject(fields& map) {
        if (const node* batch = map.find("batch")) {
            const int count = std::max(1, static_cast<int>(ticket_.batches.size()));
            const auto index = yaml::read_whole(from_.report, *batch, "batch", {1, count});
            if (index) made_.who = subject{.kind = subject_kind::batch, .number = *index};
            check_subject(from_, *batch, rule_, subject_kind::batch);
        }
        if (const node* instance = map.find("instance")) {
            const auto number = read_instance(from_, *instance, ticket_);
            if (number) made_.who = subject{.kind = subject_kind::instance, .number = *number};
            check_subject(from_, *instance, rule_, subject_kind::instance);
        }
    }

    trial_reading& from_;
    const node& node_;
    const ticket_shape& ticket_;
    operator_step made_;
    named_rule rule_;
    bool answers_ = false;
};

}  // namespace

std::optional<operator_step> read_operator(trial_reading& from, const node& what,
                                           const ticket_shape& ticket) {
    return operator_reader(from, what, ticket).read();
}

}  // namespace rolloutd::policies::trial
