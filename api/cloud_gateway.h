#pragma once
// The gateway over HTTP: paths, paging and bodies of COC as reference/coc-api.md has them; how a
// request is carried is messenger's business. Owns none of its ports; they must outlive it. Single
// thread.

#include "api/gateway.h"
#include "api/messenger.h"
#include "api/wire.h"

namespace rolloutd::api {

struct cloud_settings {
    std::string project_id;    // sent as X-Project-Id when not empty
    duration timeout{10'000};  // of one HTTP exchange, and of the wait for the rate limit before it
    int most_pages = 40;       // of one batch's detail, 50 instances each
    rate_settings rate;
    cloud_settings() = default;
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
    errand get(std::string_view endpoint, std::string target) const;
    http_request dressed(const operation_request& what) const;

    // Fetches, reads the body with `parse`, a function from text to result<T>, and tells the
    // observer how it ended.
    template <class T, class Parse>
    boost::asio::awaitable<result<T>> fetch_as(errand what, Parse parse);

    boost::asio::awaitable<result<batch_page>> read_page(policies::ticket_id id, int batch_index,
                                                         policies::instance_id marker,
                                                         batch_options options);

    cloud_settings settings_;
    messenger messenger_;
};

}  // namespace rolloutd::api
