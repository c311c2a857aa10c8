#include "tests/simulator/cloud.h"

#include <algorithm>
#include <cstdio>
#include <ranges>
#include <utility>

#include "tests/simulator/answers.h"
#include "tests/simulator/posted.h"
#include "tests/simulator/request_log.h"
#include "tests/simulator/ticket_reader.h"
#include "tests/simulator/wire.h"

namespace coc_sim {
namespace {

bool has_ticket_shape(const std::string& id) {
    return !id.empty() && id.size() <= 26 && std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

bool starts_with(const uri& target, std::initializer_list<std::string_view> wanted) {
    return target.segments.size() >= wanted.size() &&
           std::ranges::equal(wanted, target.segments | std::views::take(wanted.size()));
}

struct bounds {
    std::int64_t least = 0;
    std::int64_t most = 0;
};

// A query parameter as a number: absent gives `otherwise`, out of range or no number gives nullopt.
std::optional<std::int64_t> number_parameter(const uri& target, const std::string& name,
                                             std::int64_t otherwise, bounds range) {
    const auto found = target.parameters.find(name);
    if (found == target.parameters.end()) return otherwise;
    const auto value = parse_integer(found->second);
    if (!value || *value < range.least || *value > range.most) return std::nullopt;
    return value;
}

std::string parameter(const uri& target, const std::string& name) {
    const auto found = target.parameters.find(name);
    return found == target.parameters.end() ? std::string() : found->second;
}

reply invalid_parameter(const std::string& name) {
    return service_error("COC.00010002", "Invalid parameter values: " + name);
}

// yyyyMMddHHmmss, as ticket ids carry it.
std::string compact_time(sim_time at) {
    std::string digits;
    for (const char c : iso_text(at).substr(0, 19))
        if (c >= '0' && c <= '9') digits.push_back(c);
    return digits;
}

std::string garbage() {
    std::string bytes = "\x1f\x8b<<not json>>";
    for (int i = 0; i < 64; ++i)
        bytes.push_back(static_cast<char>(0x80 + i));
    return bytes;
}

reply spoilt(reply answer, fault_kind kind) {
    if (kind == fault_kind::reset_before || kind == fault_kind::reset_after)
        answer.how = delivery::reset;
    if (kind == fault_kind::truncate) answer.how = delivery::half;
    if (kind == fault_kind::hang) answer.how = delivery::never;
    if (kind == fault_kind::close) answer.how = delivery::then_close;
    if (kind == fault_kind::wrong_type) answer.content_type = "text/html; charset=utf-8";
    return answer;
}

}  // namespace

cloud::cloud(scenario played, sim_time start, cloud_settings settings)
    : scenario_(std::move(played)),
      start_(start),
      settings_(std::move(settings)),
      door_(settings_.required) {
    for (ticket_plan& plan : scenario_.tickets) {
        const sim_time created = start_ + plan.appears;
        add(std::move(plan), created);
    }
    scenario_.tickets.clear();
    for (const fault_plan& fault : scenario_.faults)
        faults_.add(fault);
}

void cloud::add(ticket_plan plan, sim_time created) {
    std::int64_t size = 0;
    for (const batch_plan& one : plan.batches)
        size += static_cast<std::int64_t>(one.instances.size());
    const std::string id = plan.id;
    const ticket_numbers numbers{.order = next_order_++, .first_instance = next_instance_};
    next_instance_ += size;
    tickets_.push_back(std::make_unique<ticket>(std::move(plan), created, numbers));
    by_id_[id] = tickets_.back().get();
}

ticket* cloud::find(const std::string& id, sim_time now) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end() || found->second->created() > now) return nullptr;
    found->second->advance(now);
    return found->second;
}

reply cloud::handle(const request& asked, sim_time now) {
    char request_id[33];
    ++requests_;
    std::snprintf(request_id, sizeof request_id, "%016llx%016llx",
                  static_cast<unsigned long long>(stable_hash("request", requests_)),
                  static_cast<unsigned long long>(requests_));
    exchange going{
        .asked = asked, .target = parse_uri(asked.target), .now = now, .request_id = request_id};
    const bool of_ticket = starts_with(going.target, {"v1", "job", "script", "orders"}) &&
                           going.target.segments.size() > 4;
    const std::string ticket_id = of_ticket ? going.target.segments[4] : std::string();
    std::optional<fault_plan> fault;
    if (!starts_with(going.target, {"-"}))
        fault = faults_.next({.method = asked.method,
                              .target = asked.target,
                              .ticket = ticket_id,
                              .since_start = since_start(now)});
    reply answer = fault ? go_wrong(going, *fault) : route(going);
    if (!fault) remember(going, answer);
    answer.note.ticket = ticket_id;
    if (of_ticket && going.target.segments.size() == 7)
        if (const auto index = parse_integer(going.target.segments[6]))
            answer.note.batch = static_cast<int>(std::clamp<std::int64_t>(*index, -1, 1000));
    answer.request_id = going.request_id;
    return answer;
}

