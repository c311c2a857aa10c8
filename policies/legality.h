#pragma once
// Which operation a step means for a subject, and whether the ticket's status allows it (DESIGN §6
// Legal). Pure.

#include <optional>
#include <string>

#include "policies/settings.h"
#include "policies/ticket_state.h"

namespace rolloutd::policies {

enum class legality { legal, already, illegal };

struct legal_opinion {
    legality is = legality::legal;
    std::string detail;  // for people, when it is not legal
};

// The call that the action means: skip_batch is of the subject's batch, or of the current one;
// cancel_instance of the subject. `batch` is the batch of an instance.
operation operation_for(action what, const subject& who, int batch, const reading& last);

// Judged by what was read last, which must be fresh.
legal_opinion judge_legality(const operation& what, const ticket_state& state,
                             const legal_table& table);

}  // namespace rolloutd::policies
