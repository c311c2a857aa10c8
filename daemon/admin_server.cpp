#include "daemon/admin_server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <list>
#include <utility>

#include "api/task_group.h"
#include "daemon/local_socket.h"

namespace rolloutd::daemon {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using local = asio::local::stream_protocol;
using tcp = asio::ip::tcp;

namespace {

constexpr auto tuple_token = asio::as_tuple(asio::use_awaitable);

// A connection is closed after so many requests, so that none is held for ever.
constexpr int most_requests = 1000;

template <class Protocol>
using stream_of =
    beast::basic_stream<Protocol, asio::any_io_executor, beast::unlimited_rate_policy>;

using request_parser = http::request_parser<http::string_body>;
using response = http::response<http::string_body>;

response to_response(admin_page page, unsigned version, bool keep_alive, bool head) {
    response answer(static_cast<http::status>(page.status), version);
    answer.set(http::field::content_type, page.type);
    answer.set(http::field::cache_control, "no-store");
    answer.set("X-Content-Type-Options", "nosniff");
    if (page.status == 405) answer.set(http::field::allow, "GET, HEAD");
    answer.keep_alive(keep_alive);
    answer.content_length(page.body.size());
    if (!head) answer.body() = std::move(page.body);
    return answer;
}

admin_request request_of(const http::request<http::string_body>& got, admin_request who) {
    who.method = std::string(got.method_string());
    if (got.method() == http::verb::head) who.method = "GET";
    const std::string_view target(got.target().data(), got.target().size());
    who.path = std::string(target.substr(0, target.find('?')));
    who.body = got.body();
    return who;
}

// What a client gets whose request could not be read; nullopt when it has simply gone.
std::optional<admin_page> page_for(const error_code& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
        return error_page(431, "header-too-large", "the request's header is too large");
    if (error == http::error::body_limit)
        return error_page(413, "body-too-large", "the request's body is too large");
    if (error == http::error::end_of_stream || error == http::error::partial_message)
        return std::nullopt;
    if (error.category() == http::make_error_code(http::error::bad_version).category())
        return error_page(400, "not-http", "this is not an HTTP/1.1 request");
    return std::nullopt;
}

// One of the two ways in, with its own count: whoever fills the address must not shut out a freeze.
struct door {
    std::size_t open = 0;
    // Closes a connection of which no (further) whole request has come; the one that waits for
    // longest is first.
    std::list<std::function<void()>> idle;
};

class guest {
public:
    explicit guest(door& at) : at_(at) { ++at_.open; }
    ~guest() { --at_.open; }
    guest(const guest&) = delete;
    guest& operator=(const guest&) = delete;

private:
    door& at_;
};

class idle_guest {
public:
    idle_guest(door& at, std::function<void()> close)
        : at_(at), place_(at.idle.insert(at.idle.end(), std::move(close))) {}
    ~idle_guest() { at_.idle.erase(place_); }
    idle_guest(const idle_guest&) = delete;
    idle_guest& operator=(const idle_guest&) = delete;

private:
    door& at_;
    std::list<std::function<void()>>::iterator place_;
};

}  // namespace

admin_page error_page(int status, std::string code, std::string message) {
    boost::json::object inner;
    inner["code"] = std::move(code);
    inner["message"] = std::move(message);
    boost::json::object outer;
    outer["error"] = std::move(inner);
    admin_page page;
    page.status = status;
    page.body = boost::json::serialize(outer) + "\n";
    return page;
}

struct admin_server::body {
    body(asio::any_io_executor executor, admin_pages& with, event_log& to, admin_limits bounds)
        : loop(executor),
          pages(with),
          log(to),
          limits(bounds),
          group(executor, [this](std::string_view name, std::exception_ptr) {
              log.error("admin_failed", {{"what", std::string(name)}});
          }) {}

    template <class Protocol>
    asio::awaitable<void> accept(typename Protocol::acceptor& from, bool trusted);
    template <class Protocol>
    asio::awaitable<void> serve(std::shared_ptr<stream_of<Protocol>> stream, admin_request who);
    template <class Protocol>
    asio::awaitable<void> refuse(stream_of<Protocol>& stream, error_code why);
    asio::awaitable<admin_page> answer_to(admin_request asked);

