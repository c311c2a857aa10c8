#include "tests/simulator/answers.h"

#include <boost/json.hpp>
#include <limits>

#include "tests/simulator/wire.h"

namespace coc_sim {
namespace {

namespace json = boost::json;

// A whole number within the range; null counts as absent, for which it stands with `given` false.
struct member {
    bool given = false;
    bool good = true;
    std::int64_t value = 0;
};

member integer_member(const json::object& in, std::string_view key, std::int64_t most) {
    const json::value* const found = in.if_contains(key);
    if (found == nullptr || found->is_null()) return {};
    member read{.given = true, .good = false, .value = 0};
    json::error_code failure;
    read.value = found->is_number() ? found->to_number<std::int64_t>(failure) : 0;
    read.good = found->is_number() && !failure && read.value >= 1 && read.value <= most;
    return read;
}

}  // namespace

reply ok(std::string body) {
    reply answer;
    answer.body = std::move(body);
    return answer;
}

reply service_error(const std::string& code, const std::string& message) {
    reply answer;
    answer.status = 400;
    answer.body = service_error_body(code, message);
    answer.note.code = code;
    return answer;
}

reply gateway_error(unsigned status, const std::string& code, const std::string& message,
                    const std::string& request_id) {
    reply answer;
    answer.status = status;
    answer.body = gateway_error_body(code, message, request_id);
    answer.note.code = code;
    return answer;
}

reply no_such_api(const std::string& request_id) {
    return gateway_error(404, "APIGW.0101",
                         "The API does not exist or has not been published in the environment",
                         request_id);
}

parsed_operation parse_operation(const std::string& body) {
    parsed_operation result;
    json::error_code failure;
    const json::value root = json::parse(body, failure);
    if (failure || !root.is_object()) {
        result.problem = "the body must be a JSON object";
        return result;
    }
    const json::object& members = root.get_object();
    const json::value* const type = members.if_contains("operation_type");
    if (type == nullptr || !type->is_string()) {
        result.problem = "operation_type must not be empty";
        return result;
    }
    const auto kind = parse_operation_kind(std::string_view(type->get_string()));
    const member batch = integer_member(members, "batch_index", 20);
    const member instance =
        integer_member(members, "instance_id", std::numeric_limits<std::int64_t>::max());
    if (!kind)
        result.problem = "operation_type is not one of the operations";
    else if (!batch.good)
        result.problem = "batch_index must be from 1 to 20";
    else if (!instance.good)
        result.problem = "instance_id must be a positive whole number";
    if (!result.problem.empty()) return result;
    result.what.kind = *kind;
    if (batch.given) result.what.batch = static_cast<int>(batch.value);
    if (instance.given) result.what.instance = instance.value;
    return result;
}

}  // namespace coc_sim
