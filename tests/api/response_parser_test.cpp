#include "api/response_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>

namespace rolloutd::api {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

http_limits small() {
    http_limits limits;
    limits.header_bytes = 200;
    limits.body_bytes = 20;
    return limits;
}

// Hands the bytes over in parts of that size, as a network may.
error_code feed(response_parser& parser, std::string_view bytes, std::size_t part) {
    std::string unread;
    error_code error = http::error::need_more;
    for (std::size_t at = 0; at < bytes.size(); at += part) {
        unread += bytes.substr(at, part);
        do {
            const std::size_t used = parser.put(boost::asio::buffer(unread), error);
            unread.erase(0, used);
        } while (!error && !parser.is_done() && !unread.empty());
        if (error && error != http::error::need_more) return error;
        if (parser.is_done()) return {};
    }
    return error;
}

TEST(response_parser, an_answer_is_the_same_however_it_is_cut) {
    constexpr std::string_view answer =
        "HTTP/1.1 404 Not Found\r\nRetry-After: 7\r\nContent-Length: 5\r\nServer: "
        "x\r\nRetry-After: "
        "8\r\n\r\nhello";
    for (std::size_t part = 1; part <= answer.size(); ++part) {
        response_parser parser(small());
        EXPECT_FALSE(feed(parser, answer, part));
        EXPECT_EQ(parser.status(), 404);
        EXPECT_TRUE(parser.keep_alive());
        const http_response taken = parser.take();
        EXPECT_EQ(taken.body, "hello");
        ASSERT_EQ(taken.headers.size(), 2u);
        EXPECT_EQ(taken.headers.back(), http_header("Retry-After", "8"));
        EXPECT_EQ(find_header(taken, "retry-after"), "7");
    }
}

TEST(response_parser, only_the_headers_that_somebody_reads_are_kept) {
    const std::string rest =
        "Content-Length: 0\r\nX-Request-Id: 1\r\ncontent-encoding: gzip\r\nX-SUBJECT-TOKEN: t\r\n"
        "Date: Wed, 21 Oct 2026 07:27:48 GMT\r\nRetry-After: 3\r\n\r\n";
    response_parser good(small());
    EXPECT_FALSE(feed(good, "HTTP/1.1 200 OK\r\n" + rest, 999));
    const http_response read = good.take();
    EXPECT_EQ(read.headers.size(), 3u);
    EXPECT_EQ(find_header(read, "Content-Encoding"), "gzip");
    EXPECT_EQ(find_header(read, "X-Subject-Token"), "t");
    EXPECT_EQ(find_header(read, "Date"), "");
    response_parser bad(small());
    EXPECT_FALSE(feed(bad, "HTTP/1.1 503 Busy\r\n" + rest, 999));
    EXPECT_EQ(find_header(bad.take(), "Date"), "Wed, 21 Oct 2026 07:27:48 GMT");
}

TEST(response_parser, chunks_are_put_together) {
    constexpr std::string_view answer =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n";
    for (const std::size_t part : {std::size_t{1}, std::size_t{7}, answer.size()}) {
        response_parser parser(small());
        EXPECT_FALSE(feed(parser, answer, part));
        EXPECT_EQ(parser.take().body, "abcdefg");
    }
}

TEST(response_parser, what_is_too_large_is_refused_before_it_is_kept) {
    const std::string head = "HTTP/1.1 200 OK\r\n";
    response_parser promised(small());
    EXPECT_EQ(feed(promised, head + "Content-Length: 21\r\n\r\n", 999), http::error::body_limit);
    response_parser chunked(small());
    EXPECT_EQ(
        feed(chunked,
             head + "Transfer-Encoding: chunked\r\n\r\n15\r\n" + std::string(21, 'x') + "\r\n",
             999),
        http::error::body_limit);
    response_parser endless(small());
    EXPECT_EQ(feed(endless, head + "X: " + std::string(300, 'x'), 16), http::error::header_limit);
    response_parser until_the_end(small());
    EXPECT_EQ(feed(until_the_end, head + "\r\n" + std::string(21, 'x'), 8),
              http::error::body_limit);
}

TEST(response_parser, the_end_of_the_connection_ends_only_an_answer_without_a_length) {
    response_parser nothing(small());
    EXPECT_EQ(nothing.ended(boost::asio::error::eof), http::error::end_of_stream);
    response_parser partial(small());
    feed(partial, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", 999);
    EXPECT_EQ(partial.ended(boost::asio::error::eof), http::error::partial_message);
    response_parser open(small());
    feed(open, "HTTP/1.0 200 OK\r\n\r\nhel", 999);
    EXPECT_FALSE(open.ended(boost::asio::error::eof));
    EXPECT_EQ(open.take().body, "hel");
    EXPECT_FALSE(open.keep_alive());
    response_parser torn(small());
    EXPECT_EQ(torn.ended(boost::asio::error::connection_reset),
              boost::asio::error::connection_reset);
}

TEST(response_parser, what_is_not_http_is_said_to_be_so) {
    response_parser parser(small());
    EXPECT_EQ(feed(parser, "SSH-2.0-OpenSSH_9.2\r\n\r\n", 999), http::error::bad_version);
}

}  // namespace
}  // namespace rolloutd::api
