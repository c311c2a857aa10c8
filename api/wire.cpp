#include "api/wire.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "api/json_reader.h"
#include "api/wire_error.h"
#include "policies/text.h"

namespace rolloutd::api {
namespace {

constexpr int most_count = std::numeric_limits<int>::max();
// 20 by the documents, which say too that it is not checked [§3.2].
constexpr std::size_t most_batches = 200;
constexpr std::size_t most_statuses = 50;  // the documents know seven
// A reading is recorded, and a record is at most 1 MiB long: whatever a server sends, status,
// statistics and batches must fit, also when each byte is written as \u00XX. Names and ids have at
// most 64 characters by the documents, values of parameters 4096 [§2.1].
constexpr std::size_t most_text = 256;
constexpr std::size_t most_value = 4096;
constexpr std::int64_t end_of_9999 = 253'402'300'799'999;

// A 200 body, taken out of its wrapping. It must outlive the envelope.
class envelope {
public:
    explicit envelope(std::string_view body) : parsed_(json_document::parse(body)) {
        if (parsed_.has_error())
            refused_ = parsed_.error();
        else
            refused_ = error_in_good_answer(*parsed_);
        if (!refused_) root().need_object();
    }
    envelope(const envelope&) = delete;
    envelope& operator=(const envelope&) = delete;

