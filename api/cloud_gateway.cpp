#include "api/cloud_gateway.h"

#include <algorithm>
#include <set>
#include <utility>

#include "api/signature.h"

namespace rolloutd::api {

namespace asio = boost::asio;

namespace {

constexpr int instances_per_page = 50;  // the most that is documented [§2.3]
constexpr int tickets_per_page = 100;   // [§3.1]
constexpr int most_list_pages = 100;

// It was answered, but what the answers say does not fit together.
failure contradiction(std::string detail) {
    failure what = bad_content(std::move(detail));
    what.http_status = 200;
    what.sent = true;
    return what;
}

std::string order_path(const policies::ticket_id& id) { return "/v1/job/script/orders/" + id; }

result<void> check_id(const policies::ticket_id& id) {
    if (is_valid_id(id)) return {};
    return bad_request("\"" + cut(id, 64) + "\" is not a ticket's id");
}

std::string list_target(const list_filter& filter, std::int64_t marker) {
    std::string target = "/v1/job/script/orders?limit=" + std::to_string(tickets_per_page);
    // The first page must not carry a marker: its least value is 1 [§3.4].
    if (marker > 0) target += "&marker=" + std::to_string(marker);
    if (!filter.creator.empty()) target += "&creator=" + percent_encode(filter.creator);
    if (!filter.status.empty()) target += "&status=" + percent_encode(filter.status);
    if (filter.created_since) {
        const auto ms = filter.created_since->time_since_epoch().count();
        target += "&start_time=" + std::to_string(ms);
    }
    return target;
}

// The gateway in front of COC echoes requests in some of its messages [§4.3].
void take_out(std::string& text, const std::string& secret) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at))
        text.replace(at, secret.size(), "***");
}

// The pages of one batch, put together. Ids are unique in a ticket; a later page is the fresher
// one.
class page_collector {
public:
    explicit page_collector(int batch_index) { detail_.index = batch_index; }

    policies::instance_id marker() const { return marker_; }

    // Whether that was the last page; a content failure when the pages make no sense.
    result<bool> add(batch_page page) {
        if (page.index && *page.index != detail_.index)
            return contradiction("batch_index is " + std::to_string(*page.index) + ", asked for " +
                                 std::to_string(detail_.index));
        if (page.size) size_ = page.size;
        if (page.instances.empty()) return true;
        const std::size_t before = found_.size();
        const policies::instance_id last = page.instances.back().id;
        for (policies::instance_info& each : page.instances) {
            const policies::instance_id id = each.id;
            found_[id] = std::move(each);
        }
        if (size_ && found_.size() >= static_cast<std::size_t>(*size_)) return true;
        // A server that ignores the marker would be asked for ever.
        if (last == marker_ || found_.size() == before)
            return contradiction("the marker does not advance beyond instance " +
                                 std::to_string(marker_) + " of batch " +
                                 std::to_string(detail_.index));
        marker_ = last;
        return false;
    }

    policies::batch_detail take() {
        for (auto& [id, instance] : found_)
            detail_.instances.push_back(std::move(instance));
        detail_.size = size_.value_or(static_cast<int>(detail_.instances.size()));
        return std::move(detail_);
    }

private:
    policies::batch_detail detail_;
    std::optional<int> size_;
    std::map<policies::instance_id, policies::instance_info> found_;
    policies::instance_id marker_ = 0;
};

}  // namespace

struct cloud_gateway::call {
    call(std::string_view name, request_kind sort, std::string method, std::string target,
         std::string body)
        : endpoint(name), kind(sort) {
        request.method = std::move(method);
        request.target = std::move(target);
        request.body = std::move(body);
    }
    static call get(std::string_view name, std::string target) {
        return {name, request_kind::read, "GET", std::move(target), ""};
    }

    std::string_view endpoint;
    request_kind kind;
    http_request request;
};

struct cloud_gateway::fetched {
    http_response response;
    duration took{};
    fetched() = default;
};

cloud_gateway::cloud_gateway(cloud_ports ports, cloud_settings settings)
    : ports_(ports), settings_(std::move(settings)), limiter_(ports_.time, settings_.rate) {}

