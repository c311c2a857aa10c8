#include "policies/discovery_match.h"

#include <algorithm>
#include <array>
#include <string>

#include "policies/fact_view.h"
#include "policies/rule_scope.h"

namespace rolloutd::policies {

namespace {

constexpr std::array<std::string_view, 6> of_row{"ticket.id",      "ticket.order_name",
                                                 "ticket.creator", "ticket.status",
                                                 "ticket.created", "ticket.age"};
constexpr std::array<std::string_view, 9> of_info{
    "ticket",         "ticket.name",          "ticket.script_uuid",
    "ticket.timeout", "ticket.success_rate",  "ticket.script_version",
    "ticket.params",  "ticket.current_batch", "ticket.failure_allowed"};

// "ticket.params.env" names a value of the fact ticket.params.
std::string_view first_two(std::string_view chain) {
    const std::size_t first = chain.find('.');
    if (first == std::string_view::npos) return chain;
    return chain.substr(0, chain.find('.', first + 1));
}

}  // namespace

told_by teller_of(std::string_view fact) {
    const std::string_view name = first_two(fact);
    if (std::ranges::find(of_row, name) != of_row.end()) return told_by::row;
    if (std::ranges::find(of_info, name) != of_info.end()) return told_by::info;
    return told_by::nobody;
}

told_by teller_of(const cel::expression& match) {
    told_by most = told_by::row;
    if (!match) return most;
    for (const std::string& name : match.names())
        most = std::max(most, teller_of(name));
    return most;
}

std::optional<bool> picks(const cel::expression& match, const ticket_info& known, timestamp now) {
    if (!match) return true;
    ticket_state state;
    state.id = known.id;
    state.last.emplace();
    state.last->info = known;
    const fact_view view{state, now, false};
    const policy nobodys;
    const rule_scope scope{view, nobodys, {}, nullptr};
    const cel::value picked = scope.evaluate(match, nullptr);
    if (picked.kind() != cel::value_kind::boolean) return std::nullopt;
    return picked.as_boolean();
}

}  // namespace rolloutd::policies
