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

template <class T>
asio::awaitable<result<T>> refused(failure why) {
    co_return why;
}

// Reads the answer about one ticket: what another one's answer says is nothing about it.
class info_of {
public:
    explicit info_of(policies::ticket_id id) : id_(std::move(id)) {}

    result<policies::ticket_info> operator()(std::string_view body) const {
        result<policies::ticket_info> info = parse_info(body);
        if (info.has_error()) return info;
        if (info->id.empty()) info->id = id_;
        if (info->id == id_) return info;
        return contradiction("data.execute_uuid is another ticket's: " + cut(info->id, 64));
    }

private:
    policies::ticket_id id_;
};

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

cloud_gateway::cloud_gateway(cloud_ports ports, cloud_settings settings)
    : settings_(std::move(settings)),
      messenger_(std::move(ports), settings_.rate, settings_.timeout) {}

backlog cloud_gateway::pressure() const { return messenger_.pressure(); }

// Whole but for what makes it ours, because signatures cover the other headers.
http_request cloud_gateway::dressed(const operation_request& what) const {
    http_request request;
    request.method = what.method;
    request.target = what.target;
    request.body = what.body;
    request.fixed_lines =
        "X-Language: en-us\r\nAccept: application/json\r\nUser-Agent: rolloutd/" ROLLOUTD_VERSION
        "\r\n";
    if (!settings_.project_id.empty())
        request.headers.emplace_back("X-Project-Id", settings_.project_id);
    if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    return request;
}

errand cloud_gateway::get(std::string_view endpoint, std::string target) const {
    return {endpoint, request_kind::read, dressed({"GET", std::move(target), ""})};
}

template <class T, class Parse>
asio::awaitable<result<T>> cloud_gateway::fetch_as(errand what, Parse parse) {
    const std::string_view endpoint = what.endpoint;
    const result<fetched> got = co_await messenger_.fetch(what);
    if (got.has_error()) co_return got.error();
    result<T> read = parse(got->response.body);
    if (read.has_value()) {
        messenger_.tell(endpoint, *got, nullptr);
        co_return read;
    }
    // Errors come with status 200, too, and texts are cut when they are read.
    const std::string harmless = without_secrets(got->response.body, got->secrets);
    if (harmless != got->response.body) read = parse(harmless);
    failure failed = read.has_error() ? read.error() : bad_content("a secret in the wrong place");
    failed.http_status = got->response.status;
    failed.sent = true;
    messenger_.tell(endpoint, *got, &failed);
    co_return failed;
}

asio::awaitable<result<policies::ticket_info>> cloud_gateway::read_info(policies::ticket_id id) {
    const result<void> valid = check_id(id);
    if (valid.has_error()) return refused<policies::ticket_info>(valid.error());
    errand what = get("info", order_path(id));
    return fetch_as<policies::ticket_info>(std::move(what), info_of(std::move(id)));
}

asio::awaitable<result<std::vector<policies::batch_info>>> cloud_gateway::read_batches(
    policies::ticket_id id) {
    const result<void> valid = check_id(id);
    if (valid.has_error()) return refused<std::vector<policies::batch_info>>(valid.error());
    return fetch_as<std::vector<policies::batch_info>>(get("batches", order_path(id) + "/batches"),
                                                       &parse_batches);
}

asio::awaitable<result<policies::statistics>> cloud_gateway::read_statistics(
    policies::ticket_id id) {
    const result<void> valid = check_id(id);
    if (valid.has_error()) return refused<policies::statistics>(valid.error());
    return fetch_as<policies::statistics>(get("statistics", order_path(id) + "/statistics"),
                                          &parse_statistics);
}

asio::awaitable<result<batch_page>> cloud_gateway::read_page(policies::ticket_id id,
                                                             int batch_index,
                                                             policies::instance_id marker,
                                                             batch_options options) {
    // marker=0 on the first page satisfies both generations of the documents [§2.3].
    errand what = get("batch_detail", order_path(id) + "/batches/" + std::to_string(batch_index) +
                                          "?limit=" + std::to_string(instances_per_page) +
                                          "&marker=" + std::to_string(marker));
    const auto parse = options.keep_messages ? &parse_batch_page_with_messages : &parse_batch_page;
    co_return co_await fetch_as<batch_page>(std::move(what), parse);
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
        errand what = get("list", list_target(filter, marker));
        result<std::vector<ticket_summary>> rows =
            co_await fetch_as<std::vector<ticket_summary>>(std::move(what), &parse_list_page);
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
    errand put("operation", request_kind::operation, dressed(*request));
    put.request.check = std::move(check);
    const result<policies::ticket_id> done =
        co_await fetch_as<policies::ticket_id>(std::move(put), &parse_done);
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
    const operation_request start{"POST", "/v1/job/scripts/" + script_uuid, *body};
    errand post("execute", request_kind::operation, dressed(start));
    co_return co_await fetch_as<policies::ticket_id>(std::move(post), &parse_ticket_id);
}

}  // namespace rolloutd::api
