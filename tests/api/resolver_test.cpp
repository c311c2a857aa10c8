#include "api/resolver.h"

#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::run;

steady_time in(duration length) { return std::chrono::steady_clock::now() + length; }

TEST(host_resolver, an_address_needs_no_lookup) {
    boost::asio::io_context loop{1};
    for (const std::string host : {"127.0.0.1", "::1"}) {
        host_resolver resolver(loop.get_executor(), host, 8080, 60s);
        const auto found = run(loop, resolver.resolve(in(0ms)));
        ASSERT_TRUE(found.has_value());
        ASSERT_EQ(found->size(), 1u);
        EXPECT_EQ(found->front().address().to_string(), host);
        EXPECT_EQ(found->front().port(), 8080);
    }
}

TEST(host_resolver, a_name_is_looked_up_once_and_kept) {
    boost::asio::io_context loop{1};
    host_resolver resolver(loop.get_executor(), "localhost", 80, 60s);
    ASSERT_TRUE(run(loop, resolver.resolve(in(5s))).has_value());
    // Without patience only what is known already can be had.
    EXPECT_TRUE(run(loop, resolver.resolve(in(-1s))).has_value());
    resolver.distrust();
    EXPECT_TRUE(run(loop, resolver.resolve(in(-1s))).has_value());
}

TEST(host_resolver, who_has_no_patience_is_told_and_the_lookup_goes_on_for_the_next) {
    boost::asio::io_context loop{1};
    host_resolver resolver(loop.get_executor(), "localhost", 80, 60s);
    const auto first = run(loop, resolver.resolve(in(-1s)));
    ASSERT_TRUE(first.has_error());
    EXPECT_EQ(first.error().code, "timeout");
    EXPECT_FALSE(first.error().sent);
    EXPECT_TRUE(run(loop, resolver.resolve(in(5s))).has_value());
}

TEST(host_resolver, a_name_that_cannot_be_is_named) {
    boost::asio::io_context loop{1};
    const std::string host = std::string(64, 'a') + ".invalid";
    host_resolver resolver(loop.get_executor(), host, 80, 60s);
    const auto found = run(loop, resolver.resolve(in(5s)));
    ASSERT_TRUE(found.has_error());
    EXPECT_EQ(found.error().code, "resolve");
    EXPECT_NE(found.error().detail.find(host), std::string::npos);
}

}  // namespace
}  // namespace rolloutd::api
