#include "api/http_connection.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <type_traits>

#include "api/cancellation.h"
#include "api/connection_failure.h"
#include "api/tls_trust.h"

namespace rolloutd::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr auto tuple_token = asio::as_tuple(asio::use_awaitable);

using plain_stream = beast::tcp_stream;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;
using response_parser = http::response_parser<http::string_body>;

// What a proxy may say before the tunnel is open.
constexpr std::size_t most_tunnel_head = std::size_t{16} * 1024;

// Beast bounds headers and bodies, but not what a chunk's line says besides its size: that grows in
// the buffer, which is the bound for it.
constexpr std::size_t least_buffer = std::size_t{16} * 1024;

// What the parser holds, moved out of Beast's types.
http_response take_response(response_parser& parser) {
    http_response answer;
    auto message = parser.release();
    answer.status = static_cast<int>(message.result_int());
    for (const auto& field : message)
        answer.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    answer.body = std::move(message.body());
    return answer;
}

// A body that was compressed without being asked for cannot be read. What is no success keeps its
// meaning without its body.
std::optional<failure> encoding_problem(const http_response& answer) {
    const std::string_view encoding = find_header(answer, "Content-Encoding");
    if (encoding.empty() || encoding == "identity" || answer.status >= 300) return std::nullopt;
    failure what(origin::content, "compressed",
                 "the answer is compressed (Content-Encoding: " +
                     std::string(encoding.substr(0, 32)) + "), which was not asked for");
    what.http_status = answer.status;
    what.sent = true;
    return what;
}

template <class Stream>
class stream_connection final : public http_connection {
public:
    stream_connection(Stream stream, connect_options options)
        : stream_(std::move(stream)),
          options_(std::move(options)),
          buffer_(std::max<std::size_t>(options_.limits.header_bytes + 1024, least_buffer)) {
        error_code gone;
        facts_.address = lowest().socket().remote_endpoint(gone);
        facts_.trust = options_.trust;
    }

    ~stream_connection() override {
        if constexpr (std::is_same_v<Stream, tls_stream>) end_quietly(stream_.native_handle());
    }

    // Called once, before all else.
    asio::awaitable<result<void>> shake_hands(steady_time deadline) {
        const std::string doing = "TLS handshake with " + host_header(options_.where);
        lowest().expires_at(deadline);
        auto [error] =
            co_await stream_.async_handshake(asio::ssl::stream_base::client, tuple_token);
        co_await throw_if_cancelled();
        lowest().expires_never();
        facts_.resumed = !error && SSL_session_reused(stream_.native_handle()) == 1;
        if (!error) co_return result<void>();
        options_.trust->forget(options_.where);
        failure what = to_failure(error, doing, false);
        if (what.code == "truncated" || what.code == "closed") what.code = "tls";
        const std::string problem = verification_problem(stream_.native_handle());
        if (!problem.empty()) what.detail += ": " + problem;
        co_return what;
    }

    asio::awaitable<result<http_response>> exchange(const http_request& request,
                                                    steady_time deadline) override {
        reusable_ = false;
        result<std::string> head = request_head(options_.where, request);
        if (head.has_error()) co_return head.error();
        lowest().expires_at(deadline);
        // From here to the first byte nothing is suspended: what the check says is still true then.
        const std::optional<failure> refused = ask_check(request);
        if (refused) co_return *refused;
        result<void> wrote = co_await write(*head + request.body);
        if (wrote.has_error()) co_return wrote.error();
        result<http_response> answer = co_await read();
        if (answer.has_error()) co_return answer;
        lowest().expires_never();
        co_return answer;
    }

    bool reusable() const override { return reusable_; }

    const connection_facts& facts() const override { return facts_; }

    // What lies unread was not asked for: it would be taken for the next request's answer. With TLS
    // 1.3 it may be a session ticket that came late; then a connection is given up for nothing.
    bool looks_dead() const override {
        char byte = 0;
        Stream& stream = const_cast<Stream&>(stream_);
        auto& socket = beast::get_lowest_layer(stream).socket();
        const ssize_t got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return true;
        if constexpr (std::is_same_v<Stream, tls_stream>)
            return has_unread_records(stream.native_handle());
        return false;
    }

private:
    beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

    asio::awaitable<result<void>> write(std::string bytes) {
        const auto whole = asio::buffer(bytes);
        auto [error, count] = co_await asio::async_write(stream_, whole, tuple_token);
        co_await throw_if_cancelled();
        if (!error) co_return result<void>();
        // How much of a TLS record left is not told, so it is taken as sent.
        const bool sent = count > 0 || std::is_same_v<Stream, tls_stream>;
        co_return to_failure(error, "send to " + host_header(options_.where), sent);
    }

