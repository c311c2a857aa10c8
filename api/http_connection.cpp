#include "api/http_connection.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
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

namespace rolloutd::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

class tls_trust {
public:
    asio::ssl::context context{asio::ssl::context::tls_client};
};

namespace {

constexpr auto tuple_token = asio::as_tuple(asio::use_awaitable);

using plain_stream = beast::tcp_stream;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;
using response_parser = http::response_parser<http::string_body>;

// A short word for people and metrics; the peer's own words follow in the detail.
std::string short_code(const error_code& error) {
    if (error == beast::error::timeout || error == asio::error::timed_out) return "timeout";
    if (error == asio::error::connection_refused) return "refused_connection";
    if (error == asio::error::connection_reset || error == asio::error::broken_pipe) return "reset";
    if (error == http::error::end_of_stream || error == asio::error::eof) return "closed";
    if (error == http::error::partial_message || error == asio::ssl::error::stream_truncated)
        return "truncated";
    if (error == http::error::body_limit) return "body_too_large";
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
        return "header_too_large";
    if (error.category() == asio::error::get_ssl_category()) return "tls";
    if (error.category() == http::make_error_code(http::error::bad_version).category())
        return "not_http";
    return "network";
}

failure to_failure(const error_code& error, const std::string& doing, bool sent) {
    const std::string code = short_code(error);
    const bool content =
        code == "body_too_large" || code == "header_too_large" || code == "not_http";
    failure what(content ? origin::content : origin::network, code, doing + ": " + error.message());
    what.sent = sent;
    return what;
}

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

template <class Stream>
class stream_connection final : public http_connection {
public:
    stream_connection(Stream stream, connect_options options)
        : stream_(std::move(stream)), options_(std::move(options)) {}

    // Connects and shakes hands; called once.
    asio::awaitable<result<void>> open(steady_time deadline) {
        lowest().expires_at(deadline);
        auto [error, used] = co_await lowest().async_connect(options_.addresses, tuple_token);
        co_await throw_if_cancelled();
        if (error) co_return to_failure(error, "connect to " + host_header(options_.where), false);
        lowest().socket().set_option(asio::ip::tcp::no_delay(true), error);
        if constexpr (std::is_same_v<Stream, tls_stream>) {
            result<void> shaken = co_await shake_hands();
            if (shaken.has_error()) co_return shaken;
        }
        lowest().expires_never();
        co_return result<void>();
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

    bool looks_dead() const override {
        char byte = 0;
        auto& socket = beast::get_lowest_layer(const_cast<Stream&>(stream_)).socket();
        const ssize_t got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (got < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
        // TLS 1.3 may bring a session ticket at any time; on a plain connection any byte is one too
        // many.
        return got == 0 || std::is_same_v<Stream, plain_stream>;
    }

private:
    beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

    asio::awaitable<result<void>> shake_hands() {
        const std::string doing = "TLS handshake with " + host_header(options_.where);
        auto [error] =
            co_await stream_.async_handshake(asio::ssl::stream_base::client, tuple_token);
        co_await throw_if_cancelled();
        if (!error) co_return result<void>();
        failure what = to_failure(error, doing, false);
        if (what.code == "truncated" || what.code == "closed") what.code = "tls";
        const long verdict = SSL_get_verify_result(stream_.native_handle());
        if (verdict != X509_V_OK)
            what.detail += std::string(": ") + X509_verify_cert_error_string(verdict);
        co_return what;
    }

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
            co_return take_response(parser);
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
    beast::flat_buffer
        buffer_;  // holds what was read past a message, hence lives beside the stream
    bool reusable_ = false;
};

// Lets the certificate's name be checked, and tells the server which one is meant (SNI knows no
// addresses).
error_code name_peer(tls_stream& stream, const std::string& host) {
    error_code error;
    stream.set_verify_callback(asio::ssl::host_name_verification(host), error);
    if (error) return error;
    error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (!not_an_address) return error;
    // What the macro SSL_set_tlsext_host_name does, without its C casts.
    void* const name = const_cast<char*>(host.c_str());
    const long named = SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                TLSEXT_NAMETYPE_host_name, name);
    if (named != 1)
        error.assign(static_cast<int>(ERR_get_error()), asio::error::get_ssl_category());
    return error;
}

}  // namespace

result<std::shared_ptr<tls_trust>> make_tls_trust(const std::string& ca_file) {
    auto trust = std::make_shared<tls_trust>();
    error_code error;
    trust->context.set_verify_mode(asio::ssl::verify_peer, error);
    SSL_CTX_set_min_proto_version(trust->context.native_handle(), TLS1_2_VERSION);
    if (!error && ca_file.empty()) trust->context.set_default_verify_paths(error);
    if (!error && !ca_file.empty()) trust->context.load_verify_file(ca_file, error);
    if (error)
        return failure(origin::content, "bad_ca_file",
                       (ca_file.empty() ? "the system's certificate store" : ca_file) + ": " +
                           error.message());
    return trust;
}

asio::awaitable<result<std::unique_ptr<http_connection>>> connect(asio::any_io_executor executor,
                                                                  connect_options options,
                                                                  steady_time deadline) {
    if (!options.where.tls) {
        plain_stream stream(executor);
        auto plain = std::make_unique<stream_connection<plain_stream>>(std::move(stream), options);
        result<void> opened = co_await plain->open(deadline);
        if (opened.has_error()) co_return opened.error();
        co_return std::unique_ptr<http_connection>(std::move(plain));
    }
    tls_stream stream(executor, options.trust->context);
    const error_code error = name_peer(stream, options.where.host);
    if (error) co_return failure(origin::network, "tls", "prepare TLS: " + error.message());
    auto secure = std::make_unique<stream_connection<tls_stream>>(std::move(stream), options);
    result<void> opened = co_await secure->open(deadline);
    if (opened.has_error()) co_return opened.error();
    co_return std::unique_ptr<http_connection>(std::move(secure));
}

}  // namespace rolloutd::api