    asio::any_io_executor loop;
    admin_pages& pages;
    event_log& log;
    admin_limits limits;
    std::optional<local::acceptor> at_path;
    std::optional<tcp::acceptor> at_port;
    std::string path;
    door to_address;
    door to_socket;
    api::task_group group;
};

template <class Protocol>
asio::awaitable<void> admin_server::body::accept(typename Protocol::acceptor& from, bool trusted) {
    asio::steady_timer pause(loop);
    while (from.is_open()) {
        auto [error, socket] = co_await from.async_accept(tuple_token);
        if (error == asio::error::operation_aborted) co_return;
        if (error) {
            // Out of descriptors, most likely: wait until some are given back.
            pause.expires_after(std::chrono::milliseconds{100});
            co_await pause.async_wait(tuple_token);
            continue;
        }
        door& at = trusted ? to_socket : to_address;
        if (at.open >= limits.connections) {
            if (at.idle.empty()) continue;  // the new one closes here
            at.idle.front()();
        }
        admin_request who;
        who.local = trusted;
        if (trusted) {
            const std::optional<uid_t> uid = peer_uid(socket.native_handle());
            if (!uid) continue;
            who.uid = *uid;
        }
        auto stream = std::make_shared<stream_of<Protocol>>(std::move(socket));
        group.spawn("admin connection", serve<Protocol>(std::move(stream), std::move(who)));
    }
}

template <class Protocol>
asio::awaitable<void> admin_server::body::serve(std::shared_ptr<stream_of<Protocol>> stream,
                                                admin_request who) {
    door& at = who.local ? to_socket : to_address;
    const guest here(at);
    beast::flat_buffer buffer(limits.header_bytes + limits.body_bytes);
    for (int served = 0; served < most_requests; ++served) {
        request_parser parser;
        parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
        parser.body_limit(limits.body_bytes);
        stream->expires_after(std::chrono::seconds{limits.seconds});
        std::optional<idle_guest> waits;
        waits.emplace(at, [&stream] { stream->close(); });
        auto [error, read] = co_await http::async_read(*stream, buffer, parser, tuple_token);
        waits.reset();
        if (error) {
            co_await refuse<Protocol>(*stream, error);
            break;
        }
        const auto& got = parser.get();
        const bool head = got.method() == http::verb::head;
        const unsigned version = got.version();
        const bool keeps = got.keep_alive();
        admin_request asked = request_of(got, who);
        admin_page page = co_await answer_to(std::move(asked));
        response answer = to_response(std::move(page), version, keeps, head);
        stream->expires_after(std::chrono::seconds{limits.seconds});
        auto [failed, written] = co_await http::async_write(*stream, answer, tuple_token);
        if (failed || !answer.keep_alive()) break;
    }
    error_code ignored;
    stream->socket().shutdown(asio::socket_base::shutdown_both, ignored);
}

template <class Protocol>
asio::awaitable<void> admin_server::body::refuse(stream_of<Protocol>& stream, error_code why) {
    std::optional<admin_page> page = page_for(why);
    if (!page) co_return;
    response answer = to_response(std::move(*page), 11, false, false);
    stream.expires_after(std::chrono::seconds{limits.seconds});
    co_await http::async_write(stream, answer, tuple_token);
}

asio::awaitable<admin_page> admin_server::body::answer_to(admin_request asked) {
    const bool reads = asked.method == "GET";
    if (reads) co_return pages.answer(asked);
    if (!asked.local) {
        co_return error_page(405, "method-not-allowed",
                             "this address serves only GET: acting needs the unix socket");
    }
    admin_page page = co_await pages.act(std::move(asked));
    co_return page;
}

admin_server::admin_server(asio::any_io_executor loop, admin_pages& pages, event_log& log,
                           const admin_limits& limits)
    : body_(std::make_unique<body>(std::move(loop), pages, log, limits)) {}

admin_server::~admin_server() = default;

std::optional<std::string> admin_server::listen_local(const std::string& path,
                                                      const std::string& group) {
    if (auto wrong = prepare_socket_path(path)) return wrong;
    error_code error;
    local::acceptor made(body_->loop);
    made.open(local(), error);
    // The mode must be right from the first moment on.
    const mode_t before = ::umask(0117);
    if (!error) made.bind(local::endpoint(path), error);
    ::umask(before);
    if (error) return "cannot listen on " + path + ": " + error.message();
    if (auto wrong = restrict_socket(path, group)) return wrong;
    made.listen(asio::socket_base::max_listen_connections, error);
    if (error) return "cannot listen on " + path + ": " + error.message();
    body_->path = path;
    body_->at_path.emplace(std::move(made));
    body_->group.spawn("admin socket", body_->accept<local>(*body_->at_path, true));
    return std::nullopt;
}

std::optional<std::string> admin_server::adopt_local(int socket) {
    error_code error;
    local::acceptor given(body_->loop);
    given.assign(local(), socket, error);
    if (error) {
        ::close(socket);
        return "cannot serve the socket that systemd has made: " + error.message();
    }
    body_->at_path.emplace(std::move(given));
    body_->group.spawn("admin socket", body_->accept<local>(*body_->at_path, true));
    return std::nullopt;
}

std::optional<std::string> admin_server::listen_tcp(const std::string& name, int port) {
    const std::string what = "cannot listen on " + name + ":" + std::to_string(port);
    error_code error;
    const asio::ip::address host =
        asio::ip::make_address(name == "localhost" ? "127.0.0.1" : name, error);
    if (error) return what + ": '" + name + "' is not an IP address";
    const tcp::endpoint where(host, static_cast<unsigned short>(port));
    tcp::acceptor made(body_->loop);
    made.open(where.protocol(), error);
    if (!error) made.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) made.bind(where, error);
    if (!error) made.listen(asio::socket_base::max_listen_connections, error);
    if (error) return what + ": " + error.message();
    body_->at_port.emplace(std::move(made));
    body_->group.spawn("admin address", body_->accept<tcp>(*body_->at_port, false));
    return std::nullopt;
}

unsigned short admin_server::tcp_port() const {
    if (!body_->at_port) return 0;
    error_code ignored;
    return body_->at_port->local_endpoint(ignored).port();
}

asio::awaitable<void> admin_server::stop() {
    error_code ignored;
    if (body_->at_path) body_->at_path->close(ignored);
    if (body_->at_port) body_->at_port->close(ignored);
    if (!body_->path.empty()) ::unlink(body_->path.c_str());
    body_->group.cancel();
    co_await body_->group.join();
}

}  // namespace rolloutd::daemon
