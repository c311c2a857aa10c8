#include "api/http_pool.h"
#include "tests/api/connect_proxy.h"
#include "tests/api/peer.h"
#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::ok;
using test::run;
using test::then;

// A cloud behind a proxy, at a name that only the proxy can find.
class proxy_tunnel : public testing::Test {
protected:
    proxy_tunnel() { rebuild(proxy.where()); }

    void rebuild(const proxy_address& way, const std::string& host = "cloud.example") {
        pool_settings settings;
        settings.where.host = host;
        settings.where.port = 8443;
        settings.proxy = way;
        settings.ca_file = trusted.path();
        settings.connected = [this](bool again) { resumed += again ? 1 : 0; };
        pool = http_pool::make(loop.get_executor(), settings).value();
    }

    result<http_response> send(std::string method, duration patience = 5s) {
        http_request request;
        request.method = std::move(method);
        request.target = "/x";
        const steady_time deadline = std::chrono::steady_clock::now() + patience;
        return run(loop, pool->send(request, deadline));
    }

    std::string refusal(duration patience = 5s) {
        const auto got = send("PUT", patience);
        EXPECT_TRUE(got.has_error());
        if (got.has_value()) return got->body;
        EXPECT_EQ(got.error().where, origin::network);
        EXPECT_FALSE(got.error().sent);
        // A status would be taken for the cloud's: a 403 for a refusal that is final.
        EXPECT_EQ(got.error().http_status, 0);
        return got.error().code + ": " + got.error().detail;
    }

    std::string the_proxy() const { return "the proxy " + to_text(proxy.where()); }

    boost::asio::io_context loop{1};
    test::key_pair authority = test::make_authority("a test's authority");
    test::temporary_file trusted{authority.certificate};
    test::peer cloud{loop, test::make_certificate(authority, "DNS:cloud.example")};
    test::connect_proxy proxy{loop, cloud.where().port};
    std::size_t resumed = 0;  // connections of the pool that took up an earlier session
    std::unique_ptr<http_pool> pool;
};

TEST_F(proxy_tunnel, requests_go_to_the_cloud_through_one_tunnel) {
    for (int i = 0; i < 3; ++i) {
        cloud.say(ok("safe"));
        const auto got = send("PUT");
        ASSERT_TRUE(got.has_value()) << got.error().detail;
        EXPECT_EQ(got->body, "safe");
    }
    ASSERT_EQ(proxy.requests().size(), 1u);
    EXPECT_TRUE(proxy.requests().front().starts_with("CONNECT cloud.example:8443 HTTP/1.1\r\n"));
    EXPECT_TRUE(
        cloud.requests().front().starts_with("PUT /x HTTP/1.1\r\nHost: cloud.example:8443\r\n"));
}

TEST_F(proxy_tunnel, sessions_are_taken_up_through_it) {
    for (int i = 0; i < 2; ++i) {
        cloud.say(ok("safe"), then::close);
        EXPECT_TRUE(send("GET").has_value());
        test::settle(loop);
    }
    EXPECT_EQ(proxy.requests().size(), 2u);
    EXPECT_EQ(resumed, 1u);
}

TEST_F(proxy_tunnel, the_certificate_must_be_the_clouds_own) {
    rebuild(proxy.where(), "other.example");
    const std::string words = refusal();
    EXPECT_TRUE(words.starts_with("tls: ")) << words;
    EXPECT_NE(words.find("hostname mismatch"), std::string::npos) << words;
    EXPECT_TRUE(cloud.requests().empty());
}

TEST_F(proxy_tunnel, what_the_proxy_refuses_is_told_in_its_own_words) {
    proxy.refuse("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(refusal(), "proxy: " + the_proxy() +
                             " opens no way to cloud.example:8443: HTTP/1.1 407 Proxy "
                             "Authentication Required");
    proxy.refuse("HTTP/1.1 403 Forbidden\r\n\r\n");
    EXPECT_NE(refusal().find(": HTTP/1.1 403 Forbidden"), std::string::npos);
    EXPECT_EQ(cloud.connections(), 0u);
    EXPECT_EQ(pool->idle(), 0u);
    EXPECT_EQ(pool->busy(), 0u);
}

TEST_F(proxy_tunnel, what_is_no_proxy_is_told_apart) {
    proxy.refuse("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    EXPECT_NE(refusal().find("SSH-2.0-OpenSSH_9.2"), std::string::npos);
    proxy.refuse("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'));
    EXPECT_EQ(refusal(), "proxy: " + the_proxy() + " does not answer as a proxy: endless headers");
    proxy.refuse("HTTP/1.1 200 OK\r\n\r\nI am not the cloud");
    EXPECT_EQ(refusal(), "proxy: " + the_proxy() + " says more than it was asked");
    proxy.refuse("HTTP/1.1 200 OK\r\n", true);
    EXPECT_EQ(refusal(), "proxy: " + the_proxy() + " gives no answer: End of file");
    EXPECT_EQ(cloud.connections(), 0u);
}

TEST_F(proxy_tunnel, a_proxy_that_never_answers_costs_no_more_than_the_deadline) {
    proxy.refuse("");
    EXPECT_TRUE(refusal(60ms).starts_with("timeout: " + the_proxy()));
    cloud.fall_silent();
    proxy.refuse("HTTP/1.1 200 OK\r\n\r\n");
    EXPECT_TRUE(refusal(60ms).starts_with("timeout: TLS handshake with cloud.example:8443"));
}

TEST_F(proxy_tunnel, a_proxy_that_is_not_there_is_named) {
    proxy_address gone;
    {
        const test::connect_proxy other(loop, 1);
        gone = other.where();
    }
    rebuild(gone);
    EXPECT_TRUE(refusal().starts_with("refused_connection: connect to the proxy " + to_text(gone)));
    gone.host = std::string(64, 'a') + ".invalid";
    rebuild(gone);
    EXPECT_TRUE(refusal().starts_with("resolve: cannot find the address of " + gone.host));
}

}  // namespace
}  // namespace rolloutd::api
