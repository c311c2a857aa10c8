#pragma once
// What evidence may not tell: values of parameters whose names look like secrets, and what a script
// wrote (DESIGN §7). Evidence goes into the journal, the log, the status and to whoever is
// notified. Pure; made by rule_scope for the evidence of one rule.

#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/expression.h"
#include "policies/event.h"

namespace rolloutd::policies {

inline constexpr std::string_view redacted = "[redacted]";

class confidential {
public:
    // `words`: parts of parameters' names, in any case (journal.redact). They must outlive this.
    explicit confidential(const std::vector<std::string>& words) : words_(&words) {}

    // Whether anything made of this value could tell a secret or a message.
    bool is_touched_by(const cel::used_value& what) const;

    // The value as evidence shows it: messages as their SHA-256, secrets as "[redacted]", anything
    // else as it is.
    evidence_value shown(const cel::used_value& what) const;

private:
    bool is_secret(std::string_view parameter) const;
    std::string shown_params(const cel::value& map) const;

    const std::vector<std::string>* words_;
};

// How a value stands in evidence: numbers as numbers, everything else as text of at most 200 bytes.
evidence_value to_evidence(const cel::value& what);

// Evidence as people read it, in notices, the log and explanations: 12.5, true, web.
std::string text_of(const evidence_value& what);

}  // namespace rolloutd::policies
