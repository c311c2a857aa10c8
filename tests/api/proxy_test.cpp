#include "api/proxy.h"

#include <gtest/gtest.h>

namespace rolloutd::api {
namespace {

endpoint https(std::string host, std::uint16_t port = 443) {
    endpoint where;
    where.host = std::move(host);
    where.port = port;
    return where;
}

TEST(proxy, its_address_is_read) {
    const std::vector<std::pair<std::string, std::string>> good{
        {"http://proxy.example:3128", "proxy.example:3128"},
        {"http://proxy.example:3128/", "proxy.example:3128"},
        {"HTTP://Proxy.example", "Proxy.example:80"},
        {"proxy.example:3128", "proxy.example:3128"},
        {"http://10.0.0.1:8080", "10.0.0.1:8080"},
        {"http://[::1]:3128", "[::1]:3128"},
    };
    for (const auto& [text, expected] : good) {
        const auto parsed = parse_proxy(text);
        ASSERT_TRUE(parsed.has_value()) << text;
        EXPECT_EQ(to_text(*parsed), expected);
    }
}

TEST(proxy, what_cannot_work_is_refused_without_being_quoted) {
    const std::vector<std::pair<std::string, std::string>> bad{
        {"http://user:hunter2@proxy.example:3128", "it holds a user or password"},
        {"user:hunter2@proxy.example:3128", "it holds a user or password"},
        {"https://user:hunter2@proxy.example", "it holds a user or password"},
        {"http://proxy.example:3128/hunter2@x", "it holds a user or password"},
        {"https://hunter2.example:443", "reached by TLS"},
        {"socks5://hunter2.example:1080", "only HTTP proxies"},
        {"http://hunter2.example/path", "a path has no place here"},
        {"http://hunter2.example:99999", "not the address of a proxy"},
        {"http://hunter2.example:0", "not the address of a proxy"},
        {"http://", "not the address of a proxy"},
        {"http://hunter2 x:80", "not the address of a proxy"},
        {"http://hunter2::1:80", "not the address of a proxy"},
    };
    for (const auto& [text, expected] : bad) {
        const auto parsed = parse_proxy(text);
        ASSERT_TRUE(parsed.has_error()) << text;
        EXPECT_EQ(parsed.error().code, "bad_proxy");
        EXPECT_NE(parsed.error().detail.find(expected), std::string::npos) << parsed.error().detail;
        EXPECT_EQ(parsed.error().detail.find("hunter2"), std::string::npos)
            << parsed.error().detail;
    }
}

struct exception_case {
    std::string no_proxy;
    std::string host;
    std::uint16_t port;
    bool excepted;
};

TEST(proxy, no_proxy_names_hosts_networks_and_ports) {
    const std::vector<exception_case> cases{
        {"", "coc.example.com", 443, false},
        {"*", "coc.example.com", 443, true},
        {"coc.example.com", "coc.example.com", 443, true},
        {"example.com", "coc.example.com", 443, true},
        {"example.com", "example.com", 443, true},
        {"example.com", "notexample.com", 443, false},
        {"EXAMPLE.com.", "coc.Example.COM", 443, true},
        {".example.com", "coc.example.com", 443, true},
        {".example.com", "example.com", 443, false},
        {"*.example.com", "coc.example.com", 443, true},
        {"*.example.com", "example.com", 443, false},
        {"example.com:443", "coc.example.com", 443, true},
        {"example.com:8443", "coc.example.com", 443, false},
        {"example.com:x", "example.com", 443, false},
        {"a.example, b.example,c.example", "c.example", 443, true},
        {"a.example b.example", "b.example", 443, true},
        {" , ,", "b.example", 443, false},
        {"10.1.2.3", "10.1.2.3", 443, true},
        {"10.1.2.3", "10.1.2.30", 443, false},
        {"10.1.2.3:8443", "10.1.2.3", 8443, true},
        {"2.3", "10.1.2.3", 443, false},
        {"10.0.0.0/8", "10.1.2.3", 443, true},
        {"10.9.9.9/8", "10.1.2.3", 443, true},
        {"10.0.0.0/8", "11.1.2.3", 443, false},
        {"0.0.0.0/0", "11.1.2.3", 443, true},
        {"0.0.0.0/0", "2001:db8::1", 443, false},
        {"10.0.0.0/99", "10.1.2.3", 443, false},
        {"10.0.0.0/", "10.1.2.3", 443, false},
        {"10.0.0.0/8", "ten.example", 443, false},
        {"2001:db8::/32", "2001:db8:1::1", 443, true},
        {"2001:db8::/32", "2001:db9::1", 443, false},
        {"2001:db8::1", "2001:db8:0::1", 443, true},
        {"[2001:db8::1]:443", "2001:db8::1", 443, true},
        {"[2001:db8::1]:444", "2001:db8::1", 443, false},
        {"[2001:db8::1", "2001:db8::1", 443, false},
        {"10.1.2.3", "::ffff:10.1.2.3", 443, true},
        {".", "coc.example.com", 443, false},
    };
    for (const exception_case& each : cases)
        EXPECT_EQ(is_excepted(each.no_proxy, https(each.host, each.port)), each.excepted)
            << each.no_proxy << " for " << each.host << ":" << each.port;
}

TEST(proxy, it_is_for_https_to_hosts_elsewhere) {
    proxy_environment around;
    EXPECT_EQ(*choose_proxy(around, https("coc.example.com")), std::nullopt);
    around.https_proxy = "http://proxy.example:3128";
    ASSERT_TRUE(choose_proxy(around, https("coc.example.com"))->has_value());
    EXPECT_EQ(to_text(**choose_proxy(around, https("coc.example.com"))), "proxy.example:3128");
    for (const std::string host : {"localhost", "LOCALHOST.", "a.localhost", "127.0.0.1",
                                   "127.9.9.9", "::1", "::ffff:127.0.0.1"})
        EXPECT_EQ(*choose_proxy(around, https(host)), std::nullopt) << host;
    endpoint plain = https("coc.example.com", 80);
    plain.tls = false;
    EXPECT_EQ(*choose_proxy(around, plain), std::nullopt);
    around.no_proxy = "example.com";
    EXPECT_EQ(*choose_proxy(around, https("coc.example.com")), std::nullopt);
    around.https_proxy = "socks5://x";
    EXPECT_TRUE(choose_proxy(around, https("coc.example.org")).has_error());
    EXPECT_TRUE(choose_proxy(around, https("coc.example.com")).has_value());
    EXPECT_TRUE(choose_proxy(around, https("localhost")).has_value());
}

TEST(proxy, a_tunnel_is_asked_for_by_name_and_port) {
    EXPECT_TRUE(tunnel_request(https("coc.example.com"))
                    .starts_with("CONNECT coc.example.com:443 HTTP/1.1\r\n"
                                 "Host: coc.example.com:443\r\n"));
    EXPECT_TRUE(tunnel_request(https("::1", 8443)).starts_with("CONNECT [::1]:8443 HTTP/1.1\r\n"));
    EXPECT_TRUE(tunnel_request(https("x")).ends_with("\r\n\r\n"));
}

TEST(proxy, only_success_opens_the_tunnel) {
    for (const std::string head : {"HTTP/1.1 200 Connection established\r\n\r\n",
                                   "HTTP/1.0 200\r\n\r\n", "HTTP/1.1 204 \r\nX: y\r\n\r\n"})
        EXPECT_EQ(tunnel_refusal(head), std::nullopt) << head;
    EXPECT_EQ(tunnel_refusal("HTTP/1.1 407 Proxy Authentication Required\r\nX: y\r\n\r\n"),
              "HTTP/1.1 407 Proxy Authentication Required");
    EXPECT_EQ(tunnel_refusal("HTTP/1.1 2000 no\r\n\r\n"), "HTTP/1.1 2000 no");
    EXPECT_EQ(tunnel_refusal("HTTP/1.1 2xx no\r\n\r\n"), "HTTP/1.1 2xx no");
    EXPECT_EQ(tunnel_refusal("HTTP/2.0 200 no\r\n\r\n"), "HTTP/2.0 200 no");
    EXPECT_EQ(tunnel_refusal("\x16\x03\x01 tls\r\n\r\n"), "??? tls");
    EXPECT_EQ(tunnel_refusal("\r\n\r\n"), "an empty line");
    EXPECT_EQ(tunnel_refusal("HTTP/1.1 503 " + std::string(5000, 'x'))->size(), 200u);
}

}  // namespace
}  // namespace rolloutd::api
