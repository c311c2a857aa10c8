#include "tests/simulator/server.h"

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <utility>

#include "tests/simulator/answers.h"

namespace coc_sim {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using plain_stream = beast::tcp_stream;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;
using message_in = http::request<http::string_body>;
using message_out = http::response<http::string_body>;
using parser_in = http::request_parser<http::string_body>;

constexpr std::uint32_t header_limit = 64 * 1024;  // tokens are kilobytes long
constexpr std::uint64_t body_limit =
    12 * 1024 * 1024;  // the gateway's own (reference/coc-api.md §4.3)
constexpr std::chrono::minutes idle_limit{10};
constexpr std::chrono::minutes write_limit{2};
constexpr std::chrono::minutes hang_limit{60};

sim_time wall_clock() { return std::chrono::floor<sim_duration>(std::chrono::system_clock::now()); }

std::string text_of(beast::string_view from) { return std::string(from.data(), from.size()); }

request to_request(const message_in& message, std::uint64_t connection) {
    request made;
    made.method = text_of(message.method_string());
    made.target = text_of(message.target());
    made.body = message.body();
    made.connection = connection;
    for (const auto& field : message) {
        std::string name = text_of(field.name_string());
        for (char& c : name)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (name != "x-auth-token") made.all_headers.emplace_back(name, text_of(field.value()));
        if (name == "x-auth-token") made.token = text_of(field.value());
        if (name == "authorization") made.signed_request = true;
        if (name == "content-type" || name == "user-agent" || name == "x-project-id" ||
            name == "x-language" || name == "accept" || name == "host" || name == "connection")
            made.headers[name] = text_of(field.value());
    }
    return made;
}

message_out to_message(const reply& answer, const message_in& asked) {
    message_out made{static_cast<http::status>(answer.status), asked.version()};
    made.set(http::field::server, "coc-sim");
    made.set(http::field::content_type, answer.content_type);
    made.set("X-Request-Id", answer.request_id);
    if (!answer.subject_token.empty()) made.set("X-Subject-Token", answer.subject_token);
    made.keep_alive(asked.keep_alive());
    made.body() = answer.body;
    made.prepare_payload();
    return made;
}

// The whole message's bytes with half of its body: what a peer that dies while it answers leaves
// behind.
std::string half_of(const message_out& whole) {
    std::string bytes = "HTTP/1.1 " + std::to_string(whole.result_int()) + " OK\r\n";
    for (const auto& field : whole)
        bytes += text_of(field.name_string()) + ": " + text_of(field.value()) + "\r\n";
    return bytes + "\r\n" + whole.body().substr(0, whole.body().size() / 2);
}

tcp::socket& socket_of(plain_stream& stream) { return stream.socket(); }
tcp::socket& socket_of(tls_stream& stream) { return stream.next_layer().socket(); }

// Closing with linger 0 makes the kernel send RST instead of FIN.
template <typename Stream>
void reset(Stream& stream) {
    boost::system::error_code ignored;
    socket_of(stream).set_option(asio::socket_base::linger(true, 0), ignored);
    socket_of(stream).close(ignored);
}

}  // namespace

class server::implementation {
public:
    implementation(const server_options& options, scenario played, cloud_settings settings,
                   request_log log)
        : options_(options),
          start_wall_(wall_clock()),
          start_steady_(std::chrono::steady_clock::now()),
          cloud_(std::move(played), start_wall_, std::move(settings)),
          log_(std::move(log)),
          acceptor_(io_),
          signals_(io_) {
        if (!options_.tls_cert.empty()) use_tls();
        const tcp::endpoint where(asio::ip::make_address_v4(options_.address), options_.port);
        acceptor_.open(where.protocol());
        acceptor_.set_option(asio::socket_base::reuse_address(true));
        acceptor_.bind(where);
        acceptor_.listen();
        port_ = acceptor_.local_endpoint().port();
        if (options_.stop_on_signals) {
            signals_.add(SIGTERM);
            signals_.add(SIGINT);
            signals_.async_wait([this](boost::system::error_code failure, int) {
                if (!failure) io_.stop();
            });
        }
    }

    void run() {
        spawn(accept_all());
        io_.run();
    }

    asio::io_context& context() { return io_; }
    std::uint16_t port() const { return port_; }
    const server_options& options() const { return options_; }

private:
    void use_tls() {
        tls_.emplace(asio::ssl::context::tls_server);
        tls_->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
        tls_->use_certificate_chain_file(options_.tls_cert);
        tls_->use_private_key_file(options_.tls_key, asio::ssl::context::pem);
    }

    // A connection that ends by an error is the peer's affair or a fault's; anything else is a bug
    // to show.
    void spawn(asio::awaitable<void> task) {
        asio::co_spawn(io_, std::move(task), [](const std::exception_ptr& failure) {
            try {
                if (failure) std::rethrow_exception(failure);
            } catch (const boost::system::system_error&) {
            } catch (const std::exception& unexpected) {
                std::fprintf(stderr, "coc-sim: %s\n", unexpected.what());
            }
        });
    }

