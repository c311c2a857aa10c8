#pragma once
// What a rule's expressions see: the facts of one subject and the policy's variables, each computed
// at most once. Remembers what was used, for the evidence of decisions. Lives within one step.

#include <optional>
#include <vector>

#include "policies/fact_view.h"
#include "policies/settings.h"

namespace rolloutd::policies {

class rule_scope final : public cel::scope {
public:
    // Variables are those of `owner` for the subject's kind; `zones` may be null.
    rule_scope(const fact_view& view, const policy& owner, const subject& who,
               const cel::zone_source* zones);

    cel::value evaluate(const cel::expression& what, cel::trace* used) const;

    // What `used` names, with what the variables in it rest on, each once; for batch and instance
    // rules led by the subject's own number.
    std::vector<evidence_item> evidence(const cel::trace& used) const;

    cel::value variable(int slot) const override;
    const cel::zone_source* zones() const override { return zones_; }

private:
    struct cached {
        cel::value what;
        cel::trace used;
        bool done = false;
    };
    cel::value fact(int slot) const;
    void gather(const cel::trace& used, std::vector<evidence_item>& into) const;

    const fact_view* view_;
    const std::vector<variable_definition>* variables_;
    subject who_;
    const cel::zone_source* zones_;
    int facts_;
    mutable std::vector<cached> cache_;
};

// How a value stands in evidence: numbers as numbers, everything else as text.
evidence_value to_evidence(const cel::value& what);

}  // namespace rolloutd::policies
