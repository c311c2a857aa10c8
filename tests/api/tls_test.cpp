#include "api/cloud_gateway.h"
#include "api/http_pool.h"
#include "tests/api/peer.h"
#include "tests/api/run.h"
#include "tests/api/scripted_http.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::ok;
using test::run;
using test::then;

class tls_test : public testing::Test {
protected:
    std::unique_ptr<http_pool> pool_for(const test::peer& server, std::string host,
                                        const test::temporary_file& ca) {
        pool_settings settings;
        settings.where = server.where(std::move(host));
        settings.where.tls = true;
        settings.ca_file = ca.path();
        return http_pool::make(loop.get_executor(), settings).value();
    }

    result<http_response> get(http_pool& pool, duration patience = 5s) {
        http_request request;
        request.method = "GET";
        request.target = "/x";
        const steady_time deadline = std::chrono::steady_clock::now() + patience;
        return run(loop, pool.send(request, deadline));
    }

    std::string told(const result<http_response>& what) {
        if (what.has_value()) return what->body;
        return what.error().code + (what.error().sent ? " sent: " : " unsent: ") +
               what.error().detail;
    }

    boost::asio::io_context loop{1};
    test::key_pair authority = test::make_authority("a test's authority");
    test::temporary_file trusted{authority.certificate};
};

TEST_F(tls_test, a_certificate_for_the_name_or_the_address_is_trusted_and_the_connection_kept) {
    for (const std::string host : {"localhost", "127.0.0.1"}) {
        test::peer server(loop, test::make_certificate(authority, "DNS:localhost,IP:127.0.0.1"));
        const auto pool = pool_for(server, host, trusted);
        for (int i = 0; i < 3; ++i) {
            server.say(ok("safe"));
            EXPECT_EQ(told(get(*pool)), "safe") << host;
        }
        EXPECT_EQ(server.connections(), 1u);
    }
}

TEST_F(tls_test, a_message_is_whole_in_however_many_records_it_comes) {
    test::peer server(loop, test::make_certificate(authority, "DNS:localhost,IP:127.0.0.1"));
    const auto pool = pool_for(server, "localhost", trusted);
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    const std::string large(100'000, 'x');
    for (int i = 0; i < 3; ++i) {
        server.say_twice(interim, ok("after an interim one"));
        EXPECT_EQ(told(get(*pool)), "after an interim one");
        server.say(interim + ok("in one record"));
        EXPECT_EQ(told(get(*pool)), "in one record");
        server.say(ok(large));
        EXPECT_EQ(told(get(*pool)), large);
        http_request put;
        put.method = "PUT";
        put.target = "/x";
        put.body = large;
        server.say(ok("taken"));
        const steady_time deadline = std::chrono::steady_clock::now() + 5s;
        EXPECT_EQ(told(run(loop, pool->send(put, deadline))), "taken");
        EXPECT_TRUE(server.requests().back().ends_with(large));
    }
    EXPECT_EQ(server.connections(), 1u);
}

TEST_F(tls_test, another_hosts_certificate_is_refused_before_anything_is_sent) {
    test::peer server(loop, test::make_certificate(authority, "DNS:other.example"));
    for (const std::string host : {"localhost", "127.0.0.1"}) {
        const std::string words = told(get(*pool_for(server, host, trusted)));
        EXPECT_TRUE(words.starts_with("tls unsent: ")) << words;
    }
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(tls_test, an_unknown_authority_is_refused_and_named_as_the_reason) {
    test::peer server(loop, test::make_certificate(authority, "DNS:localhost,IP:127.0.0.1"));
    const test::temporary_file others(test::make_authority("somebody else").certificate);
    const std::string words = told(get(*pool_for(server, "127.0.0.1", others)));
    EXPECT_TRUE(words.starts_with("tls unsent: ")) << words;
    EXPECT_NE(words.find("unable to get local issuer certificate"), std::string::npos) << words;
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(tls_test, an_expired_certificate_is_refused) {
    test::peer server(loop, test::make_certificate(authority, "IP:127.0.0.1", -60));
    const std::string words = told(get(*pool_for(server, "127.0.0.1", trusted)));
    EXPECT_NE(words.find("expired"), std::string::npos) << words;
}

TEST_F(tls_test, a_missing_close_notify_is_harmless_after_a_complete_answer_only) {
    test::peer server(loop, test::make_certificate(authority, "IP:127.0.0.1"));
    const auto pool = pool_for(server, "127.0.0.1", trusted);
    server.say(ok("whole"), then::close);
    EXPECT_EQ(told(get(*pool)), "whole");
    server.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", then::close);
    EXPECT_TRUE(told(get(*pool)).starts_with("truncated sent: "));
    server.say("HTTP/1.1 200 OK\r\n\r\nno length, so who knows", then::close);
    EXPECT_TRUE(told(get(*pool)).starts_with("truncated sent: "));
}

TEST_F(tls_test, a_stale_connection_costs_a_read_one_more_try) {
    test::peer server(loop, test::make_certificate(authority, "IP:127.0.0.1"));
    const auto pool = pool_for(server, "127.0.0.1", trusted);
    server.say(ok("1"));
    server.say("", then::close);
    server.say(ok("2"));
    EXPECT_EQ(told(get(*pool)), "1");
    EXPECT_EQ(told(get(*pool)), "2");
    EXPECT_EQ(server.connections(), 2u);
}

TEST_F(tls_test, a_handshake_that_never_ends_is_given_up_at_the_deadline) {
    test::peer server(loop, test::make_certificate(authority, "IP:127.0.0.1"));
    server.fall_silent();
    const std::string words = told(get(*pool_for(server, "127.0.0.1", trusted), 60ms));
    EXPECT_TRUE(words.starts_with("timeout unsent: ")) << words;
}

TEST_F(tls_test, a_ca_file_that_cannot_be_used_is_named) {
    pool_settings settings;
    for (const std::string path : {"/nonexistent/ca.pem", "/dev/null"}) {
        settings.ca_file = path;
        const auto pool = http_pool::make(loop.get_executor(), settings);
        ASSERT_TRUE(pool.has_error());
        EXPECT_TRUE(pool.error().detail.starts_with(path + ": ")) << pool.error().detail;
    }
}

TEST_F(tls_test, the_gateway_works_over_real_sockets) {
    test::peer server(loop, test::make_certificate(authority, "DNS:localhost"));
    const auto pool = pool_for(server, "localhost", trusted);
    system_clock_port time(loop.get_executor());
    test::scripted_tokens tokens;
    test::noting_observer seen;
    cloud_gateway cloud(cloud_ports(time, *pool, tokens, seen), cloud_settings());
    server.say(ok(R"({"data":{"status":"PROCESSING"}})"));
    server.say(ok(R"({"data":"SCT1"})"));
    EXPECT_EQ(run(loop, cloud.read_info("SCT1"))->status, "PROCESSING");
    EXPECT_EQ(run(loop, cloud.operate("SCT1", policies::operation(), write_check())).what,
              outcome::accepted);
    EXPECT_EQ(server.connections(), 1u);
    EXPECT_NE(server.requests().at(1).find("\r\nX-Auth-Token: secret-1\r\n"), std::string::npos);
    EXPECT_TRUE(server.requests().at(1).ends_with("\r\n\r\n{\"operation_type\":\"PAUSE_ORDER\"}"));
    EXPECT_EQ(seen.notes, (std::vector<std::string>{"info 200 good", "operation 200 good"}));
}

}  // namespace
}  // namespace rolloutd::api
