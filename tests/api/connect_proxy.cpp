#include "tests/api/connect_proxy.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace rolloutd::api::test {

namespace asio = boost::asio;
using asio::ip::tcp;

struct connect_proxy::state {
    state(asio::io_context& loop, std::uint16_t port)
        : acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          never(loop),
          to(asio::ip::address_v4::loopback(), port) {
        never.expires_at(asio::steady_timer::time_point::max());
    }
    tcp::acceptor acceptor;
    asio::steady_timer never;
    tcp::endpoint to;
    std::optional<std::string> refusal;
    bool close = false;
    std::vector<std::string> requests;
};

namespace {

constexpr auto proxy_token = asio::as_tuple(asio::use_awaitable);
using shared_socket = std::shared_ptr<tcp::socket>;

// Either end closes both, as a cut does.
asio::awaitable<void> pass_on(shared_socket from, shared_socket to) {
    std::array<char, 16384> bytes{};
    const auto room = asio::buffer(bytes);
    boost::system::error_code ignored;
    for (;;) {
        auto [error, count] = co_await from->async_read_some(room, proxy_token);
        if (error) break;
        const auto got = asio::buffer(bytes.data(), count);
        auto [unsent, sent] = co_await asio::async_write(*to, got, proxy_token);
        if (unsent) break;
    }
    to->shutdown(tcp::socket::shutdown_both, ignored);
    from->shutdown(tcp::socket::shutdown_both, ignored);
}

template <class State>
asio::awaitable<void> serve(State me, shared_socket client) {
    std::string head;
    auto into = asio::dynamic_buffer(head);
    auto [error, size] = co_await asio::async_read_until(*client, into, "\r\n\r\n", proxy_token);
    if (error) co_return;
    me->requests.push_back(head);
    const bool open = !me->refusal;
    const std::string answer = me->refusal.value_or("HTTP/1.1 200 Connection established\r\n\r\n");
    const auto server = std::make_shared<tcp::socket>(client->get_executor());
    if (open) {
        auto [unreached] = co_await server->async_connect(me->to, proxy_token);
        if (unreached) co_return;
    }
    const auto bytes = asio::buffer(answer);
    co_await asio::async_write(*client, bytes, proxy_token);
    if (!open && !me->close) co_await me->never.async_wait(proxy_token);
    if (!open) co_return;
    const auto ended = [](std::exception_ptr) {};
    asio::co_spawn(client->get_executor(), pass_on(server, client), ended);
    co_await pass_on(client, server);
}

template <class State>
asio::awaitable<void> accept(State me) {
    for (;;) {
        auto [error, socket] = co_await me->acceptor.async_accept(proxy_token);
        if (error) co_return;
        const auto client = std::make_shared<tcp::socket>(std::move(socket));
        const auto ended = [](std::exception_ptr) {};
        asio::co_spawn(me->acceptor.get_executor(), serve(me, client), ended);
    }
}

}  // namespace

connect_proxy::connect_proxy(asio::io_context& loop, std::uint16_t to_port)
    : state_(std::make_shared<state>(loop, to_port)) {
    asio::co_spawn(loop, accept(state_), [](std::exception_ptr) {});
}

connect_proxy::~connect_proxy() {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    state_->never.cancel();
}

void connect_proxy::refuse(std::string bytes, bool close) {
    state_->refusal = std::move(bytes);
    state_->close = close;
}

proxy_address connect_proxy::where() const {
    proxy_address place;
    place.host = "127.0.0.1";
    place.port = state_->acceptor.local_endpoint().port();
    return place;
}

const std::vector<std::string>& connect_proxy::requests() const { return state_->requests; }

}  // namespace rolloutd::api::test
