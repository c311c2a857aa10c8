#pragma once
// What a rule's expressions see: the facts of one subject and the policy's variables, each computed
// at most once. Remembers what was used, for the evidence of decisions. Lives within one step.

#include <optional>
#include <vector>

#include "policies/confidential.h"
#include "policies/fact_view.h"
#include "policies/settings.h"

namespace rolloutd::policies {

// Those that rules of this kind see; empty when there are none.
const std::vector<variable_definition>& variables_of(const policy& owner, subject_kind kind);

class rule_scope final : public cel::scope {
public:
    // Variables are those of `owner` for the subject's kind; `zones` may be null. What they rest on
    // is remembered unless nobody will ask for evidence.
    rule_scope(const fact_view& view, const policy& owner, const subject& who,
               const cel::zone_source* zones, bool remembers = true);

    cel::value evaluate(const cel::expression& what, cel::trace* used) const;

    // From now on each expression takes at most so many steps; more give the error "budget".
    void limit_steps(int most) { budget_.steps = most; }
    // How many expressions were evaluated, those of variables too, and whether one of them took
    // more steps than it may.
    int evaluations() const { return evaluations_; }
    bool out_of_steps() const { return out_of_steps_; }

    // Whether it is plainly true: neither false nor undetermined.
    bool is_true(const cel::expression& what) const;
    // Whether the rule's condition is, and what it needs.
    bool is_met(const rule& what) const;

    // What `used` names, with what the variables in it rest on, each once; for batch and instance
    // rules led by the subject's own number.
    // Of parameters whose names hold one of `secrets`, and of messages, the values are hidden.
    std::vector<evidence_item> evidence(const cel::trace& used,
                                        const std::vector<std::string>& secrets) const;

    cel::value variable(int slot) const override;
    const cel::zone_source* zones() const override { return zones_; }

private:
    enum class progress { not_yet, under_way, known };
    struct cached {
        cel::value what;
        cel::trace used;
        progress is = progress::not_yet;
    };
    cel::value fact(int slot) const;
    void gather(const cel::trace& used, const confidential& hidden,
                std::vector<evidence_item>& into) const;
    // What the variable of that name was computed from; null when there is none.
    const cel::trace* behind(std::string_view name) const;
    bool tells(const cel::trace& used, const confidential& hidden) const;

    const fact_view* view_;
    const std::vector<variable_definition>* variables_;
    subject who_;
    const cel::zone_source* zones_;
    int facts_;
    cel::budget budget_;
    mutable int evaluations_ = 0;
    mutable bool out_of_steps_ = false;
    bool remembers_;
    mutable std::vector<cached> cache_;
};

}  // namespace rolloutd::policies