    asio::awaitable<result<http_response>> read() {
        // Interim answers (1xx) precede the real one; nobody sends more than a few.
        for (int interim = 0; interim < 4; ++interim) {
            response_parser parser;
            parser.header_limit(options_.limits.header_bytes);
            parser.body_limit(options_.limits.body_bytes);
            // The parser itself is handed in: with parser.get() its limits would not hold.
            auto [error, count] = co_await http::async_read(stream_, buffer_, parser, tuple_token);
            co_await throw_if_cancelled();
            if (error) co_return read_failure(error, parser.got_some());
            const int status = static_cast<int>(parser.get().result_int());
            if (status == 101) break;
            if (status < 200) continue;
            // Bytes after the answer belong to nothing: such a connection is not used again.
            reusable_ = parser.get().keep_alive() && buffer_.size() == 0;
            http_response answer = take_response(parser);
            if (auto problem = encoding_problem(answer)) co_return std::move(*problem);
            co_return answer;
        }
        failure odd(origin::content, "not_http", "the peer keeps sending interim answers");
        odd.sent = true;
        co_return odd;
    }

    failure read_failure(const error_code& error, bool begun) {
        failure what = to_failure(error, "answer of " + host_header(options_.where), true);
        // "closed" means that not one byte of an answer came: the pool takes a reused connection
        // for stale.
        if (begun && (what.code == "closed" || what.code == "reset")) what.code = "truncated";
        if (!begun && what.code == "truncated") what.code = "closed";
        return what;
    }

    Stream stream_;
    connect_options options_;
    connection_facts facts_;
    beast::flat_buffer
        buffer_;  // holds what was read past a message, hence lives beside the stream
    bool reusable_ = false;
};

failure proxy_failure(const proxy_address& proxy, const std::string& what) {
    return {origin::network, "proxy", "the proxy " + to_text(proxy) + " " + what};
}

// What follows on the stream is the cloud's. `options` must live until it returns.
asio::awaitable<result<void>> open_tunnel(plain_stream& stream, const connect_options& options,
                                          steady_time deadline) {
    stream.expires_at(deadline);
    const std::string request = tunnel_request(options.where);
    const auto whole = asio::buffer(request);
    auto [unsent, count] = co_await asio::async_write(stream, whole, tuple_token);
    co_await throw_if_cancelled();
    if (unsent) co_return proxy_failure(*options.proxy, "cannot be asked: " + unsent.message());
    std::string head;
    auto into = asio::dynamic_buffer(head, most_tunnel_head);
    auto [unread, size] = co_await asio::async_read_until(stream, into, "\r\n\r\n", tuple_token);
    co_await throw_if_cancelled();
    if (unread == beast::error::timeout)
        co_return to_failure(unread, "the proxy " + to_text(*options.proxy), false);
    if (unread == asio::error::not_found)
        co_return proxy_failure(
            *options.proxy,
            "does not answer as a proxy: " + tunnel_refusal(head).value_or("endless headers"));
    if (unread) co_return proxy_failure(*options.proxy, "gives no answer: " + unread.message());
    if (const auto refusal = tunnel_refusal(head))
        co_return proxy_failure(*options.proxy,
                                "opens no way to " + host_header(options.where) + ": " + *refusal);
    // The cloud speaks second: such bytes are the proxy's own.
    if (head.size() > size) co_return proxy_failure(*options.proxy, "says more than it was asked");
    stream.expires_never();
    co_return result<void>();
}

// The connection takes a reference to OpenSSL's context, not to Asio's wrapper of it.
asio::ssl::context borrowed_context(const tls_trust& trust) {
    SSL_CTX_up_ref(trust.context());
    return asio::ssl::context(trust.context());
}

}  // namespace

asio::awaitable<result<std::unique_ptr<http_connection>>> connect(asio::any_io_executor executor,
                                                                  connect_options options,
                                                                  steady_time deadline) {
    race_rules rules;
    rules.stagger = options.stagger;
    rules.deadline = deadline;
    auto raced = co_await connect_first(executor, options.addresses, rules);
    if (raced.has_error()) {
        failure lost = raced.error();
        lost.detail =
            "connect to " +
            (options.proxy ? "the proxy " + to_text(*options.proxy) : host_header(options.where)) +
            ": " + lost.detail;
        co_return lost;
    }
    plain_stream bottom(std::move(**raced));
    if (!options.where.tls)
        co_return std::unique_ptr<http_connection>(
            std::make_unique<stream_connection<plain_stream>>(std::move(bottom), options));
    if (options.proxy) {
        const result<void> opened = co_await open_tunnel(bottom, options, deadline);
        if (opened.has_error()) co_return opened.error();
    }
    asio::ssl::context context = borrowed_context(*options.trust);
    tls_stream stream(std::move(bottom), context);
    const result<void> prepared = options.trust->prepare(stream.native_handle(), options.where);
    if (prepared.has_error()) co_return prepared.error();
    auto secure = std::make_unique<stream_connection<tls_stream>>(std::move(stream), options);
    const result<void> shaken = co_await secure->shake_hands(deadline);
    if (shaken.has_error()) co_return shaken.error();
    co_return std::unique_ptr<http_connection>(std::move(secure));
}

}  // namespace rolloutd::api