// The fault's own answer where it has one; what the routes answer, spoilt, where it has not. Only a
// fault that is `applied` lets the request reach the routes and so have an effect.
reply cloud::go_wrong(exchange& going, const fault_plan& fault) {
    const bool has_own = !applied_by_default(fault.kind);
    reply answer;
    if (fault.applied) answer = route(going);
    if (!fault.applied || has_own) {
        const std::string effect = answer.note.effect;
        answer = faulty(fault, going);
        answer.note.effect = effect;
    }
    answer = spoilt(std::move(answer), fault.kind);
    if (fault.kind == fault_kind::stale) {
        const auto kept = last_answers_.find(going.asked.target);
        if (kept != last_answers_.end())
            answer.body = kept->second;
        else
            remember(going, answer);
    }
    answer.delay = fault.delay;
    answer.note.fault = to_text(fault.kind);
    return answer;
}

void cloud::remember(const exchange& going, const reply& answer) {
    constexpr std::size_t most_kept = 10'000;
    const bool wanted = std::ranges::any_of(faults_.states(), [](const fault_state& fault) {
        return fault.plan.kind == fault_kind::stale;
    });
    if (!wanted || going.asked.method != "GET" || answer.status != 200) return;
    if (last_answers_.size() < most_kept || last_answers_.contains(going.asked.target))
        last_answers_[going.asked.target] = answer.body;
}

reply cloud::faulty(const fault_plan& fault, const exchange& going) const {
    reply answer;
    if (fault.kind == fault_kind::status) {
        const bool gateway = fault.status >= 500 || fault.status == 401 || fault.status == 403 ||
                             fault.status == 429 || fault.code.starts_with("APIG");
        std::string code = fault.code;
        if (code.empty() && fault.status == 429) code = "APIGW.0308";
        if (code.empty()) code = gateway ? "APIGW.0201" : "COC.00040701";
        const std::string message = fault.message.empty() ? "simulated failure" : fault.message;
        answer.body = gateway ? gateway_error_body(code, message, going.request_id)
                              : service_error_body(code, message);
        if (!fault.body.empty()) answer.body = fault.body;
        answer.status = fault.status;
        answer.note.code = code;
    }
    if (fault.kind == fault_kind::garbage)
        answer.body = fault.body.empty() ? garbage() : fault.body;
    if (fault.kind == fault_kind::huge)
        answer.body = "{\"data\":\"" + std::string(fault.size, 'x') + "\"}";
    return answer;
}

reply cloud::route(exchange& going) {
    if (settings_.control && starts_with(going.target, {"-", "sim"})) return control(going);
    if (starts_with(going.target, {"v3", "auth", "tokens"})) return issue_token(going);
    const bool known = starts_with(going.target, {"v1", "job", "script", "orders"}) ||
                       starts_with(going.target, {"v1", "job", "scripts"}) ||
                       starts_with(going.target, {"v1", "job", "public-scripts"});
    if (!known) return no_such_api(going.request_id);
    const std::string refused = refusal(going);
    if (!refused.empty()) return gateway_error(401, "APIGW.0301", refused, going.request_id);
    if (going.target.segments[2] == "script") return route_orders(going);
    if (going.asked.method != "POST" || going.target.segments.size() != 4)
        return no_such_api(going.request_id);
    return post_script(going, going.target.segments[3]);
}

std::string cloud::refusal(const exchange& going) {
    const request& asked = going.asked;
    arrival who{.method = asked.method,
                .target = asked.target,
                .headers = asked.all_headers,
                .body = asked.body,
                .at = asked.real_time.value_or(going.now)};
    if (asked.token) who.headers.emplace_back("x-auth-token", *asked.token);
    return door_.refusal(who);
}

reply cloud::issue_token(exchange& going) {
    const bool asked_well = going.asked.method == "POST" && going.target.segments.size() == 3;
    if (!asked_well || settings_.required.iam_user.empty()) return no_such_api(going.request_id);
    const issued_token made =
        door_.issue(going.asked.body, going.asked.real_time.value_or(going.now));
    reply answer = ok(made.body);
    answer.status = made.status;
    answer.subject_token = made.token;
    answer.note.effect = made.token.empty() ? "none" : "token";
    return answer;
}

reply cloud::route_orders(exchange& going) {
    const std::vector<std::string>& segments = going.target.segments;
    const bool put = going.asked.method == "PUT";
    if (going.asked.method != "GET" && !put) return no_such_api(going.request_id);
    if (segments.size() == 4) return put ? no_such_api(going.request_id) : get_list(going);
    const std::string last = segments.size() > 5 ? segments[5] : "";
    const bool known_put = put && segments.size() == 6 && last == "operation";
    const bool known_get =
        !put && (segments.size() == 5 ||
                 (segments.size() == 6 && (last == "batches" || last == "statistics")) ||
                 (segments.size() == 7 && last == "batches"));
    if (!known_put && !known_get) return no_such_api(going.request_id);
    if (!has_ticket_shape(segments[4])) return invalid_parameter("execute_uuid");
    ticket* const which = find(segments[4], going.now);
    if (which == nullptr) return service_error("COC.00040709", "The script order does not exist.");
    return put ? put_operation(going, *which) : get_order(going, *which);
}