void cloud_gateway::tell(std::string_view endpoint, const fetched& what, const failure* failed) {
    request_report report;
    report.endpoint = endpoint;
    report.http_status = what.response.status;
    report.took = what.took;
    if (failed != nullptr) report.failed = failed->where;
    ports_.observer.request_finished(report);
}

asio::awaitable<result<cloud_gateway::fetched>> cloud_gateway::exchange(const call& what,
                                                                        std::string token) {
    http_request request = what.request;
    request.headers.emplace_back("X-Auth-Token", token);
    if (!settings_.project_id.empty())
        request.headers.emplace_back("X-Project-Id", settings_.project_id);
    request.headers.emplace_back("X-Language", "en-us");
    request.headers.emplace_back("Accept", "application/json");
    request.headers.emplace_back("User-Agent", "rolloutd/" ROLLOUTD_VERSION);
    if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");

    const steady_time began = ports_.time.steady_now();
    const steady_time deadline = began + settings_.timeout;
    result<http_response> answer = co_await ports_.http.send(std::move(request), deadline);
    fetched got;
    got.took = std::chrono::floor<duration>(ports_.time.steady_now() - began);
    failure failed;
    if (answer.has_value()) {
        got.response = std::move(*answer);
        if (got.response.status == 200) co_return got;
        failed = parse_failure(got.response);
    } else {
        failed = answer.error();
        // No request was made, so there is none to count.
        if (is_withheld(failed)) co_return failed;
    }
    take_out(failed.detail, token);
    tell(what.endpoint, got, &failed);
    co_return failed;
}

asio::awaitable<result<cloud_gateway::fetched>> cloud_gateway::fetch(call what) {
    std::string refused;
    result<fetched> answer = failure(origin::gateway, "http_401", "the token was refused");
    for (int attempt = 0; attempt < 2; ++attempt) {
        const result<std::string> token = co_await ports_.tokens.token();
        if (token.has_error()) co_return attempt == 0 ? token.error() : answer.error();
        // The same token again would be refused again, and too many refusals lock accounts [§4.3].
        if (*token == refused) co_return answer;
        const result<duration> waited = co_await limiter_.pass(what.kind, settings_.timeout);
        if (waited.has_error()) co_return waited.error();
        if (*waited > duration::zero()) ports_.observer.throttled(what.endpoint, *waited);
        answer = co_await exchange(what, *token);
        if (answer.has_value() || answer.error().http_status != 401) co_return answer;
        refused = *token;
        ports_.tokens.rejected(refused);
    }
    co_return answer;
}

template <class T>
asio::awaitable<result<T>> cloud_gateway::fetch_as(call what,
                                                   result<T> (*parse)(std::string_view)) {
    const std::string_view endpoint = what.endpoint;
    const result<fetched> got = co_await fetch(std::move(what));
    if (got.has_error()) co_return got.error();
    result<T> read = parse(got->response.body);
    if (read.has_value()) {
        tell(endpoint, *got, nullptr);
        co_return read;
    }
    failure failed = read.error();
    failed.http_status = got->response.status;
    failed.sent = true;
    tell(endpoint, *got, &failed);
    co_return failed;
}

asio::awaitable<result<policies::ticket_info>> cloud_gateway::read_info(policies::ticket_id id) {
    const result<void> valid = check_id(id);
    if (valid.has_error()) co_return valid.error();
    call what = call::get("info", order_path(id));
    result<policies::ticket_info> info = co_await fetch_as(std::move(what), &parse_info);
    if (info.has_error()) co_return info;
    if (info->id.empty()) info->id = id;
    if (info->id != id)
        co_return contradiction("data.execute_uuid is another ticket's: " + cut(info->id, 64));
    co_return info;
}

asio::awaitable<result<std::vector<policies::batch_info>>> cloud_gateway::read_batches(
    policies::ticket_id id) {
    const result<void> valid = check_id(id);
    if (valid.has_error()) co_return valid.error();
    call what = call::get("batches", order_path(id) + "/batches");
    co_return co_await fetch_as(std::move(what), &parse_batches);
}

