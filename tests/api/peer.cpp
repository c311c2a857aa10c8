#include "tests/api/peer.h"

#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <type_traits>

namespace rolloutd::api::test {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto tuple_token = asio::as_tuple(asio::use_awaitable);
using tls_stream = asio::ssl::stream<tcp::socket>;

std::size_t content_length(const std::string& head) {
    const std::string name = "Content-Length: ";
    const std::size_t at = head.find(name);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

// Closed by hand, as Asio's destructor forgets the linger option.
void reset(tcp::socket& socket) {
    socket.set_option(asio::socket_base::linger(true, 0));
    socket.close();
}

tcp::socket& socket_of(tcp::socket& stream) { return stream; }
tcp::socket& socket_of(tls_stream& stream) { return stream.next_layer(); }

}  // namespace

struct peer::state {
    explicit state(asio::io_context& loop)
        : acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          never(loop),
          released(loop) {
        never.expires_at(steady_time::max());
        released.expires_at(steady_time::max());
    }

    tcp::acceptor acceptor;
    asio::steady_timer never;
    asio::steady_timer released;
    asio::ssl::context tls{asio::ssl::context::tls_server};
    bool silent = false;
    bool held = false;
    std::deque<reply> replies;
    std::vector<std::string> requests;
    std::size_t connections = 0;
    std::size_t resumed = 0;
    std::size_t poured = 0;
    std::string greeting;
};

namespace {

template <class State, class Stream>
asio::awaitable<bool> read_request(State me, Stream& stream, std::string& buffer) {
    auto [error, size] = co_await asio::async_read_until(stream, asio::dynamic_buffer(buffer),
                                                         "\r\n\r\n", tuple_token);
    if (error) co_return false;
    const std::size_t whole = size + content_length(buffer.substr(0, size));
    if (buffer.size() < whole) {
        const std::size_t missing = whole - buffer.size();
        auto [body_error, got] = co_await asio::async_read(
            stream, asio::dynamic_buffer(buffer), asio::transfer_exactly(missing), tuple_token);
        if (body_error) co_return false;
    }
    me->requests.push_back(buffer.substr(0, whole));
    buffer.erase(0, whole);
    co_return true;
}

// Until the client closes.
template <class State, class Stream>
asio::awaitable<void> pour(State me, Stream& stream, reply what) {
    asio::steady_timer pause(stream.get_executor());
    const auto all = asio::buffer(what.endless);
    for (std::size_t at = 0;; at = (at + 1) % what.endless.size()) {
        const auto bytes = what.drip ? asio::buffer(what.endless.data() + at, 1) : all;
        auto [error, count] = co_await asio::async_write(stream, bytes, tuple_token);
        me->poured += count;
        if (error) co_return;
        if (!what.drip) continue;
        pause.expires_after(std::chrono::milliseconds(1));
        co_await pause.async_wait(tuple_token);
    }
}

template <class State, class Stream>
asio::awaitable<void> serve(State me, Stream stream) {
    ++me->connections;
    if (!me->greeting.empty()) {
        const auto hello = asio::buffer(me->greeting);
        co_await asio::async_write(socket_of(stream), hello, tuple_token);
    }
    if (me->silent) co_await me->never.async_wait(tuple_token);
    if constexpr (std::is_same_v<Stream, tls_stream>) {
        if (me->held) co_await me->released.async_wait(tuple_token);
        auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, tuple_token);
        if (error) co_return;
        if (SSL_session_reused(stream.native_handle()) == 1) ++me->resumed;
    }
    std::string buffer;
    for (;;) {
        const bool whole = co_await read_request(me, stream, buffer);
        if (!whole) co_return;
        if (me->held) co_await me->released.async_wait(tuple_token);
        reply next;
        next.after = then::hang;
        if (!me->replies.empty()) {
            next = me->replies.front();
            me->replies.pop_front();
        }
        const auto bytes = asio::buffer(next.bytes);
        co_await asio::async_write(stream, bytes, tuple_token);
        const auto second = asio::buffer(next.second);
        if (second.size() > 0) co_await asio::async_write(stream, second, tuple_token);
        if (!next.endless.empty()) {
            co_await pour(me, stream, next);
            co_return;
        }
        if (next.after == then::hang) co_await me->never.async_wait(tuple_token);
        if (next.after == then::reset) reset(socket_of(stream));
        // The socket is closed without TLS's good-bye, as many servers do it.
        if (next.after != then::keep) co_return;
    }
}

template <class State>
asio::awaitable<void> accept(State me, bool tls) {
    for (;;) {
        auto [error, socket] = co_await me->acceptor.async_accept(tuple_token);
        if (error) co_return;
        const auto executor = me->acceptor.get_executor();
        const auto ended = [](std::exception_ptr) {};
        if (tls) {
            tls_stream stream(std::move(socket), me->tls);
            asio::co_spawn(executor, serve(me, std::move(stream)), ended);
        } else {
            asio::co_spawn(executor, serve(me, std::move(socket)), ended);
        }
    }
}

}  // namespace

std::string ok(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

peer::peer(asio::io_context& loop, std::optional<key_pair> identity)
    : state_(std::make_shared<state>(loop)) {
    if (identity) become(*identity);
    asio::co_spawn(loop, accept(state_, identity.has_value()), [](std::exception_ptr) {});
}

peer::~peer() {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    state_->never.cancel();
    state_->released.cancel();
}

void peer::say(std::string bytes, then after) {
    state_->replies.push_back({std::move(bytes), after, "", false, ""});
}
void peer::say_twice(std::string bytes, std::string second) {
    state_->replies.push_back({std::move(bytes), then::keep, "", false, std::move(second)});
}
void peer::pour(std::string bytes, std::string endless) {
    state_->replies.push_back({std::move(bytes), then::close, std::move(endless), false, ""});
}
void peer::drip(std::string bytes, std::string endless) {
    state_->replies.push_back({std::move(bytes), then::close, std::move(endless), true, ""});
}
void peer::greet(std::string bytes) { state_->greeting = std::move(bytes); }
void peer::fall_silent() { state_->silent = true; }
void peer::hang_up() { state_->never.cancel(); }
void peer::hold() { state_->held = true; }
void peer::release() {
    state_->held = false;
    state_->released.cancel();
}

void peer::speak_at_most(int version) {
    SSL_CTX_set_max_proto_version(state_->tls.native_handle(), version);
}

// With other keys no ticket can be read any more.
void peer::forget_sessions() {
    std::array<unsigned char, 80> keys{};
    RAND_bytes(keys.data(), static_cast<int>(keys.size()));
    SSL_CTX_set_tlsext_ticket_keys(state_->tls.native_handle(), keys.data(), keys.size());
}

void peer::become(const key_pair& identity) {
    const auto as_buffer = [](const std::string& text) { return asio::buffer(text); };
    state_->tls.use_certificate_chain(as_buffer(identity.certificate));
    state_->tls.use_private_key(as_buffer(identity.key), asio::ssl::context::pem);
}

endpoint peer::where(std::string host) const {
    endpoint place;
    place.tls = false;
    place.host = std::move(host);
    place.port = state_->acceptor.local_endpoint().port();
    return place;
}

const std::vector<std::string>& peer::requests() const { return state_->requests; }
std::size_t peer::connections() const { return state_->connections; }
std::size_t peer::poured() const { return state_->poured; }
std::size_t peer::resumed() const { return state_->resumed; }

}  // namespace rolloutd::api::test
