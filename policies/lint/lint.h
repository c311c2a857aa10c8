#pragma once
// What is suspicious in policies that are otherwise in order: each finding is a warning with a
// place in the YAML, and nothing here ever refuses a policy. Says only what is certain. Pure;
// called by rolloutctl check, by the daemon at start and reload, and for the shape of live tickets.

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policies/diagnostic.h"
#include "policies/policy.h"

namespace rolloutd::policies::lint {

struct options {
    duration every = std::chrono::seconds{5};  // poll.every
};

// The findings of a set that was loaded without errors, sorted. Codes are listed in docs/lint.md.
std::vector<issue> find(const policy_set& set, const options& how = {});

// What of a ticket stays as it is while it runs.
struct ticket_shape {
    int instances = 0;  // at least 1
    int batches = 1;
    int largest_batch = 0;
    std::optional<double> success_rate;  // in percent
    auto operator<=>(const ticket_shape&) const = default;
};

// A rule that a ticket of this shape can never meet, and why, as people are told.
struct unreachable_rule {
    std::string rule;
    std::string why;
};

struct policy_look;

// One policy taken apart once, to be asked about many tickets. The policy must outlive it.
class reach {
public:
    explicit reach(const policy& what);
    reach(reach&&) noexcept;
    ~reach();
    std::vector<unreachable_rule> of(const ticket_shape& shape) const;

private:
    std::unique_ptr<const policy_look> look_;
};

std::vector<unreachable_rule> unreachable_rules(const policy& what, const ticket_shape& shape);

}  // namespace rolloutd::policies::lint
