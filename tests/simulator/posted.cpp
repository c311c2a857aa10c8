#include "tests/simulator/posted.h"

#include <boost/json.hpp>
#include <optional>
#include <utility>

namespace coc_sim {
namespace {

namespace json = boost::json;

constexpr std::size_t most_per_batch = 10;
constexpr std::size_t most_params = 20;

struct bad_order {
    std::string code;
    std::string message;
};

[[noreturn]] void refuse(std::string message) {
    throw bad_order{.code = "COC.00040050", .message = std::move(message)};
}

const json::object& object_at(const json::object& in, std::string_view key) {
    const json::value* const found = in.if_contains(key);
    if (found == nullptr || !found->is_object()) refuse(std::string(key) + " must not be empty");
    return found->get_object();
}

const json::array& array_at(const json::object& in, std::string_view key) {
    const json::value* const found = in.if_contains(key);
    if (found == nullptr || !found->is_array()) refuse(std::string(key) + " must not be empty");
    return found->get_array();
}

std::string text_at(const json::object& in, std::string_view key, std::size_t most) {
    const json::value* const found = in.if_contains(key);
    if (found == nullptr || !found->is_string() || found->get_string().empty())
        refuse(std::string(key) + " must not be empty");
    if (found->get_string().size() > most) refuse(std::string(key) + " is too long");
    return std::string(found->get_string());
}

double number_at(const json::object& in, std::string_view key) {
    const json::value* const found = in.if_contains(key);
    if (found == nullptr || !found->is_number()) refuse(std::string(key) + " must not be empty");
    return found->to_number<double>();
}

const json::object& as_object(const json::value& value, std::string_view what) {
    if (!value.is_object()) refuse(std::string(what) + " must be an object");
    return value.get_object();
}

void read_param(const json::object& given, ticket_plan& plan) {
    const double timeout = number_at(given, "timeout");
    if (!(timeout > 5 && timeout < 1800))
        refuse("timeout must be greater than 5 and less than 1800");
    plan.timeout = std::chrono::seconds(static_cast<std::int64_t>(timeout));
    plan.success_rate = number_at(given, "success_rate");
    if (!(plan.success_rate >= 1 && plan.success_rate <= 100))
        refuse("success_rate must be from 1 to 100");
    plan.user = text_at(given, "execute_user", 32);
    const json::value* const params = given.if_contains("script_params");
    if (params == nullptr || params->is_null()) return;
    if (!params->is_array() || params->get_array().size() > most_params)
        refuse("script_params must be a list of at most 20");
    for (const json::value& entry : params->get_array()) {
        const json::object& param = as_object(entry, "script_params");
        plan.params.push_back({.name = text_at(param, "param_name", 64),
                               .value = text_at(param, "param_value", 4096)});
    }
}

batch_plan read_batch(const json::object& given, const posted_context& context,
                      std::size_t expected_index) {
    const double index = number_at(given, "batch_index");
    if (index != static_cast<double>(expected_index))
        refuse("batch_index must count from 1 without a gap");
    batch_plan made;
    const auto strategy = parse_rotation(text_at(given, "rotation_strategy", 16));
    if (!strategy) refuse("rotation_strategy must be CONTINUE or PAUSE");
    made.strategy = *strategy;
    const json::array& targets = array_at(given, "target_instances");
    if (targets.empty() || targets.size() > most_per_batch)
        refuse("target_instances must be a list of 1 to 10");
    for (const json::value& entry : targets) {
        const json::object& target = as_object(entry, "target_instances");
        const std::size_t number = made.instances.size() + 1;
        instance_plan one;
        one.resource_id = text_at(target, "resource_id", 64);
        one.region = text_at(target, "region_id", 64);
        one.zone = one.region + "a";
        one.host = "host-" + one.resource_id.substr(0, 8);
        one.ip = "192.168." + std::to_string(expected_index) + "." + std::to_string(number);
        one.takes = spread(context.posted.takes_min, context.posted.takes_max, context.seed,
                           context.execute_uuid + "/" + one.resource_id);
        const auto every = static_cast<std::size_t>(context.posted.fail_every);
        const bool fails = every > 0 && number % every == 0;
        one.ends = fails ? ending::fails : ending::finishes;
        one.message = fails ? "exit status 1" : "done";
        made.instances.push_back(std::move(one));
    }
    return made;
}

ticket_plan read_plan(const std::string& body, const posted_context& context) {
    json::error_code failure;
    const json::value root = json::parse(body, failure);
    if (failure || !root.is_object())
        throw bad_order{.code = "COC.00010002", .message = "Invalid parameter values"};
    ticket_plan plan;
    plan.id = context.execute_uuid;
    plan.script_uuid = context.script_uuid;
    plan.name = context.script_uuid;
    plan.order_name = context.script_uuid;
    plan.creator = context.posted.creator;
    plan.start_delay = context.posted.start_delay;
    plan.behaviour = context.behaviour;
    read_param(object_at(root.get_object(), "execute_param"), plan);
    const json::array& batches = array_at(root.get_object(), "execute_batches");
    if (batches.empty() || batches.size() > std::size_t{most_batches})
        refuse("execute_batches must be a list of 1 to 20");
    for (const json::value& entry : batches)
        plan.batches.push_back(
            read_batch(as_object(entry, "execute_batches"), context, plan.batches.size() + 1));
    return plan;
}

}  // namespace

posted_order read_posted_order(const std::string& body, const posted_context& context) {
    posted_order result;
    try {
        result.plan = read_plan(body, context);
    } catch (const bad_order& bad) {
        result.code = bad.code;
        result.message = bad.message;
    }
    return result;
}

}  // namespace coc_sim
