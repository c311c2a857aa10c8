#pragma once
// The response bodies of the service, exactly as reference/coc-api.md §2 to §4 shows them, oddities
// included: execution costs in milliseconds, nulls, members that no model documents, the double
// `data` of the list. Pure; called by cloud.cpp.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/model.h"

namespace coc_sim {

struct page {
    std::int64_t limit = 50;
    std::int64_t marker = 0;  // only ids greater than it
    std::optional<instance_status> status;
};

std::string order_body(const ticket& which);
std::string batches_body(const ticket& which);
// `index` is 1..batches.
std::string batch_detail_body(const ticket& which, int index, const page& wanted);
std::string statistics_body(const ticket& which);
// One row of the list; and a page of it, out of `total`.
std::string list_row(const ticket& which);
std::string list_body(const std::vector<std::string_view>& rows, std::size_t total);
std::string data_body(const std::string& id);
std::string service_error_body(const std::string& code, const std::string& message);
std::string gateway_error_body(const std::string& code, const std::string& message,
                               const std::string& request_id);
// For GET /-/sim/state: id, status, current batch and the counts of each status.
std::string ticket_summary(const ticket& which);

}  // namespace coc_sim
