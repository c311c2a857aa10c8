#include "daemon/admin_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

#include "api/task_group.h"
#include "daemon/cli/local_client.h"
#include "tests/api/run.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class echo_pages final : public admin_pages {
public:
    admin_page answer(const admin_request& what) override {
        last = what;
        return {200, "text/plain", what.method + " " + what.path + "\n"};
    }
    admin_request last;
};

// Talks plainly: writes all, reads until the server closes.
std::string talk_tcp(unsigned short port, const std::string& text) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const void* const plain = &address;
    if (::connect(socket, static_cast<const sockaddr*>(plain), sizeof(address)) != 0) return "";
    EXPECT_EQ(::send(socket, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
    std::string all;
    std::array<char, 4096> piece{};
    for (ssize_t got = 0; (got = ::recv(socket, piece.data(), piece.size(), 0)) > 0;) {
        all.append(piece.data(), static_cast<std::size_t>(got));
    }
    ::close(socket);
    return all;
}

struct serving : ::testing::Test {
    boost::asio::io_context io{1};
    temporary_folder folder;
    echo_pages pages;
    memory_log log;
    admin_limits limits;
    std::unique_ptr<admin_server> server;

    void listen() {
        server = std::make_unique<admin_server>(io.get_executor(), pages, log, limits);
        ASSERT_EQ(server->listen_local(folder / "s", "no-such-group"), std::nullopt);
        ASSERT_EQ(server->listen_tcp("127.0.0.1", 0), std::nullopt);
    }
    // The client blocks, so it has a thread of its own while the loop serves it.
    template <class Work>
    auto ask(Work work) {
        decltype(work()) answer{};
        bool done = false;
        std::thread client([&] {
            answer = work();
            boost::asio::post(io, [&] { done = true; });
        });
        io.restart();
        while (!done)
            io.run_one();
        client.join();
        return answer;
    }
    std::string tcp(const std::string& text) {
        return ask([&, port = server->tcp_port()] { return talk_tcp(port, text); });
    }
    void TearDown() override {
        if (server) api::test::run(io, server->stop());
    }
};

TEST_F(serving, the_unix_socket_serves_and_knows_its_peer) {
    listen();
    const auto answer = ask([&] { return cli::get_local(folder / "s", "/api/v1/status?x=1"); });
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "GET /api/v1/status\n");
    EXPECT_TRUE(pages.last.local);
    EXPECT_EQ(pages.last.uid, ::geteuid());
    struct stat about{};
    ASSERT_EQ(::stat((folder / "s").c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0660U);
}

// A socket that was bound to a path, or connected to what listens there.
int at_path(const std::string& path, int (*call)(int, const sockaddr*, socklen_t)) {
    const int made = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    const void* const plain = &address;
    EXPECT_EQ(call(made, static_cast<const sockaddr*>(plain), sizeof(address)), 0);
    return made;
}

// What listens at a path, as systemd would have made it.
int made_by_another(const std::string& path) {
    const int made = at_path(path, ::bind);
    EXPECT_EQ(::listen(made, 8), 0);
    return made;
}

TEST_F(serving, a_socket_that_systemd_made_is_served_and_left_where_it_is) {
    server = std::make_unique<admin_server>(io.get_executor(), pages, log, limits);
    ASSERT_EQ(server->adopt_local(made_by_another(folder / "s")), std::nullopt);
    const auto answer = ask([&] { return cli::get_local(folder / "s", "/api/v1/status"); });
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(pages.last.local);
    EXPECT_EQ(pages.last.uid, ::geteuid());
    api::test::run(io, server->stop());
    server.reset();
    EXPECT_EQ(::access((folder / "s").c_str(), F_OK), 0);
}

TEST_F(serving, a_number_that_is_no_socket_is_said_to_be_none) {
    server = std::make_unique<admin_server>(io.get_executor(), pages, log, limits);
    EXPECT_TRUE(server->adopt_local(1 << 24).has_value());
}

TEST_F(serving, the_address_serves_get_and_nothing_else) {
    listen();
    EXPECT_THAT(tcp("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                StartsWith("HTTP/1.1 200"));
    EXPECT_FALSE(pages.last.local);
    for (const std::string method : {"POST", "PUT", "DELETE", "PATCH"}) {
        const std::string answer = tcp(method +
                                       " /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                       "Content-Length: 2\r\n\r\n{}");
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 405")) << method;
        EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD"));
        EXPECT_THAT(answer, HasSubstr("\"code\":\"method-not-allowed\""));
    }
}

TEST_F(serving, head_has_a_length_and_no_body) {
    listen();
    const std::string answer = tcp("HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr("Content-Length: 7\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(serving, what_is_too_large_or_not_http_is_refused_politely) {
    listen();
    EXPECT_THAT(tcp("GET /" + std::string(9000, 'x') + " HTTP/1.1\r\n\r\n"),
                StartsWith("HTTP/1.1 431"));
    EXPECT_THAT(tcp("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"),
                StartsWith("HTTP/1.1 413"));
    EXPECT_THAT(tcp("\x16\x03\x01 what is this\r\n\r\n"), StartsWith("HTTP/1.1 400"));
}

TEST_F(serving, more_connections_than_allowed_are_closed_at_once) {
    limits.connections = 0;
    listen();
    EXPECT_EQ(tcp("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
}

// Opened and never used, as by programs that keep connections for later.
int silent_connection(const std::string& path) { return at_path(path, ::connect); }

TEST_F(serving, connections_that_ask_nothing_do_not_shut_out_whoever_asks) {
    limits.connections = 2;
    listen();
    const int longest = silent_connection(folder / "s");
    const int later = silent_connection(folder / "s");
    io.restart();
    io.poll();
    const auto answer = ask([&] { return cli::get_local(folder / "s", "/api/v1/status"); });
    EXPECT_EQ(answer.status, 200);
    char byte = 0;
    EXPECT_EQ(::recv(longest, &byte, 1, MSG_DONTWAIT), 0) << "the first one made room";
    EXPECT_EQ(::recv(later, &byte, 1, MSG_DONTWAIT), -1) << "the other one is still open";
    ::close(longest);
    ::close(later);
}

TEST_F(serving, a_silent_client_is_let_go) {
    limits.seconds = 1;
    listen();
    EXPECT_EQ(tcp("GET / HTT"), "") << "closed when its time was up";
}

TEST_F(serving, an_address_that_is_taken_is_said_to_be) {
    listen();
    admin_server other(io.get_executor(), pages, log);
    const auto wrong = other.listen_tcp("127.0.0.1", server->tcp_port());
    ASSERT_TRUE(wrong);
    EXPECT_THAT(*wrong, HasSubstr("cannot listen on 127.0.0.1:"));
    EXPECT_TRUE(other.listen_tcp("not-an-address", 1));
}

TEST_F(serving, stopping_removes_the_socket) {
    listen();
    api::test::run(io, server->stop());
    EXPECT_NE(::access((folder / "s").c_str(), F_OK), 0);
    server.reset();
}

}  // namespace
}  // namespace rolloutd::daemon::testing
