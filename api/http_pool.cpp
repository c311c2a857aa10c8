#include "api/http_pool.h"

#include <utility>

#include "api/tls_trust.h"

namespace rolloutd::api {

namespace asio = boost::asio;

namespace {

// The signs of a connection that the peer had given up while it lay idle. "truncated" is none of
// them: then an answer had begun, and the request was seen.
bool is_stale(const failure& what) {
    return what.where == origin::network && (what.code == "closed" || what.code == "reset");
}

resolver_settings resolver_of(const pool_settings& from) {
    resolver_settings how;
    how.host = from.proxy ? from.proxy->host : from.where.host;
    how.port = from.proxy ? from.proxy->port : from.where.port;
    how.keep = from.keep_addresses;
    how.lookup = from.lookup;
    return how;
}

}  // namespace

result<std::unique_ptr<http_pool>> http_pool::make(asio::any_io_executor executor,
                                                   pool_settings settings) {
    std::shared_ptr<tls_trust> trust;
    if (settings.where.tls) {
        result<std::shared_ptr<tls_trust>> made = tls_trust::make(settings.ca_file);
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
      resolver_(executor, resolver_of(settings_)),
      idle_(executor, settings_.idle) {}

asio::awaitable<result<http_response>> http_pool::send(const http_request& request,
                                                       steady_time deadline) {
    // Held to the end: whatever becomes of the connection, the place in the pool is given back.
    const lane kind = is_repeatable(request) ? lane::ordinary : lane::urgent;
    std::optional<slots::slot> place = slots_.acquire_at_once(kind);
    if (!place) {
        result<slots::slot> waited_for = co_await slots_.acquire(deadline, kind);
        if (waited_for.has_error()) co_return waited_for.error();
        place = std::move(*waited_for);
    }
    for (bool again = false;; again = true) {
        std::unique_ptr<http_connection> used = again ? nullptr : idle_.take();
        const bool is_fresh = used == nullptr;
        if (is_fresh) {
            result<std::unique_ptr<http_connection>> made = co_await connect_anew(deadline);
            if (made.has_error()) co_return made.error();
            used = std::move(*made);
        }
        if (!takes_turn_at_once(request)) {
            const result<duration> waited = co_await request.turn->wait();
            if (waited.has_error()) {
                keep(std::move(used));
                co_return waited.error();
            }
            deadline += *waited;
            // It may have died meanwhile; whatever is written to it might have been seen.
            if (!is_fresh && used->looks_dead()) continue;
        }
        result<http_response> answer = co_await used->exchange(request, deadline);
        const bool stale = !is_fresh && answer.has_error() && is_stale(answer.error());
        const bool harmless = stale && (is_repeatable(request) || !answer.error().sent);
        keep(std::move(used));
        if (!harmless) co_return answer;
    }
}

void http_pool::keep(std::unique_ptr<http_connection> connection) {
    const bool trusted = connection->facts().trust == trust_;
    if (trusted && connection->reusable()) idle_.keep(std::move(connection));
}

result<void> http_pool::reload_trust() {
    if (!settings_.where.tls) return {};
    result<std::shared_ptr<tls_trust>> made = tls_trust::make(settings_.ca_file);
    if (made.has_error()) return made.error();
    trust_ = std::move(*made);
    idle_.close_all();
    return {};
}

asio::awaitable<result<std::unique_ptr<http_connection>>> http_pool::connect_anew(
    steady_time deadline) {
    result<tcp_addresses> addresses = co_await resolver_.resolve(deadline);
    if (addresses.has_error()) co_return addresses.error();
    connect_options options;
    options.where = settings_.where;
    options.proxy = settings_.proxy;
    options.stagger = settings_.stagger;
    options.addresses = std::move(*addresses);
    options.trust = trust_;
    options.limits = settings_.limits;
    ++connects_;
    result<std::unique_ptr<http_connection>> made =
        co_await connect(executor_, std::move(options), deadline);
    if (made.has_error()) {
        resolver_.distrust();
        co_return made;
    }
    resolver_.prefer((*made)->facts().address);
    if (settings_.connected) settings_.connected((*made)->facts().resumed);
    co_return made;
}

}  // namespace rolloutd::api
