// The requests that change something, and what their answers mean: the pure half of gateway.h, and
// the body of the execute endpoint.

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/gateway.h"
#include "api/treatment.h"
#include "api/wire.h"

namespace rolloutd::api {
namespace {

namespace json = boost::json;
using policies::action;

constexpr int most_batch_index = 20;  // [§1]
constexpr int most_targets = 10;      // [§3.2]
constexpr std::size_t most_params = 20;

std::string_view operation_type(action what) {
    switch (what) {
        case action::cancel: return "CANCEL_ORDER";
        case action::pause: return "PAUSE_ORDER";
        case action::skip_batch: return "SKIP_BATCH";
        case action::cancel_instance: return "CANCEL_INSTANCE";
        case action::continue_ticket: return "CONTINUE_ORDER";
        case action::notify: break;
    }
    return "";
}

// What keeps an operation from being a request; "" when nothing does.
std::string objection(const policies::operation& what) {
    if (what.what == action::notify) return "notify is no operation of the cloud";
    const bool needs_batch = what.what == action::skip_batch;
    if (needs_batch && (!what.batch || *what.batch < 1 || *what.batch > most_batch_index))
        return "skip_batch needs a batch from 1 to 20";
    if (what.what == action::cancel_instance && (!what.instance || *what.instance < 1))
        return "cancel_instance needs an instance's id";
    return "";
}

std::string quoted(std::string_view text) { return json::serialize(json::string(text)); }

std::string target_json(const execute_target& target) {
    json::object object;
    object["resource_id"] = target.resource_id;
    object["region_id"] = target.region_id;
    object["provider"] = target.provider;
    object["type"] = target.type;
    return json::serialize(object);
}

std::string batch_json(const execute_batch& batch) {
    std::string text = "{\"batch_index\":" + std::to_string(batch.index) +
                       ",\"rotation_strategy\":" + quoted(batch.rotation) +
                       ",\"target_instances\":[";
    for (std::size_t i = 0; i < batch.targets.size(); ++i)
        text += (i > 0 ? "," : "") + target_json(batch.targets[i]);
    return text + "]}";
}

std::string objection(const execute_request& request) {
    if (request.timeout <= std::chrono::seconds(5)) return "the timeout must be more than 5 s";
    if (request.success_rate_tenths < 10 || request.success_rate_tenths > 1000)
        return "the success rate must be from 1 to 100 percent";
    if (request.user.empty()) return "the user is missing";
    if (request.params.size() > most_params) return "there are more than 20 parameters";
    if (request.batches.empty() || request.batches.size() > most_batch_index)
        return "there must be 1 to 20 batches";
    for (const execute_batch& batch : request.batches) {
        const std::string name = "batch " + std::to_string(batch.index);
        if (batch.index < 1 || batch.index > most_batch_index) return name + " is not from 1 to 20";
        if (batch.rotation != "CONTINUE" && batch.rotation != "PAUSE")
            return name + " has a rotation that is neither CONTINUE nor PAUSE";
        if (batch.targets.empty() || batch.targets.size() > most_targets)
            return name + " must have 1 to 10 instances";
    }
    return "";
}

// No byte was written, or whoever was asked turned it away before it reached the service: who sends
// is unknown (401), or sends too much.
bool is_not_executed(const failure& what) {
    return !what.sent || what.http_status == 401 || is_throttled(what);
}

bool is_refusal(const failure& what) {
    if (what.http_status == 403 || what.http_status == 404 || what.http_status == 413) return true;
    return what.http_status == 400 && what.code.starts_with("COC.") && !is_internal_error(what);
}

}  // namespace

std::string_view to_text(outcome what) {
    switch (what) {
        case outcome::accepted: return "accepted";
        case outcome::refused: return "refused";
        case outcome::not_executed: return "not_executed";
        case outcome::unknown: return "unknown";
        case outcome::withheld: return "withheld";
    }
    return "unknown";
}

result<operation_request> request_of(const policies::ticket_id& id,
                                     const policies::operation& what) {
    if (!is_valid_id(id)) return bad_request("\"" + cut(id, 64) + "\" is not a ticket's id");
    const std::string wrong = objection(what);
    if (!wrong.empty()) return bad_request(wrong);
    json::object body;
    body["operation_type"] = operation_type(what.what);
    if (what.what == action::skip_batch) body["batch_index"] = *what.batch;
    if (what.what == action::cancel_instance) body["instance_id"] = *what.instance;
    operation_request request;
    request.method = "PUT";
    request.target = "/v1/job/script/orders/" + id + "/operation";
    request.body = json::serialize(body);
    return request;
}

answer to_answer(const failure& what) {
    answer told;
    told.http_status = what.http_status;
    told.error_code = what.code;
    told.message = cut(what.detail, most_message);
    if (what.retry_after) told.retry_after = std::min(*what.retry_after, longest_operation_wait);
    told.sent = what.sent;
    if (is_withheld(what))
        told.what = outcome::withheld;
    else if (is_not_executed(what))
        told.what = outcome::not_executed;
    else if (is_refusal(what))
        told.what = outcome::refused;
    else
        told.what = outcome::unknown;
    return told;
}

result<std::string> execute_body(const execute_request& request) {
    const std::string wrong = objection(request);
    if (!wrong.empty()) return bad_request(wrong);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(request.timeout).count();
    // The rate is written by hand: Boost.JSON would spell 98.5 as 9.85E1.
    const int rate = request.success_rate_tenths;
    std::string body = "{\"execute_param\":{\"timeout\":" + std::to_string(seconds) +
                       ",\"success_rate\":" + std::to_string(rate / 10) + "." +
                       std::to_string(rate % 10) + ",\"execute_user\":" + quoted(request.user) +
                       ",\"script_params\":[";
    bool first = true;
    for (const auto& [name, value] : request.params) {
        body += std::string(first ? "" : ",") + "{\"param_name\":" + quoted(name) +
                ",\"param_value\":" + quoted(value) + "}";
        first = false;
    }
    body += "]},\"execute_batches\":[";
    for (std::size_t i = 0; i < request.batches.size(); ++i)
        body += (i > 0 ? "," : "") + batch_json(request.batches[i]);
    return body + "]}";
}

}  // namespace rolloutd::api
