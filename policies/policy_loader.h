#pragma once
// From policy files to a policy set: YAML, conditions, windows, everything checked, every problem
// of every file reported at once. Pure: the files' texts are handed in. Called by the daemon at
// start and reload, and by rolloutctl check, test and replay.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "policies/cel/environment.h"
#include "policies/diagnostic.h"
#include "policies/operation.h"
#include "policies/policy.h"
#include "policies/yaml/fields.h"

namespace rolloutd::policies {

// A longer file is refused. A record of the journal, of at most 1 MiB, holds the text of one whole.
inline constexpr std::size_t max_policy_bytes = std::size_t{480} << 10;

struct load_result {
    policy_set set;  // usable only when the issues hold no error
    std::vector<issue> issues;
};

// What conditions may name. The tests of the loader bring their own.
struct vocabulary {
    const cel::environment& (*for_kind)(subject_kind each) = nullptr;
    const cel::environment& (*for_match)() = nullptr;
    required_reads (*reads_of)(std::string_view name) = nullptr;
};

// The facts of policies/facts.h.
const vocabulary& facts_vocabulary();

struct load_options {
    const vocabulary* words = nullptr;        // null: facts_vocabulary()
    const cel::zone_source* zones = nullptr;  // null: names of time zones are not checked
};

// No file at all gives the empty set. The same files give the same set, in whatever order.
load_result load_policies(std::vector<source_file> files, const load_options& options = {});

// A condition over the ticket alone, as `match` is one, in another file than a policy's. Nothing
// after its problems were reported where they stand.
std::optional<cel::expression> compile_match(yaml::problems& report, const yaml::node& text);

}  // namespace rolloutd::policies
