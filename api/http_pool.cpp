#include "api/http_pool.h"

#include <utility>

namespace rolloutd::api {

namespace asio = boost::asio;

namespace {

// The signs of a connection that the peer had given up while it lay idle. "truncated" is none of
// them: then an answer had begun, and the request was seen.
bool is_stale(const failure& what) {
    return what.where == origin::network && (what.code == "closed" || what.code == "reset");
}

}  // namespace

result<std::unique_ptr<http_pool>> http_pool::make(asio::any_io_executor executor,
                                                   pool_settings settings) {
    std::shared_ptr<tls_trust> trust;
    if (settings.where.tls) {
        result<std::shared_ptr<tls_trust>> made = make_tls_trust(settings.ca_file);
        if (made.has_error()) return made.error();
        trust = *made;
    }
    return std::unique_ptr<http_pool>(
        new http_pool(std::move(executor), std::move(settings), std::move(trust)));
}

http_pool::http_pool(asio::any_io_executor executor, pool_settings settings,
                     std::shared_ptr<tls_trust> trust)
    : executor_(executor),
      settings_(std::move(settings)),
      trust_(std::move(trust)),
      slots_(executor, settings_.connections, settings_.queue),
      resolver_(executor, settings_.where.host, settings_.where.port, settings_.keep_addresses) {}

asio::awaitable<result<http_response>> http_pool::send(http_request request, steady_time deadline) {
    // Held to the end: whatever becomes of the connection, the place in the pool is given back.
    const result<slots::slot> place = co_await slots_.acquire(deadline);
    if (place.has_error()) co_return place.error();
    if (std::unique_ptr<http_connection> reused = take_idle()) {
        result<http_response> answer = co_await reused->exchange(request, deadline);
        const bool stale = answer.has_error() && is_stale(answer.error());
        const bool harmless = stale && (is_repeatable(request) || !answer.error().sent);
        if (answer.has_value()) keep(std::move(reused));
        if (!harmless) co_return answer;
        reused.reset();
    }
    result<std::unique_ptr<http_connection>> fresh = co_await connect_anew(deadline);
    if (fresh.has_error()) co_return fresh.error();
    result<http_response> answer = co_await (*fresh)->exchange(request, deadline);
    if (answer.has_value()) keep(std::move(*fresh));
    co_return answer;
}

std::unique_ptr<http_connection> http_pool::take_idle() {
    const steady_time now = std::chrono::steady_clock::now();
    // The latest used first: it is the likeliest to be alive, and the others grow old and are
    // closed.
    while (!idle_.empty() && now - idle_.front().since > settings_.idle)
        idle_.pop_front();
    while (!idle_.empty()) {
        std::unique_ptr<http_connection> latest = std::move(idle_.back().connection);
        idle_.pop_back();
        if (!latest->looks_dead()) return latest;
    }
    return nullptr;
}

void http_pool::keep(std::unique_ptr<http_connection> connection) {
    if (!connection->reusable()) return;
    idle_.push_back(resting{std::move(connection), std::chrono::steady_clock::now()});
}

asio::awaitable<result<std::unique_ptr<http_connection>>> http_pool::connect_anew(
    steady_time deadline) {
    result<host_resolver::addresses> addresses = co_await resolver_.resolve(deadline);
    if (addresses.has_error()) co_return addresses.error();
    connect_options options;
    options.where = settings_.where;
    options.addresses = std::move(*addresses);
    options.trust = trust_;
    options.limits = settings_.limits;
    ++connects_;
    result<std::unique_ptr<http_connection>> made =
        co_await connect(executor_, std::move(options), deadline);
    if (made.has_error()) resolver_.distrust();
    co_return made;
}

}  // namespace rolloutd::api
