#include <openssl/ssl.h>

#include <fstream>

#include "api/http_pool.h"
#include "api/tls_trust.h"
#include "tests/api/peer.h"
#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::ok;
using test::run;
using test::then;

// Each answer ends its connection, so that the next request needs a new one.
class tls_sessions : public testing::TestWithParam<int> {
protected:
    tls_sessions() { rebuild("localhost"); }

    void rebuild(const std::string& host) {
        pool_settings settings;
        settings.where = server.where(host);
        settings.where.tls = true;
        settings.ca_file = trusted.path();
        settings.connected = [this](bool again) { resumed += again ? 1 : 0; };
        pool = http_pool::make(loop.get_executor(), settings).value();
    }

    std::string get(then after = then::close) {
        server.say(ok("safe"), after);
        http_request request;
        request.method = "GET";
        request.target = "/x";
        const steady_time deadline = std::chrono::steady_clock::now() + 5s;
        const auto got = run(loop, pool->send(request, deadline));
        test::settle(loop);
        return got.has_value() ? got->body : got.error().code + ": " + got.error().detail;
    }

    boost::asio::io_context loop{1};
    test::key_pair authority = test::make_authority("a test's authority");
    test::temporary_file trusted{authority.certificate};
    test::peer server{loop, test::make_certificate(authority, "DNS:localhost,IP:127.0.0.1")};
    std::size_t resumed = 0;  // connections of the pool that took up an earlier session
    std::unique_ptr<http_pool> pool;
};

TEST_P(tls_sessions, the_next_connection_takes_up_the_session_of_the_last) {
    server.speak_at_most(GetParam());
    EXPECT_EQ(get(), "safe");
    EXPECT_EQ(resumed, 0u);
    for (std::size_t i = 1; i <= 5; ++i) {
        EXPECT_EQ(get(), "safe");
        EXPECT_EQ(resumed, i);
    }
    EXPECT_EQ(server.resumed(), 5u);
    EXPECT_EQ(server.connections(), 6u);
}

TEST_P(tls_sessions, a_session_that_the_server_refuses_costs_a_full_handshake_and_no_more) {
    server.speak_at_most(GetParam());
    EXPECT_EQ(get(), "safe");
    server.forget_sessions();
    EXPECT_EQ(get(), "safe");
    EXPECT_EQ(resumed, 0u);
    EXPECT_EQ(get(), "safe");
    EXPECT_EQ(resumed, 1u);
}

TEST_P(tls_sessions, they_end_with_the_trust_that_they_were_made_under) {
    server.speak_at_most(GetParam());
    EXPECT_EQ(get(), "safe");
    ASSERT_TRUE(pool->reload_trust().has_value());
    EXPECT_EQ(get(), "safe");
    EXPECT_EQ(server.resumed(), 0u);
    EXPECT_EQ(get(), "safe");
    EXPECT_EQ(server.resumed(), 1u);
}

INSTANTIATE_TEST_SUITE_P(versions, tls_sessions, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

class tls_reload : public tls_sessions {
protected:
    void trust(const test::key_pair& whom) {
        std::ofstream(trusted.path(), std::ios::trunc) << whom.certificate;
    }
};

TEST_F(tls_reload, an_authority_is_exchanged_under_way) {
    EXPECT_EQ(get(then::keep), "safe");
    EXPECT_EQ(pool->idle(), 1u);
    const test::key_pair next = test::make_authority("the next authority");
    server.become(test::make_certificate(next, "DNS:localhost"));
    server.forget_sessions();
    trust(next);
    EXPECT_EQ(get(then::close), "safe") << "what is connected stays so until the reload";
    EXPECT_EQ(get().substr(0, 4), "tls:") << "the old authority is still the trusted one";
    ASSERT_TRUE(pool->reload_trust().has_value());
    EXPECT_EQ(get(then::keep), "safe");
    // And back, with an idle connection to close.
    trust(authority);
    ASSERT_TRUE(pool->reload_trust().has_value());
    EXPECT_EQ(pool->idle(), 0u);
    EXPECT_EQ(get().substr(0, 4), "tls:");
}

TEST_F(tls_reload, certificates_that_cannot_be_read_leave_the_old_ones_in_force) {
    EXPECT_EQ(get(then::keep), "safe");
    std::ofstream(trusted.path(), std::ios::trunc) << "not a certificate\n";
    const result<void> refused = pool->reload_trust();
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, "bad_ca_file");
    EXPECT_TRUE(refused.error().detail.starts_with(trusted.path() + ": "));
    EXPECT_EQ(pool->idle(), 1u);
    EXPECT_EQ(get(), "safe");
    EXPECT_EQ(get(), "safe");
    EXPECT_EQ(server.connections(), 2u);
}

TEST_F(tls_reload, a_connection_that_was_busy_meanwhile_is_not_used_again) {
    EXPECT_EQ(get(then::keep), "safe");
    server.say(ok("late"));
    server.hold();
    http_request request;
    request.method = "GET";
    request.target = "/x";
    std::optional<std::string> told;
    const steady_time deadline = std::chrono::steady_clock::now() + 5s;
    boost::asio::co_spawn(loop, pool->send(request, deadline),
                          [&](std::exception_ptr, const result<http_response>& got) {
                              told = got.has_value() ? got->body : got.error().code;
                          });
    loop.restart();
    while (server.requests().size() < 2 && loop.run_one_for(5s) > 0) {}
    ASSERT_TRUE(pool->reload_trust().has_value());
    server.release();
    loop.restart();
    while (!told && loop.run_one_for(5s) > 0) {}
    EXPECT_EQ(told, "late");
    EXPECT_EQ(server.connections(), 1u);
    EXPECT_EQ(pool->idle(), 0u);
}

TEST_F(tls_reload, plain_http_has_nothing_to_reload) {
    test::peer plain(loop);
    pool_settings settings;
    settings.where = plain.where();
    settings.ca_file = "/nonexistent";
    EXPECT_TRUE(http_pool::make(loop.get_executor(), settings).value()->reload_trust().has_value());
}

// Sessions as OpenSSL hands them over, without a socket.
TEST(tls_trust, a_session_is_for_one_origin_only_and_few_are_kept) {
    const auto trust = tls_trust::make("").value();
    endpoint here;
    here.host = "a.example";
    endpoint other = here;
    other.port = 8443;
    EXPECT_EQ(trust->sessions(here), 0u);
    const auto offer = SSL_CTX_sess_get_new_cb(trust->context());
    SSL* const tls = SSL_new(trust->context());
    ASSERT_TRUE(trust->prepare(tls, here).has_value());
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(offer(tls, SSL_SESSION_new()), 1);
    EXPECT_EQ(trust->sessions(here), 8u);
    EXPECT_EQ(trust->sessions(other), 0u);
    trust->forget(other);
    EXPECT_EQ(trust->sessions(here), 8u);
    trust->forget(here);
    EXPECT_EQ(trust->sessions(here), 0u);
    SSL_free(tls);
}

}  // namespace
}  // namespace rolloutd::api
