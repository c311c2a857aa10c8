#include "tests/simulator/wire.h"

#include <array>
#include <boost/json.hpp>
#include <cmath>

namespace coc_sim {
namespace {

namespace json = boost::json;

std::int64_t to_millis(sim_time at) { return at.time_since_epoch().count(); }

json::value time_or_null(const std::optional<sim_time>& at) {
    if (!at) return nullptr;
    return to_millis(*at);
}

json::value costs_or_null(sim_time created, const std::optional<sim_time>& finished) {
    if (!finished) return nullptr;
    return (*finished - created).count();
}

json::value text(std::string_view from) { return json::string(from); }

// The examples show whole numbers without a fraction: 100, not 100.0.
json::value rate(double value) {
    if (value == std::floor(value)) return static_cast<std::int64_t>(value);
    return value;
}

json::object execute_param(const ticket_plan& plan) {
    json::array params;
    std::int64_t position = 0;
    for (const script_param& param : plan.params) {
        params.push_back(json::object{{"param_name", param.name},
                                      {"param_value", param.value},
                                      {"param_order", ++position},
                                      {"param_refer", nullptr}});
    }
    return {{"resourceful", true},
            {"timeout", plan.timeout.count()},
            {"execute_user", plan.user},
            {"success_rate", rate(plan.success_rate)},
            {"script_params", std::move(params)}};
}

json::object target_instance(const instance_plan& plan) {
    json::object properties{{"host_name", plan.host}, {"fixed_ip", plan.ip},
                            {"floating_ip", nullptr}, {"region_id", plan.region},
                            {"zone_id", plan.zone},   {"application", nullptr},
                            {"group", nullptr},       {"project_id", nullptr}};
    return {{"resource_id", plan.resource_id}, {"provider", "ECS"},
            {"region_id", plan.region},        {"type", "CLOUDSERVER"},
            {"custom_attributes", nullptr},    {"agent_sn", plan.resource_id},
            {"agent_status", nullptr},         {"agent_version", "1.1.5"},
            {"project_id", nullptr},           {"properties", std::move(properties)}};
}

json::object execute_instance(const ticket& owner, const instance& one) {
    const bool has_output = one.started && one.finished;
    return {{"id", one.id},
            {"target_instance", target_instance(one.plan)},
            {"gmt_created", to_millis(owner.created())},
            {"gmt_finished", time_or_null(one.finished)},
            {"execute_costs", costs_or_null(owner.created(), one.finished)},
            {"status", text(to_text(one.status))},
            {"message", has_output ? json::value(one.plan.message) : json::value(nullptr)},
            {"cmd_uuid", "cmd-" + std::to_string(one.id)},
            {"job_sign", nullptr}};
}

std::string wrapped(json::value data) {
    return json::serialize(json::object{{"data", std::move(data)}});
}

}  // namespace

std::string order_body(const ticket& which) {
    const ticket_plan& plan = which.plan();
    json::object properties{{"script_uuid", plan.script_uuid},
                            {"script_name", plan.name},
                            {"script_version_uuid", 1010},
                            {"script_version_name", plan.script_version},
                            {"current_execute_batch_index", which.current_batch()},
                            {"execute_param", execute_param(plan)},
                            {"script_source", "CUSTOM_SCRIPT"}};
    return wrapped(json::object{{"execute_uuid", plan.id},
                                {"gmt_created", to_millis(which.created())},
                                {"gmt_finished", time_or_null(which.finished())},
                                {"execute_costs", costs_or_null(which.created(), which.finished())},
                                {"creator", plan.creator},
                                {"status", text(to_text(which.status()))},
                                {"properties", std::move(properties)}});
}

std::string batches_body(const ticket& which) {
    json::array rows;
    std::int64_t index = 0;
    for (const batch& one : which.batches()) {
        rows.push_back(json::object{
            {"batch_index", ++index},
            {"total_instances", one.instances.size()},
            {"rotation_strategy", text(to_text(one.strategy))},
            {"properties", one.label ? json::value(*one.label) : json::value(nullptr)}});
    }
    return wrapped(std::move(rows));
}

std::string batch_detail_body(const ticket& which, int index, const page& wanted) {
    const batch& shown = which.batches()[static_cast<std::size_t>(index - 1)];
    json::array rows;
    for (const instance& one : shown.instances) {
        if (static_cast<std::int64_t>(rows.size()) >= wanted.limit) break;
        if (one.id <= wanted.marker || (wanted.status && one.status != *wanted.status)) continue;
        rows.push_back(execute_instance(which, one));
    }
    return wrapped(json::object{{"batch_index", index},
                                {"total_instances", shown.instances.size()},
                                {"execute_instances", std::move(rows)}});
}

std::string statistics_body(const ticket& which) {
    // ROLLBACKED has no row in the service's answer; such instances are only in the total.
    using enum instance_status;
    constexpr std::array<instance_status, 5> shown{ready, processing, abnormal, canceled, finished};
    json::array rows;
    std::size_t total = 0;
    for (const batch& one : which.batches())
        total += one.instances.size();
    for (const instance_status status : shown) {
        std::int64_t count = 0;
        json::array indexes;
        std::int64_t index = 0;
        for (const batch& one : which.batches()) {
            ++index;
            std::int64_t here = 0;
            for (const instance& single : one.instances)
                here += single.status == status ? 1 : 0;
            if (here > 0) indexes.push_back(index);
            count += here;
        }
        rows.push_back(json::object{{"instance_status", text(to_text(status))},
                                    {"instance_count", count},
                                    {"batch_indexes", std::move(indexes)}});
    }
    return wrapped(
        json::object{{"total_instance", total}, {"execute_statistics", std::move(rows)}});
}

std::string list_row(const ticket& which) {
    const ticket_plan& plan = which.plan();
    const std::string& region = plan.batches.front().instances.front().region;
    return json::serialize(
        json::object{{"order_id", which.order_id()},
                     {"order_name", plan.order_name},
                     {"execute_uuid", plan.id},
                     {"gmt_created", to_millis(which.created())},
                     {"gmt_finished", time_or_null(which.finished())},
                     {"execute_costs", costs_or_null(which.created(), which.finished())},
                     {"creator", plan.creator},
                     {"status", text(to_text(which.status()))},
                     {"properties", json::object{{"region_ids", region}}}});
}

std::string list_body(const std::vector<std::string_view>& rows, std::size_t total) {
    std::string whole = R"({"data":{"total":)" + std::to_string(total) + R"(,"data":[)";
    for (const std::string_view row : rows) {
        if (whole.back() != '[') whole += ',';
        whole += row;
    }
    return whole + "]}}";
}

std::string data_body(const std::string& id) { return wrapped(json::value(id)); }

std::string service_error_body(const std::string& code, const std::string& message) {
    return json::serialize(json::object{{"error_code", code}, {"error_msg", message}});
}

std::string gateway_error_body(const std::string& code, const std::string& message,
                               const std::string& request_id) {
    return json::serialize(
        json::object{{"error_msg", message}, {"error_code", code}, {"request_id", request_id}});
}

std::string ticket_summary(const ticket& which) {
    std::map<std::string, std::int64_t> counts;
    for (const batch& one : which.batches())
        for (const instance& single : one.instances)
            ++counts[std::string(to_text(single.status))];
    json::object shown;
    for (const auto& [status, count] : counts)
        shown[status] = count;
    return json::serialize(json::object{{"id", which.plan().id},
                                        {"status", text(to_text(which.status()))},
                                        {"current_batch", which.current_batch()},
                                        {"counts", std::move(shown)}});
}

}  // namespace coc_sim
