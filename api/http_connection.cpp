#include "api/http_connection.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/read_size.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <type_traits>

#include "api/cancellation.h"
#include "api/connection_failure.h"
#include "api/response_parser.h"
#include "api/secret.h"
#include "api/socket_deadline.h"
#include "api/tls_trust.h"

namespace rolloutd::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr auto tuple_token = asio::as_tuple(asio::use_awaitable);

using plain_stream = asio::ip::tcp::socket;
using tls_stream = asio::ssl::stream<asio::ip::tcp::socket>;

// What a proxy may say before the tunnel is open.
constexpr std::size_t most_tunnel_head = std::size_t{16} * 1024;

// Beast bounds headers and bodies, but not what a chunk's line says besides its size: that grows in
// the buffer, which is the bound for it.
constexpr std::size_t least_buffer = std::size_t{16} * 1024;
constexpr std::size_t most_at_a_time = std::size_t{64} * 1024;

// Of a request over TLS that is written without a trip through the loop.
constexpr std::size_t most_at_once = std::size_t{4} * 1024;

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

// A request's head holds the token.
struct wiped_at_the_end {
    std::string& text;
    ~wiped_at_the_end() { wipe(text); }
};

template <class Stream>
class stream_connection final : public http_connection {
public:
    stream_connection(Stream stream, connect_options options)
        : stream_(std::move(stream)),
          options_(std::move(options)),
          host_(host_header(options_.where)),
          deadline_(std::make_shared<socket_deadline>(stream_.lowest_layer())),
          buffer_(std::max<std::size_t>(options_.limits.header_bytes + 1024, least_buffer)) {
        error_code gone;
        facts_.address = stream_.lowest_layer().remote_endpoint(gone);
        facts_.trust = options_.trust;
        // What fits into the socket's buffer is written without a trip through the loop.
        stream_.lowest_layer().non_blocking(true, gone);
    }

    ~stream_connection() override {
        if constexpr (is_tls) end_quietly(stream_.native_handle());
    }

    // Called once, before all else.
    asio::awaitable<result<void>> shake_hands(steady_time deadline) {
        const std::string doing = "TLS handshake with " + host_header(options_.where);
        deadline_->begin(deadline);
        auto [met] = co_await stream_.async_handshake(asio::ssl::stream_base::client, tuple_token);
        co_await throw_if_cancelled();
        const error_code error = deadline_->judged(met);
        deadline_->end();
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
        result<std::string> bytes = request_head(options_.where, host_, request);
        if (bytes.has_error()) co_return bytes.error();
        bytes->append(request.body);
        const wiped_at_the_end wiping{*bytes};
        deadline_->begin(deadline);
        // From here to the first byte nothing is suspended: what the check says is still true then.
        const std::optional<failure> refused = ask_check(request);
        if (refused) {
            deadline_->end();
            co_return *refused;
        }
        reusable_ = false;
        error_code error;
        std::size_t count = write_at_once(*bytes, error);
        // An answer to what has only just gone out whole is not there yet.
        bool may_be_there = count < bytes->size();
        if (!error && may_be_there) {
            const auto rest = asio::buffer(*bytes) + count;
            auto [met, more] = co_await asio::async_write(stream_, rest, tuple_token);
            co_await throw_if_cancelled();
            error = met;
            count += more;
        }
        // How much of a TLS record left is not told, so it is taken as sent.
        if (error) co_return write_failure(error, count > 0 || is_tls);
        // Interim answers (1xx) precede the real one; nobody sends more than a few.
        for (int interim = 0; interim < 4; ++interim) {
            response_parser parser(options_.limits);
            error = parsed(parser);
            while (error == http::error::need_more) {
                const std::size_t wanted = beast::read_size(buffer_, most_at_a_time);
                if (wanted == 0) {
                    error = http::error::buffer_overflow;
                    break;
                }
                const auto room = buffer_.prepare(wanted);
                arrival got;
                if constexpr (is_tls) {
                    if (may_be_there) got = read_at_once(room);
                    may_be_there = true;
                    while (got.met == asio::error::would_block) {
                        auto& socket = stream_.lowest_layer();
                        auto [met] = co_await socket.async_wait(socket.wait_read, tuple_token);
                        got = met ? arrival(met) : read_at_once(room);
                    }
                } else {
                    auto [met, more] = co_await stream_.async_read_some(room, tuple_token);
                    got = arrival(met, more);
                }
                const auto state = co_await asio::this_coro::cancellation_state;
                if (is_cancelled(state)) co_await throw_if_cancelled();
                buffer_.commit(got.count);
                error = got.met ? parser.ended(got.met) : parsed(parser);
            }
            if (error) co_return read_failure(error, parser);
            const int status = parser.status();
            if (status == 101) break;
            if (status < 200) continue;
            deadline_->end();
            co_return taken(parser);
        }
        failure odd(origin::content, "not_http", "the peer keeps sending interim answers");
        odd.sent = true;
        co_return odd;
    }

