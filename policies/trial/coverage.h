#pragma once
// What a set of tests has tried of the policies: which rules came due, which steps of their ladders
// were taken, and which parts of their conditions were both true and false. Fed by the runner's
// readings and decisions.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "policies/trial/trial_runner.h"

namespace rolloutd::policies::trial {

struct condition_coverage {
    std::string text;
    bool seen_true = false;
    bool seen_false = false;
    bool varied() const { return seen_true && seen_false; }
};

struct rule_coverage {
    std::string policy;
    std::string rule;
    source_location where;
    bool fired = false;  // a step of it was due: acted, proposed or observed
    std::vector<action> steps;
    std::set<int> taken;                         // of steps
    std::vector<condition_coverage> conditions;  // what `needs` and `when` are made of

    // The steps that were never taken, of a rule that fired.
    std::vector<int> missed_steps() const;
};

class coverage {
public:
    // The onlooker for one run; this object must outlive it.
    onlooker watch(const trial_file& file);
    void note(const trial_file& file, const trial_run& run);

    // By file, then in the order of the rules.
    std::vector<rule_coverage> report() const;

private:
    struct part {
        condition_coverage what;
        cel::expression condition;
    };
    struct entry {
        rule_coverage rule;
        subject_kind each = subject_kind::ticket;
        std::vector<part> parts;
    };
    using entry_key = std::pair<std::string, std::string>;  // digest and rule

    void add(const policy& owner);
    void look(const policy_set& all, const standing& now);

    std::map<entry_key, entry> entries_;
    std::vector<entry_key> order_;
    // Evaluations left: what looking on may cost.
    std::int64_t left_ = 5'000'000;
};

}  // namespace rolloutd::policies::trial
