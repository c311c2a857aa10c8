#include "tests/simulator/fault.h"

#include <array>
#include <utility>

namespace coc_sim {
namespace {

constexpr std::array<std::pair<fault_kind, std::string_view>, 11> fault_words{
    {{fault_kind::delay, "delay"},
     {fault_kind::status, "status"},
     {fault_kind::reset_before, "reset_before"},
     {fault_kind::reset_after, "reset_after"},
     {fault_kind::truncate, "truncate"},
     {fault_kind::garbage, "garbage"},
     {fault_kind::hang, "hang"},
     {fault_kind::stale, "stale"},
     {fault_kind::wrong_type, "wrong_type"},
     {fault_kind::huge, "huge"},
     {fault_kind::close, "close"}}};

bool matches(const fault_state& fault, const fault_target& request) {
    const fault_plan& plan = fault.plan;
    if (!plan.method.empty() && plan.method != request.method) return false;
    if (!plan.ticket.empty() && plan.ticket != request.ticket) return false;
    if (request.since_start < plan.after) return false;
    if (plan.until && request.since_start >= *plan.until) return false;
    const re2::StringPiece target(request.target.data(), request.target.size());
    return !fault.path || RE2::PartialMatch(target, *fault.path);
}

bool is_due(const fault_state& fault) {
    const fault_plan& plan = fault.plan;
    if (fault.seen < plan.from || (plan.to && fault.seen > *plan.to)) return false;
    return (fault.seen - plan.from) % plan.every == 0;
}

}  // namespace

std::string_view to_text(fault_kind kind) {
    for (const auto& [known, word] : fault_words)
        if (known == kind) return word;
    return "?";
}

std::optional<fault_kind> parse_fault_kind(std::string_view text) {
    for (const auto& [known, word] : fault_words)
        if (word == text) return known;
    return std::nullopt;
}

bool applied_by_default(fault_kind kind) {
    switch (kind) {
        case fault_kind::delay:
        case fault_kind::reset_after:
        case fault_kind::truncate:
        case fault_kind::stale:
        case fault_kind::wrong_type:
        case fault_kind::close: return true;
        case fault_kind::status:
        case fault_kind::reset_before:
        case fault_kind::garbage:
        case fault_kind::hang:
        case fault_kind::huge: return false;
    }
    return false;
}

void fault_book::add(fault_plan plan) {
    fault_state made;
    if (!plan.path.empty()) made.path = std::make_shared<const RE2>(plan.path, RE2::Quiet);
    made.plan = std::move(plan);
    faults_.push_back(std::move(made));
}

std::optional<fault_plan> fault_book::next(const fault_target& request) {
    fault_state* chosen = nullptr;
    for (fault_state& fault : faults_) {
        if (!matches(fault, request)) continue;
        ++fault.seen;
        if (chosen == nullptr && is_due(fault)) chosen = &fault;
    }
    if (chosen == nullptr) return std::nullopt;
    ++chosen->applied;
    return chosen->plan;
}

}  // namespace coc_sim
