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

backlog cloud_gateway::pressure() const {
    backlog now;
    now.waiting = limiter_.waiting();
    now.per_second = limiter_.rate();
    return now;
}

void cloud_gateway::tell(std::string_view endpoint, const fetched& what, const failure* failed) {
    request_report report;
    report.endpoint = endpoint;
    report.http_status = what.response.status;
    report.took = what.took;
    if (failed != nullptr) report.failed = failed->where;
    ports_.observer.request_finished(report);
}

// Whole but for what makes it ours, because signatures cover the other headers.
http_request cloud_gateway::dressed(http_request request) const {
    if (!settings_.project_id.empty())
        request.headers.emplace_back("X-Project-Id", settings_.project_id);
    request.headers.emplace_back("X-Language", "en-us");
    request.headers.emplace_back("Accept", "application/json");
    request.headers.emplace_back("User-Agent", "rolloutd/" ROLLOUTD_VERSION);
    if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    return request;
}

asio::awaitable<result<cloud_gateway::fetched>> cloud_gateway::exchange(const call& what,
                                                                        http_request request) {
    const steady_time began = ports_.time.steady_now();
    const steady_time deadline = began + settings_.timeout;
    result<http_response> answer = co_await ports_.http.send(std::move(request), deadline);
    fetched got;
    got.took = std::chrono::floor<duration>(ports_.time.steady_now() - began);
    if (answer.has_error()) {
        const failure failed = answer.error();
        // No request was made, so there is none to count.
        if (!is_withheld(failed)) tell(what.endpoint, got, &failed);
        co_return failed;
    }
    got.response = std::move(*answer);
    co_return got;
}

// The answer in terms of what can be read of it: a status other than 200 is a failure.
result<cloud_gateway::fetched> cloud_gateway::judged(const call& what, result<fetched> got,
                                                     const grant& leave) {
    if (got.has_value() && got->response.status == 200) return got;
    failure failed = got.has_value() ? parse_failure(got->response) : got.error();
    for (const std::string& each : leave.secrets)
        take_out(failed.detail, each);
    if (got.has_value()) tell(what.endpoint, *got, &failed);
    return failed;
}

asio::awaitable<result<cloud_gateway::fetched>> cloud_gateway::fetch(call what) {
    const http_request request = dressed(what.request);
    result<fetched> answer = failure(origin::gateway, "http_401", "the cloud refused to let us in");
    std::optional<std::uint64_t> refused;
    for (;;) {
        result<grant> leave = co_await ports_.who.authorize(request);
        if (leave.has_error()) co_return refused ? answer.error() : leave.error();
        // The same again would be refused again, and too many refusals lock accounts [§4.3].
        if (refused && leave->series == *refused) co_return answer;
        const result<duration> waited = co_await limiter_.pass(what.kind, settings_.timeout);
        if (waited.has_error()) {
            ports_.who.settle(*leave, standing::unknown, "");
            co_return waited.error();
        }
        if (*waited > duration::zero()) ports_.observer.throttled(what.endpoint, *waited);
        http_request ours = request;
        ours.headers.insert(ours.headers.end(), leave->headers.begin(), leave->headers.end());
        result<fetched> got = co_await exchange(what, std::move(ours));
        const standing how = got.has_value() ? standing_of(got->response) : standing::unknown;
        answer = judged(what, std::move(got), *leave);
        const std::string said = answer.has_error() ? answer.error().detail : std::string();
        const bool again = ports_.who.settle(*leave, how, said);
        if (how != standing::refused || !again || refused) co_return answer;
        refused = leave->series;
    }
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
