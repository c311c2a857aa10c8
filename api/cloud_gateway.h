#pragma once
// The gateway over HTTP: paths, paging, credentials and rate limit of COC as reference/coc-api.md
// has them. Owns none of its ports; they must outlive it. Single thread.

#include "api/clock.h"
#include "api/credentials.h"
#include "api/gateway.h"
#include "api/http.h"
#include "api/limiter.h"
#include "api/observer.h"
#include "api/wire.h"

namespace rolloutd::api {

struct cloud_settings {
    std::string project_id;    // sent as X-Project-Id when not empty
    duration timeout{10'000};  // of one HTTP exchange, and of the wait for the rate limit before it
    int most_pages = 40;       // of one batch's detail, 50 instances each
    rate_settings rate;
    cloud_settings() = default;
};

struct cloud_ports {
    clock& time;
    http_client& http;
    credentials& who;
    request_observer& observer;
    cloud_ports(clock& c, http_client& h, credentials& w, request_observer& o)
        : time(c), http(h), who(w), observer(o) {}
};

class cloud_gateway final : public gateway {
public:
    cloud_gateway(cloud_ports ports, cloud_settings settings);

    boost::asio::awaitable<result<policies::ticket_info>> read_info(
        policies::ticket_id id) override;
    boost::asio::awaitable<result<std::vector<policies::batch_info>>> read_batches(
        policies::ticket_id id) override;
    boost::asio::awaitable<result<policies::statistics>> read_statistics(
        policies::ticket_id id) override;
    boost::asio::awaitable<result<policies::batch_detail>> read_batch(
        policies::ticket_id id, int batch_index, batch_options options) override;
    boost::asio::awaitable<result<std::vector<ticket_summary>>> list(list_filter filter) override;
    boost::asio::awaitable<answer> operate(policies::ticket_id id, policies::operation what,
                                           write_check check) override;
    boost::asio::awaitable<result<policies::ticket_id>> execute(std::string script_uuid,
                                                                execute_request request) override;
    backlog pressure() const override;

private:
    struct call;
    struct fetched;

    // An answer of status 200, after the rate limit and at most one more try with other
    // credentials.
    boost::asio::awaitable<result<fetched>> fetch(call what);
    boost::asio::awaitable<result<fetched>> exchange(const call& what, http_request request);
    http_request dressed(http_request request) const;
    result<fetched> judged(const call& what, result<fetched> got, const grant& leave);

    // Fetches, reads the body with `parse`, and tells the observer how it ended.
    template <class T>
    boost::asio::awaitable<result<T>> fetch_as(call what, result<T> (*parse)(std::string_view));

    boost::asio::awaitable<result<batch_page>> read_page(policies::ticket_id id, int batch_index,
                                                         policies::instance_id marker,
                                                         batch_options options);
    void tell(std::string_view endpoint, const fetched& what, const failure* failed);

    cloud_ports ports_;
    cloud_settings settings_;
    limiter limiter_;
};

}  // namespace rolloutd::api
