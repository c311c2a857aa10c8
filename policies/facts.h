#pragma once
// The facts of DESIGN §7: which there are, their types, and how each is read off a ticket's state.
// The loader compiles against the environments; the engine evaluates against a fact_scope.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/environment.h"
#include "policies/cel/expression.h"
#include "policies/operation.h"
#include "policies/settings.h"
#include "policies/ticket_state.h"

namespace rolloutd::policies {

// The names that a rule of this kind can use: ticket, count, batches, instances and now for all,
// batch or instance besides; percent, percent_lower, percent_upper and since; the dialect of
// policies. Built once.
const cel::environment& facts_environment(subject_kind each);

// The names that `match` can use: ticket alone.
const cel::environment& match_environment();

// What a fact's value needs to be read. `name` is a chain as expression::names() gives it.
required_reads reads_of(std::string_view name);

// The name and type of every fact, for documentation and completion: "count.abnormal", "int".
struct fact_entry {
    std::string name;
    std::string type;
};
std::vector<fact_entry> all_facts();

}  // namespace rolloutd::policies
