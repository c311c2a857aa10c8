#include "tests/daemon/scripted_gateway.h"

#include <chrono>

namespace rolloutd::daemon::testing {

namespace asio = boost::asio;

std::optional<api::failure> scripted_gateway::trouble(std::string_view endpoint,
                                                      const policies::ticket_id& id) {
    ++calls[std::string(endpoint)];
    if (fault) {
        if (auto what = fault(endpoint)) return what;
    }
    if (!tickets.contains(id)) {
        return api::failure(api::origin::service, "COC.00040709", "no such order");
    }
    return std::nullopt;
}

asio::awaitable<api::result<policies::ticket_info>> scripted_gateway::read_info(
    policies::ticket_id id) {
    co_await wait_while(hold_readings);
    if (auto wrong = trouble("info", id)) co_return *wrong;
    policies::ticket_info info = tickets.at(id).info;
    info.id = id;
    info.order_name.clear();  // only the list tells it
    co_return info;
}

asio::awaitable<api::result<std::vector<policies::batch_info>>> scripted_gateway::read_batches(
    policies::ticket_id id) {
    if (auto wrong = trouble("batches", id)) co_return *wrong;
    co_return tickets.at(id).batches;
}

asio::awaitable<api::result<policies::statistics>> scripted_gateway::read_statistics(
    policies::ticket_id id) {
    if (auto wrong = trouble("statistics", id)) co_return *wrong;
    co_return tickets.at(id).stats;
}

asio::awaitable<api::result<policies::batch_detail>> scripted_gateway::read_batch(
    policies::ticket_id id, int batch_index, api::batch_options) {
    if (auto wrong = trouble("batch_detail", id)) co_return *wrong;
    for (const policies::batch_detail& each : tickets.at(id).details) {
        if (each.index == batch_index) co_return each;
    }
    co_return api::failure(api::origin::service, "COC.00040050", "no such batch");
}

asio::awaitable<api::result<std::vector<api::ticket_summary>>> scripted_gateway::list(
    api::list_filter filter) {
    ++calls["list"];
    if (fault) {
        if (auto wrong = fault("list")) co_return *wrong;
    }
    std::vector<api::ticket_summary> rows;
    asked.push_back(filter);
    for (const api::ticket_summary& each : listed) {
        const bool young =
            !filter.created_since || (each.created && *each.created >= *filter.created_since);
        if (young && (filter.creator.empty() || each.creator == filter.creator))
            rows.push_back(each);
    }
    if (unlisted) co_return rows;
    for (const auto& [id, each] : tickets) {
        if (!filter.creator.empty() && each.info.creator != filter.creator) continue;
        api::ticket_summary row;
        row.id = id;
        row.creator = each.info.creator;
        row.order_name = each.info.order_name;
        row.status = each.info.status;
        rows.push_back(std::move(row));
    }
    co_return rows;
}

asio::awaitable<void> scripted_gateway::wait_while(bool& held) {
    while (held) {
        const auto never = time_.now() + std::chrono::hours{24};
        const bool let = co_await released_.wait_until(never);
        if (let) held = false;
    }
}

asio::awaitable<api::answer> scripted_gateway::operate(policies::ticket_id id,
                                                       policies::operation what,
                                                       api::write_check check) {
    ++waiting;
    co_await wait_while(hold_turns);
    --waiting;
    const std::string no = check ? check() : "";
    if (!no.empty()) {
        api::answer withheld;
        withheld.what = api::outcome::withheld;
        withheld.error_code = api::withheld_code;
        withheld.message = no;
        co_return withheld;
    }
    operations.push_back({id, what, time_.now()});
    co_await wait_while(hold_operations);
    if (answer) co_return answer(what);
    api::answer accepted;
    accepted.what = api::outcome::accepted;
    accepted.http_status = 200;
    accepted.sent = true;
    co_return accepted;
}

asio::awaitable<api::result<policies::ticket_id>> scripted_gateway::execute(std::string,
                                                                            api::execute_request) {
    co_return api::failure(api::origin::service, "COC.00040601", "not here");
}

}  // namespace rolloutd::daemon::testing
