#pragma once
// Which tickets are to be watched though nobody named them (tickets.discover.match): what such a
// condition can rest on before the ticket is watched, and whether it picks one. Pure; used by the
// configuration's loader and by discovery.

#include <optional>
#include <string_view>

#include "policies/cel/expression.h"
#include "policies/ticket.h"

namespace rolloutd::policies {

// Who tells a fact of a ticket that is not watched: its row in the list (reference/coc-api.md
// §3.1), its own basic information (§2.1), or nobody yet.
enum class told_by { row, info, nobody };

// `fact` is a chain as expression::names() gives it: "ticket.order_name".
told_by teller_of(std::string_view fact);

// The one that tells the most distant of the facts that the condition names.
told_by teller_of(const cel::expression& match);

// Whether the condition picks the ticket; nothing when it cannot be told. The empty condition picks
// all. `known` holds what its teller tells.
std::optional<bool> picks(const cel::expression& match, const ticket_info& known, timestamp now);

}  // namespace rolloutd::policies