    bool reusable() const override { return reusable_; }

    const connection_facts& facts() const override { return facts_; }

    // What lies unread was not asked for: it would be taken for the next request's answer. With TLS
    // 1.3 it may be a session ticket that came late; then a connection is given up for nothing.
    bool looks_dead() const override {
        char byte = 0;
        Stream& stream = const_cast<Stream&>(stream_);
        const auto socket = stream.lowest_layer().native_handle();
        const ssize_t got = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return true;
        if constexpr (is_tls) return has_unread_records(stream.native_handle());
        return false;
    }

private:
    static constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

    // What one attempt to read has brought.
    struct arrival {
        error_code met = asio::error::would_block;
        std::size_t count = 0;
        arrival() = default;
        explicit arrival(error_code how, std::size_t bytes = 0) : met(how), count(bytes) {}
    };

    // Asio's own way to wait for what TLS brings takes longer than to decipher it.
    arrival read_at_once(const asio::mutable_buffer& room) {
        arrival got;
        got.met.clear();
        got.count = stream_.read_some(room, got.met);
        return got;
    }

    // How much of it went without waiting; an error other than that it would have to wait.
    std::size_t write_at_once(const std::string& bytes, error_code& error) {
        if constexpr (is_tls) {
            // A part of a TLS record that does not fit would be lost: this much fits wherever
            // nothing else waits to be sent, and the connection is given up if it should not.
            return bytes.size() > most_at_once ? 0 : stream_.write_some(asio::buffer(bytes), error);
        } else {
            const std::size_t count = stream_.write_some(asio::buffer(bytes), error);
            if (error == asio::error::would_block || error == asio::error::try_again) error.clear();
            return count;
        }
    }

    // Gives the parser what has been read: no error when the answer is whole. What has passed is
    // wiped, as IAM's answers hold a token.
    error_code parsed(response_parser& parser) {
        error_code error = http::error::need_more;
        while (buffer_.size() > 0) {
            const auto unread = buffer_.data();
            const std::size_t taken = parser.put(unread, error);
            overwrite(unread.data(), taken);
            buffer_.consume(taken);
            if (error || parser.is_done()) return error;
            error = http::error::need_more;
        }
        return error;
    }

    result<http_response> taken(response_parser& parser) {
        // Bytes after the answer belong to nothing: such a connection is not used again.
        const bool usable = parser.keep_alive() && buffer_.size() == 0;
        http_response answer = parser.take();
        if (auto problem = encoding_problem(answer)) return std::move(*problem);
        reusable_ = usable;
        return answer;
    }

    failure write_failure(const error_code& met, bool sent) {
        return to_failure(deadline_->judged(met), "send to " + host_header(options_.where), sent);
    }

    failure read_failure(const error_code& error, const response_parser& parser) {
        const bool begun = parser.got_some();
        failure what =
            to_failure(deadline_->judged(error), "answer of " + host_header(options_.where), true);
        // "closed" means that not one byte of an answer came: the pool takes a reused connection
        // for stale.
        if (begun && (what.code == "closed" || what.code == "reset")) what.code = "truncated";
        if (!begun && what.code == "truncated") what.code = "closed";
        // The status stands before the body that nobody wants to read to its end.
        if (what.code == "body_too_large") what.http_status = parser.status();
        return what;
    }

    Stream stream_;
    connect_options options_;
    std::string host_;
    connection_facts facts_;
    std::shared_ptr<socket_deadline> deadline_;
    // Holds what was read past a message, hence lives beside the stream.
    beast::flat_buffer buffer_;
    bool reusable_ = true;  // nothing was written to it, or its last answer is whole
};

failure proxy_failure(const proxy_address& proxy, const std::string& what) {
    return {origin::network, "proxy", "the proxy " + to_text(proxy) + " " + what};
}

// What follows on the stream is the cloud's. `options` must live until it returns.
asio::awaitable<result<void>> open_tunnel(beast::tcp_stream& stream, const connect_options& options,
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
    if (!options.where.tls)
        co_return std::unique_ptr<http_connection>(
            std::make_unique<stream_connection<plain_stream>>(std::move(**raced), options));
    beast::tcp_stream bottom(std::move(**raced));
    if (options.proxy) {
        const result<void> opened = co_await open_tunnel(bottom, options, deadline);
        if (opened.has_error()) co_return opened.error();
    }
    asio::ssl::context context = borrowed_context(*options.trust);
    tls_stream stream(bottom.release_socket(), context);
    const result<void> prepared = options.trust->prepare(stream.native_handle(), options.where);
    if (prepared.has_error()) co_return prepared.error();
    auto secure = std::make_unique<stream_connection<tls_stream>>(std::move(stream), options);
    const result<void> shaken = co_await secure->shake_hands(deadline);
    if (shaken.has_error()) co_return shaken.error();
    co_return std::unique_ptr<http_connection>(std::move(secure));
}

}  // namespace rolloutd::api
