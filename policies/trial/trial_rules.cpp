// Rules as tests name them.

#include <string>
#include <vector>

#include "policies/trial/trial_reading.h"

namespace rolloutd::policies::trial {

namespace {

std::vector<named_rule> rules_named(const policy_set& all, std::string_view name) {
    std::vector<named_rule> found;
    for (const policy& owner : all.policies) {
        for (const rule& each : owner.rules) {
            if (each.name == name || owner.name + "/" + each.name == name) {
                found.push_back({.owner = &owner, .what = &each});
            }
        }
    }
    return found;
}

}  // namespace

std::optional<named_rule> read_rule_name(trial_reading& from, const yaml::node& what) {
    const auto name = yaml::read_text(from.report, what, "rule");
    if (!name || !from.policies_known) return std::nullopt;
    const auto found = rules_named(from.policies, *name);
    if (found.size() == 1) return found.front();
    if (found.size() > 1) {
        from.report.error(what, "ambiguous", "several policies have a rule '" + *name + "'",
                          "write '" + found.front().owner->name + "/" + *name + "'");
        return std::nullopt;
    }
    std::vector<std::string> known;
    for (const policy& owner : from.policies.policies) {
        for (const rule& each : owner.rules)
            known.push_back(each.name);
    }
    const std::string near = nearest(*name, known);
    from.report.error(
        what, "unknown-rule", "no policy of this test has a rule '" + *name + "'",
        near.empty() ? "known here: " + yaml::one_of(known) : "did you mean '" + near + "'?");
    return std::nullopt;
}

void check_subject(trial_reading& from, const yaml::node& where, const named_rule& of,
                   subject_kind kind) {
    if (of.what == nullptr || of.what->each == kind) return;
    constexpr const char* words[] = {"ticket", "batch", "instance"};
    from.report.error(where, "wrong-subject",
                      "rule '" + of.what->name + "' is judged for each " +
                          words[static_cast<int>(of.what->each)]);
}

}  // namespace rolloutd::policies::trial
