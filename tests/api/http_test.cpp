#include "api/http.h"

#include <gtest/gtest.h>

namespace rolloutd::api {
namespace {

std::string told(std::string_view url) {
    const result<endpoint> where = parse_endpoint(url);
    if (where.has_error()) return where.error().detail;
    return std::string(where->tls ? "tls " : "plain ") + where->host + " " +
           std::to_string(where->port) + " " + where->prefix + " " + host_header(*where);
}

TEST(endpoint, is_read_from_the_urls_that_people_write) {
    EXPECT_EQ(told("https://coc.myhuaweicloud.com"),
              "tls coc.myhuaweicloud.com 443  coc.myhuaweicloud.com");
    EXPECT_EQ(told("https://coc.example/"), "tls coc.example 443  coc.example");
    EXPECT_EQ(told("http://127.0.0.1:8080/base/"), "plain 127.0.0.1 8080 /base 127.0.0.1:8080");
    EXPECT_EQ(told("http://[::1]:81"), "plain ::1 81  [::1]:81");
    EXPECT_EQ(told("https://[::1]"), "tls ::1 443  [::1]");
}

TEST(endpoint, anything_else_is_refused) {
    for (const std::string_view bad :
         {"", "coc.example", "ftp://x", "https://", "https://:443", "https://h:0",
          "https://h:99999", "https://h:x", "https://h:", "https://user@h", "https://h/?q",
          "https://h/#f", "https://h/a b", "https://a b", "http://::1", "http://[::1",
          "http://[::1]x", "https://h\r\nX: 1"})
        EXPECT_TRUE(parse_endpoint(bad).has_error()) << bad;
}

TEST(request_head, is_what_goes_over_the_wire) {
    http_request request;
    request.method = "PUT";
    request.target = "/v1/x?limit=50";
    request.headers.emplace_back("X-Auth-Token", "t");
    request.fixed_lines = "Accept: text/plain\r\n";
    request.body = "{}";
    EXPECT_EQ(request_head(parse_endpoint("http://h:8080/base").value(), "h:8080", request).value(),
              "PUT /base/v1/x?limit=50 HTTP/1.1\r\nHost: h:8080\r\nAccept: text/plain\r\n"
              "X-Auth-Token: t\r\n"
              "Content-Length: 2\r\n\r\n");
}

TEST(request_head, nothing_smuggles_in_a_second_header) {
    const endpoint where = parse_endpoint("http://h").value();
    http_request request;
    request.method = "GET";
    request.target = "/";
    request.headers.emplace_back("X-Auth-Token", "secret\r\nX-Evil: 1");
    const result<std::string> head = request_head(where, "h", request);
    ASSERT_TRUE(head.has_error());
    EXPECT_EQ(head.error().detail.find("secret"), std::string::npos);
    EXPECT_FALSE(head.error().sent);
    request.headers.clear();
    for (const std::string bad : {"", "x", "/a b", "/a\r\nHost: evil", "/\x7f"}) {
        request.target = bad;
        EXPECT_TRUE(request_head(where, "h", request).has_error()) << bad;
    }
    request.target = "/";
    request.method = "GET /x HTTP/1.1\r\n";
    EXPECT_TRUE(request_head(where, "h", request).has_error());
}

TEST(find_header, knows_no_case) {
    http_response response;
    response.headers.emplace_back("Retry-After", "7");
    EXPECT_EQ(find_header(response, "retry-after"), "7");
    EXPECT_EQ(find_header(response, "retry"), "");
}

}  // namespace
}  // namespace rolloutd::api
