#include "api/connection_failure.h"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>

namespace rolloutd::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

TEST(connection_failure, each_kind_of_error_has_its_word) {
    EXPECT_EQ(short_code(beast::error::timeout), "timeout");
    EXPECT_EQ(short_code(asio::error::timed_out), "timeout");
    EXPECT_EQ(short_code(asio::error::connection_refused), "refused_connection");
    EXPECT_EQ(short_code(asio::error::connection_reset), "reset");
    EXPECT_EQ(short_code(asio::error::broken_pipe), "reset");
    EXPECT_EQ(short_code(asio::error::eof), "closed");
    EXPECT_EQ(short_code(beast::http::error::end_of_stream), "closed");
    EXPECT_EQ(short_code(beast::http::error::partial_message), "truncated");
    EXPECT_EQ(short_code(asio::ssl::error::stream_truncated), "truncated");
    EXPECT_EQ(short_code(beast::http::error::body_limit), "body_too_large");
    EXPECT_EQ(short_code(beast::http::error::buffer_overflow), "header_too_large");
    EXPECT_EQ(short_code(beast::http::error::bad_chunk), "not_http");
    EXPECT_EQ(short_code(asio::error::network_unreachable), "network");
}

TEST(connection_failure, an_answer_that_cannot_be_taken_is_the_contents_fault) {
    const failure large = to_failure(beast::http::error::body_limit, "answer of x", true);
    EXPECT_EQ(large.where, origin::content);
    EXPECT_TRUE(large.sent);
    EXPECT_EQ(large.detail, "answer of x: body limit exceeded");
    const failure refused = to_failure(asio::error::connection_refused, "connect to x", false);
    EXPECT_EQ(refused.where, origin::network);
    EXPECT_FALSE(refused.sent);
}

}  // namespace
}  // namespace rolloutd::api