asio::awaitable<result<policies::statistics>> cloud_gateway::read_statistics(
    policies::ticket_id id) {
    const result<void> valid = check_id(id);
    if (valid.has_error()) co_return valid.error();
    call what = call::get("statistics", order_path(id) + "/statistics");
    co_return co_await fetch_as(std::move(what), &parse_statistics);
}

asio::awaitable<result<batch_page>> cloud_gateway::read_page(policies::ticket_id id,
                                                             int batch_index,
                                                             policies::instance_id marker,
                                                             batch_options options) {
    // marker=0 on the first page satisfies both generations of the documents [§2.3].
    call what =
        call::get("batch_detail", order_path(id) + "/batches/" + std::to_string(batch_index) +
                                      "?limit=" + std::to_string(instances_per_page) +
                                      "&marker=" + std::to_string(marker));
    const auto parse = options.keep_messages ? &parse_batch_page_with_messages : &parse_batch_page;
    co_return co_await fetch_as(std::move(what), parse);
}

asio::awaitable<result<policies::batch_detail>> cloud_gateway::read_batch(policies::ticket_id id,
                                                                          int batch_index,
                                                                          batch_options options) {
    const result<void> valid = check_id(id);
    if (valid.has_error()) co_return valid.error();
    if (batch_index < 1) co_return bad_request("a batch's index counts from 1");
    page_collector pages(batch_index);
    for (int page = 0; page < settings_.most_pages; ++page) {
        result<batch_page> got = co_await read_page(id, batch_index, pages.marker(), options);
        if (got.has_error()) co_return got.error();
        const result<bool> last = pages.add(std::move(*got));
        if (last.has_error()) co_return last.error();
        if (*last) co_return pages.take();
    }
    co_return contradiction("batch " + std::to_string(batch_index) + " has more than " +
                            std::to_string(settings_.most_pages) + " pages");
}

asio::awaitable<result<std::vector<ticket_summary>>> cloud_gateway::list(list_filter filter) {
    std::vector<ticket_summary> found;
    std::set<std::int64_t> seen;
    const auto most = static_cast<std::size_t>(std::max(filter.most, 0));
    std::int64_t marker = 0;
    for (int page = 0; page < most_list_pages && found.size() < most; ++page) {
        call what = call::get("list", list_target(filter, marker));
        result<std::vector<ticket_summary>> rows =
            co_await fetch_as(std::move(what), &parse_list_page);
        if (rows.has_error()) co_return rows.error();
        if (rows->empty()) co_return found;
        marker = rows->back().order_id;
        const std::size_t before = seen.size();
        for (ticket_summary& each : *rows)
            if (found.size() < most && seen.insert(each.order_id).second)
                found.push_back(std::move(each));
        if (seen.size() == before)
            co_return contradiction("the marker does not advance beyond order " +
                                    std::to_string(marker));
    }
    co_return found;
}

asio::awaitable<answer> cloud_gateway::operate(policies::ticket_id id, policies::operation what,
                                               write_check check) {
    const result<operation_request> request = request_of(id, what);
    if (request.has_error()) {
        // Nothing was sent, and nothing will be: trying again would not help.
        answer never = to_answer(request.error());
        never.what = outcome::refused;
        co_return never;
    }
    call put("operation", request_kind::operation, request->method, request->target, request->body);
    put.request.check = std::move(check);
    const result<policies::ticket_id> done = co_await fetch_as(std::move(put), &parse_done);
    if (done.has_error()) co_return to_answer(done.error());
    answer accepted;
    accepted.what = outcome::accepted;
    accepted.http_status = 200;
    accepted.sent = true;
    co_return accepted;
}

asio::awaitable<result<policies::ticket_id>> cloud_gateway::execute(std::string script_uuid,
                                                                    execute_request request) {
    if (!is_valid_id(script_uuid))
        co_return bad_request("\"" + cut(script_uuid, 64) + "\" is not a script's id");
    const result<std::string> body = execute_body(request);
    if (body.has_error()) co_return body.error();
    call post("execute", request_kind::operation, "POST", "/v1/job/scripts/" + script_uuid, *body);
    co_return co_await fetch_as(std::move(post), &parse_ticket_id);
}

}  // namespace rolloutd::api