    asio::awaitable<void> accept_all() {
        for (;;) {
            boost::system::error_code failure;
            auto token = asio::redirect_error(asio::use_awaitable, failure);
            tcp::socket socket = co_await acceptor_.async_accept(token);
            if (failure) {
                // Out of descriptors, most likely: give the connections time to end.
                asio::steady_timer pause(io_, std::chrono::milliseconds(100));
                co_await pause.async_wait(asio::use_awaitable);
                continue;
            }
            boost::system::error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            ++connections_;
            if (tls_)
                spawn(serve_tls(std::move(socket), connections_));
            else
                spawn(serve_plain(std::move(socket), connections_));
        }
    }

    asio::awaitable<void> serve_plain(tcp::socket socket, std::uint64_t number) {
        plain_stream stream(std::move(socket));
        co_await serve(stream, stream, number);
    }

    asio::awaitable<void> serve_tls(tcp::socket socket, std::uint64_t number) {
        tls_stream stream(std::move(socket), *tls_);
        stream.next_layer().expires_after(std::chrono::seconds(30));
        co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
        co_await serve(stream, stream.next_layer(), number);
    }

    template <typename Stream>
    asio::awaitable<void> serve(Stream& stream, beast::tcp_stream& lowest, std::uint64_t number) {
        beast::flat_buffer buffer;
        for (;;) {
            parser_in parser;
            parser.header_limit(header_limit);
            parser.body_limit(body_limit);
            lowest.expires_after(idle_limit);
            co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
            const message_in& message = parser.get();
            const reply answer = answer_to(message, number);
            if (answer.delay.count() > 0) {
                lowest.expires_never();
                asio::steady_timer timer(io_, answer.delay);
                co_await timer.async_wait(asio::use_awaitable);
            }
            lowest.expires_after(answer.how == delivery::never ? hang_limit : write_limit);
            const bool goes_on = co_await deliver(stream, answer, message);
            if (!goes_on) co_return;
        }
    }

    reply answer_to(const message_in& message, std::uint64_t number) {
        request asked = to_request(message, number);
        const auto passed = std::chrono::steady_clock::now() - start_steady_;
        const sim_time at = start_wall_ + std::chrono::floor<sim_duration>(passed);
        asked.real_time = at;
        const sim_time sim =
            start_wall_ + std::chrono::floor<sim_duration>(
                              std::chrono::duration<double, std::nano>(passed) * options_.speed);
        reply answer = cloud_.handle(asked, sim);
        log_.write(log_line(asked, answer, at, sim));
        return answer;
    }

    // Gives whether the connection stays open for the next request.
    template <typename Stream>
    asio::awaitable<bool> deliver(Stream& stream, const reply& answer, const message_in& asked) {
        if (answer.how == delivery::reset) {
            reset(stream);
            co_return false;
        }
        if (answer.how == delivery::never) {
            co_await wait_for_end(stream);
            co_return false;
        }
        message_out message = to_message(answer, asked);
        if (answer.how == delivery::half) {
            const std::string bytes = half_of(message);
            const auto what = asio::buffer(bytes);
            co_await asio::async_write(stream, what, asio::use_awaitable);
            close(stream);
            co_return false;
        }
        co_await http::async_write(stream, message, asio::use_awaitable);
        if (answer.how == delivery::then_close || message.need_eof()) {
            close(stream);
            co_return false;
        }
        co_return true;
    }

    // Whatever else the peer says goes unanswered; it ends when the peer closes, by an exception.
    template <typename Stream>
    static asio::awaitable<void> wait_for_end(Stream& stream) {
        std::array<char, 4096> unheard{};
        const auto where = asio::buffer(unheard);
        for (;;)
            co_await stream.async_read_some(where, asio::use_awaitable);
    }

    template <typename Stream>
    static void close(Stream& stream) {
        boost::system::error_code ignored;
        socket_of(stream).shutdown(tcp::socket::shutdown_send, ignored);
    }

    server_options options_;
    sim_time start_wall_;
    std::chrono::steady_clock::time_point start_steady_;
    cloud cloud_;
    request_log log_;
    asio::io_context io_{1};
    std::optional<asio::ssl::context> tls_;
    tcp::acceptor acceptor_;
    asio::signal_set signals_;
    std::uint16_t port_ = 0;
    std::uint64_t connections_ = 0;
};

server::server(const server_options& options, scenario played, cloud_settings settings,
               request_log log)
    : self_(std::make_unique<implementation>(options, std::move(played), std::move(settings),
                                             std::move(log))) {}

server::~server() = default;

std::uint16_t server::port() const { return self_->port(); }

std::string server::url() const {
    const server_options& options = self_->options();
    return (options.tls_cert.empty() ? "http://" : "https://") + options.address + ":" +
           std::to_string(port());
}

void server::run() { self_->run(); }

void server::stop() { self_->context().stop(); }

}  // namespace coc_sim
