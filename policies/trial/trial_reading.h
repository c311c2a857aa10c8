#pragma once
// The parts of a test file, each read by one function. Inner part of trial_loader.

#include <optional>
#include <string>
#include <vector>

#include "policies/trial/trial.h"
#include "policies/yaml/fields.h"

namespace rolloutd::policies::trial {

// One file while it is read.
struct trial_reading {
    yaml::problems& report;
    const policy_set& policies;
    bool policies_known = false;  // false: they could not be read, so names of rules are not judged
    const cel::zone_source* zones = nullptr;
};

// The number of instances up to and without each batch, and of all: where each batch begins.
std::vector<int> batch_starts(const ticket_shape& ticket);

std::optional<ticket_shape> read_ticket(trial_reading& from, const yaml::node& map);
std::vector<timeline_entry> read_timeline(trial_reading& from, const yaml::node& list,
                                          const ticket_shape& ticket);
std::vector<expectation> read_expectations(trial_reading& from, const yaml::node& list,
                                           const ticket_shape& ticket);
// `operations: lost`, or `operations: {pause: lost}`.
manners read_manners(trial_reading& from, const yaml::node& what);

// A rule and its policy.
struct named_rule {
    const policy* owner = nullptr;
    const rule* what = nullptr;
};
// "too-many-failures", or "web-fleet/too-many-failures". Silent while the policies are not known.
std::optional<named_rule> read_rule_name(trial_reading& from, const yaml::node& what);
// Complains where the rule is judged for something else.
void check_subject(trial_reading& from, const yaml::node& where, const named_rule& of,
                   subject_kind kind);

// `operator: approve`, `operator: {skip_batch: 2}`; nothing after a complaint.
std::optional<operator_step> read_operator(trial_reading& from, const yaml::node& what,
                                           const ticket_shape& ticket);

// "i-3" or "3", within the ticket's instances.
std::optional<instance_id> read_instance(trial_reading& from, const yaml::node& what,
                                         const ticket_shape& ticket);
std::optional<std::map<std::string, std::string>> read_texts(trial_reading& from,
                                                             const yaml::node& map,
                                                             std::string_view what);
// A status in lower case as tests write it, in the cloud's upper case.
std::optional<std::string> read_status(trial_reading& from, const yaml::node& what,
                                       std::string_view name,
                                       const std::vector<std::string>& words);

// "2026-11-20T18:00:00Z", "2026-11-20 18:00 +08:00", "2026-11-20 18:00 Asia/Shanghai".
std::optional<timestamp> parse_start(std::string_view text, const cel::zone_source* zones);

inline const yaml::time_range test_times{duration{0}, longest_test};

}  // namespace rolloutd::policies::trial
