#pragma once
// The clauses of a rule's condition, each evaluated by itself and said in words. An inner part of
// explain.cpp. Pure.

#include <vector>

#include "policies/explain.h"
#include "policies/fact_view.h"

namespace rolloutd::policies {

struct told_condition {
    bool any = false;
    std::vector<told_clause> clauses;
};

// Of `needs`, if there are any, and `when`, as the scope's facts have them. Values of secrets are
// hidden as evidence hides them.
told_condition tell_clauses(const policy& owner, std::size_t rule_order, const subject& who,
                            const fact_view& view, const settings& rules);

// "12.5%" for a share, "3", "1m30s", "web".
std::string value_said(const cel::value& what, bool share);

}  // namespace rolloutd::policies
