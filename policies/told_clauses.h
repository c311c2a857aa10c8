#pragma once
// The clauses of a rule's condition, each evaluated by itself and said in words. An inner part of
// explain.cpp. Pure.

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "policies/cel/clauses.h"
#include "policies/explain.h"
#include "policies/fact_view.h"

namespace rolloutd::policies {

namespace lint {
class rule_source;
}

struct told_condition {
    bool any = false;
    std::vector<told_clause> clauses;
};

// What one explanation may compile to take conditions apart, in bytes of their texts. A condition
// for which there is too little left is told as one clause.
struct telling_budget {
    std::size_t bytes = std::size_t{32} * 1024;
};

// A clause that can be evaluated by itself, and its sides when it compares something.
struct taken_clause {
    cel::clause shown;
    cel::expression whole;  // empty: it says nothing by itself
    cel::expression left;   // empty: there is nothing to tell of it
    cel::expression right;
};

// `needs`, `when` or `match`, taken apart.
struct taken_condition {
    std::string part;
    std::size_t rule = 0;
    subject_kind kind = subject_kind::ticket;
    const cel::expression* whole = nullptr;
    bool any = false;
    std::vector<taken_clause> clauses;
};

// Tells the conditions of one policy. Takes each apart once, however many subjects it is told for,
// and reads the policy's file for places once, if at all. Policy and settings must outlive it.
class clause_teller {
public:
    clause_teller(const policy& owner, const settings& rules, telling_budget& left);
    ~clause_teller();
    clause_teller(const clause_teller&) = delete;
    clause_teller& operator=(const clause_teller&) = delete;

    // Of `needs`, if there are any, and `when`, as the view's facts have them. Values of secrets
    // are hidden as evidence hides them.
    told_condition of_rule(std::size_t order, const subject& who, const fact_view& view);
    told_condition of_match(const fact_view& view);

private:
    taken_condition taken(std::string part, const cel::expression& what, subject_kind kind);
    told_condition told(const std::vector<taken_condition>& parts, const subject& who,
                        const fact_view& view);

    const policy& owner_;
    const settings& rules_;
    telling_budget& left_;
    std::map<std::size_t, std::vector<taken_condition>> rules_taken_;
    std::optional<std::vector<taken_condition>> match_taken_;
    std::unique_ptr<const lint::rule_source> source_;
};

// "12.5%" for a real that is a share, "3", "1m30s", "web".
std::string value_said(const cel::value& what, bool share);

}  // namespace rolloutd::policies