    // Why there is nothing to be read in it.
    const std::optional<failure>& refused() const { return refused_; }
    const json_problem& problem() const { return problem_; }
    json_node root() { return {*parsed_, problem_}; }

private:
    result<json_document> parsed_;
    std::optional<failure> refused_;
    json_problem problem_;
};

template <class T>
result<T> close(const envelope& whole, T&& value) {
    if (whole.problem().met()) return whole.problem().as_failure();
    return std::forward<T>(value);
}

std::string text_or_empty(const json_node& node, std::size_t most = most_text) {
    const std::optional<std::string_view> usual = node.spelt_as_text();
    return usual ? cut(*usual, most) : cut(node.text().value_or(""), most);
}

// Times are epoch milliseconds despite what the pages say [§2.1]; nonsense is as good as none.
std::optional<timestamp> read_time(const json_node& node) {
    const std::optional<std::int64_t> ms = node.integer();
    if (!ms || *ms <= 0 || *ms > end_of_9999) return std::nullopt;
    return timestamp(duration(*ms));
}

// 100, 98.5 or "98.5" percent as tenths; nullopt outside 1..100 [§2.1].
std::optional<int> read_tenths(const json_node& node) {
    const std::optional<double> percent = node.number();
    if (!percent || *percent < 1.0 || *percent > 100.0) return std::nullopt;
    return static_cast<int>(std::lround(*percent * 10.0));
}

std::optional<duration> read_seconds(const json_node& node) {
    constexpr std::int64_t most = std::int64_t{366} * 24 * 3600;
    const std::optional<std::int64_t> seconds = node.integer();
    if (!seconds || *seconds <= 0 || *seconds > most) return std::nullopt;
    return std::chrono::seconds(*seconds);
}

std::optional<int> read_int(const json_node& node, int least) {
    const std::optional<std::int64_t> found = node.integer();
    if (!found || *found < least || *found > most_count) return std::nullopt;
    return static_cast<int>(*found);
}

std::map<std::string, std::string> read_params(const json_node& list) {
    std::map<std::string, std::string> params;
    for (const json_node each : list.elements()) {
        const std::string name = text_or_empty(each.member("param_name"));
        if (!name.empty()) params[name] = text_or_empty(each.member("param_value"), most_value);
    }
    return params;
}

std::string first_text(const json_node& here, const json_node& else_here) {
    std::string text = text_or_empty(here);
    return text.empty() ? text_or_empty(else_here) : text;
}

policies::instance_info read_instance(const json_node& node, bool keep_messages) {
    policies::instance_info instance;
    instance.id = node.member("id").need_integer(1, std::numeric_limits<std::int64_t>::max());
    instance.status = text_or_empty(node.member("status"));
    const json_node target = node.member("target_instance");
    const json_node properties = target.member("properties");
    instance.host = text_or_empty(properties.member("host_name"));
    instance.ip = first_text(properties.member("fixed_ip"), properties.member("floating_ip"));
    instance.region = first_text(target.member("region_id"), properties.member("region_id"));
    instance.zone = text_or_empty(properties.member("zone_id"));
    instance.resource = text_or_empty(target.member("resource_id"));
    if (keep_messages) instance.message = text_or_empty(node.member("message"), most_message);
    return instance;
}

result<batch_page> read_batch_page(std::string_view body, bool keep_messages) {
    envelope whole(body);
    if (whole.refused()) return *whole.refused();
    // One page of the documentation shows the members without the wrapper [§2.3].
    const json_node wrapped = whole.root().member("data");
    const json_node bare = whole.root();
    const bool is_bare = wrapped.is_null() && bare.member("execute_instances").is_array();
    const json_node& data = is_bare ? bare : wrapped;
    data.need_object();
    batch_page page;
    page.index = read_int(data.member("batch_index"), 1);
    page.size = read_int(data.member("total_instances"), 0);
    const json_node rows = data.member("execute_instances");
    if (!rows.is_null()) rows.need_array();
    for (const json_node row : rows.elements())
        page.instances.push_back(read_instance(row, keep_messages));
    return close(whole, std::move(page));
}

}  // namespace

bool is_valid_id(std::string_view id) {
    return !id.empty() && id.size() <= 26 && std::ranges::all_of(id, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

std::string cut(std::string_view text, std::size_t most) {
    return std::string(policies::beginning_of(text, most));
}

result<policies::ticket_info> parse_info(std::string_view body) {
    envelope whole(body);
    if (whole.refused()) return *whole.refused();
    const json_node data = whole.root().member("data");
    data.need_object();
    policies::ticket_info info;
    info.id = text_or_empty(data.member("execute_uuid"));
    info.status = cut(data.member("status").need_text(), most_text);
    info.creator = text_or_empty(data.member("creator"));
    info.created = read_time(data.member("gmt_created"));
    info.finished = read_time(data.member("gmt_finished"));
    const json_node properties = data.member("properties");
    info.script_uuid = text_or_empty(properties.member("script_uuid"));
    info.name = text_or_empty(properties.member("script_name"));
    info.script_version = text_or_empty(properties.member("script_version_name"));
    info.current_batch = read_int(properties.member("current_execute_batch_index"), 1);
    const json_node param = properties.member("execute_param");
    info.timeout = read_seconds(param.member("timeout"));
    info.success_rate_tenths = read_tenths(param.member("success_rate"));
    info.params = read_params(param.member("script_params"));
    return close(whole, std::move(info));
}

result<std::vector<policies::batch_info>> parse_batches(std::string_view body) {
    envelope whole(body);
    if (whole.refused()) return *whole.refused();
    const json_node data = whole.root().member("data");
    data.need_array();
    if (data.size() > most_batches) data.report("has more than 200 batches");
    std::vector<policies::batch_info> batches;
    for (const json_node row : data.elements()) {
        if (batches.size() >= most_batches) break;
        policies::batch_info batch;
        batch.index = static_cast<int>(row.member("batch_index").need_integer(1, most_count));
        batch.size = static_cast<int>(row.member("total_instances").need_integer(0, most_count));
        batch.rotation = text_or_empty(row.member("rotation_strategy"));
        batch.label = text_or_empty(row.member("properties"));
        batches.push_back(std::move(batch));
    }
    std::ranges::sort(batches, {}, &policies::batch_info::index);
    const auto twice = std::ranges::adjacent_find(batches, {}, &policies::batch_info::index);
    if (twice != batches.end())
        data.report("names batch " + std::to_string(twice->index) + " twice");
    return close(whole, std::move(batches));
}

result<policies::statistics> parse_statistics(std::string_view body) {
    envelope whole(body);
    if (whole.refused()) return *whole.refused();
    const json_node data = whole.root().member("data");
    data.need_object();
    policies::statistics stats;
    stats.total = static_cast<int>(data.member("total_instance").need_integer(0, most_count));
    const json_node rows = data.member("execute_statistics");
    rows.need_array();
    if (rows.size() > most_statuses) rows.report("has more than 50 statuses");
    stats.rows.reserve(std::min(rows.size(), most_statuses));
    for (const json_node row : rows.elements()) {
        if (stats.rows.size() >= most_statuses) break;
        policies::status_row counted;
        counted.status = text_or_empty(row.member("instance_status"));
        counted.count = static_cast<int>(row.member("instance_count").need_integer(0, most_count));
        const json_node indexes = row.member("batch_indexes");
        if (indexes.size() > most_batches) indexes.report("has more than 200 batches");
        counted.batches.reserve(std::min(indexes.size(), most_batches));
        for (const json_node index : indexes.elements()) {
            if (counted.batches.size() >= most_batches) break;
            counted.batches.push_back(static_cast<int>(index.need_integer(1, most_count)));
        }
        std::ranges::sort(counted.batches);
        const auto same = std::ranges::unique(counted.batches);
        counted.batches.erase(same.begin(), same.end());
        stats.rows.push_back(std::move(counted));
    }
    return close(whole, std::move(stats));
}

result<batch_page> parse_batch_page(std::string_view body) { return read_batch_page(body, false); }

result<batch_page> parse_batch_page_with_messages(std::string_view body) {
    return read_batch_page(body, true);
}

result<std::vector<ticket_summary>> parse_list_page(std::string_view body) {
    envelope whole(body);
    if (whole.refused()) return *whole.refused();
    const json_node rows = whole.root().member("data").member("data");
    if (!rows.is_null()) rows.need_array();
    whole.root().member("data").need_object();
    std::vector<ticket_summary> listed;
    for (const json_node row : rows.elements()) {
        ticket_summary ticket;
        ticket.id = row.member("execute_uuid").need_text();
        if (!is_valid_id(ticket.id)) row.member("execute_uuid").report("is not a ticket's id");
        ticket.order_id =
            row.member("order_id").need_integer(1, std::numeric_limits<std::int64_t>::max());
        ticket.order_name = text_or_empty(row.member("order_name"));
        ticket.creator = text_or_empty(row.member("creator"));
        ticket.status = text_or_empty(row.member("status"));
        ticket.created = read_time(row.member("gmt_created"));
        ticket.finished = read_time(row.member("gmt_finished"));
        listed.push_back(std::move(ticket));
    }
    return close(whole, std::move(listed));
}

result<policies::ticket_id> parse_ticket_id(std::string_view body) {
    envelope whole(body);
    if (whole.refused()) return *whole.refused();
    const json_node data = whole.root().member("data");
    std::string id = data.need_text();
    if (!is_valid_id(id)) data.report("is not a ticket's id");
    return close(whole, std::move(id));
}

result<policies::ticket_id> parse_done(std::string_view body) {
    envelope whole(body);
    if (whole.refused()) return *whole.refused();
    return close(whole, text_or_empty(whole.root().member("data")));
}

}  // namespace rolloutd::api