reply cloud::get_order(exchange& going, ticket& which) {
    const std::vector<std::string>& segments = going.target.segments;
    if (segments.size() == 5)
        return ok(shelf_.text_of(which, "order", [&] { return order_body(which); }));
    if (segments.size() == 7) return get_batch(going, which, segments[6]);
    return ok(shelf_.text_of(which, segments[5], [&] {
        return segments[5] == "batches" ? batches_body(which) : statistics_body(which);
    }));
}

reply cloud::get_batch(exchange& going, const ticket& which, const std::string& index) {
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    const auto number = parse_integer(index);
    if (!number || *number < 1 || *number > static_cast<std::int64_t>(which.batches().size()))
        return invalid_parameter("batch_index");
    // Required here, unlike for the list: the page of reference/coc-api.md §2.3 says so.
    if (!going.target.parameters.contains("limit"))
        return invalid_parameter("limit must not be empty");
    const auto limit = number_parameter(going.target, "limit", 0, {1, 50});
    const auto marker = number_parameter(going.target, "marker", 0, {0, largest});
    if (!limit) return invalid_parameter("limit");
    if (!marker) return invalid_parameter("marker");
    page wanted{.limit = *limit, .marker = *marker, .status = std::nullopt};
    const std::string status = parameter(going.target, "status");
    if (!status.empty()) {
        wanted.status = parse_instance_status(status);
        if (!wanted.status || *wanted.status == instance_status::rollbacked)
            return invalid_parameter("status");
    }
    return ok(shelf_.text_of(which, going.asked.target, [&] {
        return batch_detail_body(which, static_cast<int>(*number), wanted);
    }));
}

reply cloud::get_list(exchange& going) {
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    const uri& target = going.target;
    const auto limit = number_parameter(target, "limit", 10, {1, 100});
    const auto marker = number_parameter(target, "marker", largest, {1, largest});
    const auto from = number_parameter(target, "start_time", 0, {0, largest});
    const auto to = number_parameter(target, "end_time", largest, {0, largest});
    if (!limit) return invalid_parameter("limit");
    if (!marker) return invalid_parameter("marker");
    if (!from || !to) return invalid_parameter("start_time, end_time");
    const std::string status = parameter(target, "status");
    if (!status.empty() && !parse_order_status(status)) return invalid_parameter("status");
    const std::string creator = parameter(target, "creator");
    const std::string name = parameter(target, "name_like");
    std::vector<std::string_view> rows;
    std::size_t total = 0;
    for (const auto& one : tickets_ | std::views::reverse) {
        if (one->created() > going.now) continue;
        one->advance(going.now);
        const std::int64_t created = one->created().time_since_epoch().count();
        if (created < *from || created > *to) continue;
        if (!status.empty() && to_text(one->status()) != status) continue;
        if (!creator.empty() && one->plan().creator != creator) continue;
        if (one->plan().order_name.find(name) == std::string::npos) continue;
        ++total;
        const bool on_page = one->order_id() < *marker || *marker == largest;
        if (!on_page || static_cast<std::int64_t>(rows.size()) >= *limit) continue;
        rows.push_back(shelf_.text_of(*one, "row", [&] { return list_row(*one); }));
    }
    return ok(list_body(rows, total));
}

reply cloud::put_operation(exchange& going, ticket& which) {
    const parsed_operation parsed = parse_operation(going.asked.body);
    if (!parsed.problem.empty()) {
        reply refused = service_error("COC.00040050", parsed.problem);
        refused.note.effect = "invalid";
        return refused;
    }
    const answer result = which.apply(parsed.what, going.now);
    reply made = result.accepted ? ok(data_body(which.plan().id))
                                 : service_error(result.code, result.message);
    made.note.effect = result.effect;
    return made;
}

reply cloud::post_script(exchange& going, const std::string& script_uuid) {
    if (!has_ticket_shape(script_uuid))
        return service_error("COC.00040601", "The script uuid is invalid.");
    const std::string at = compact_time(going.now);
    std::string id = made_up_id("SCT", at, stable_hash(script_uuid, requests_));
    posted_order order = read_posted_order(going.asked.body, {.script_uuid = script_uuid,
                                                              .execute_uuid = id,
                                                              .posted = scenario_.posted,
                                                              .behaviour = scenario_.behaviour,
                                                              .seed = scenario_.seed});
    if (!order.code.empty()) return service_error(order.code, order.message);
    add(std::move(order.plan), going.now);
    reply made = ok(data_body(id));
    made.note.effect = "created " + id;
    return made;
}

}  // namespace coc_sim
