// Reads that wait, or that a server lets hang, do not keep an operation waiting.

#include "api/http_pool.h"
#include "tests/api/peer.h"
#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::ok;

class http_pool_lanes : public testing::Test {
protected:
    void build(std::size_t connections) {
        pool_settings wanted;
        wanted.where = server.where();
        wanted.connections = connections;
        pool = http_pool::make(loop.get_executor(), wanted).value();
    }

    void begin_reads(int count) {
        http_request look;
        look.method = "GET";
        look.target = "/read";
        const steady_time later = std::chrono::steady_clock::now() + 30s;
        for (int i = 0; i < count; ++i)
            boost::asio::co_spawn(loop, pool->send(look, later),
                                  [](std::exception_ptr, const result<http_response>&) {});
        test::settle(loop);
    }

    // The answer's body, or the failure's code.
    std::string operate() {
        http_request pause;
        pause.method = "PUT";
        pause.target = "/operation";
        pause.body = "{}";
        const steady_time soon = std::chrono::steady_clock::now() + 5s;
        const result<http_response> got = test::run(loop, pool->send(pause, soon));
        return got.has_value() ? got->body : got.error().code;
    }

    boost::asio::io_context loop{1};
    test::peer server{loop};
    std::unique_ptr<http_pool> pool;
};

TEST_F(http_pool_lanes, an_operation_goes_before_a_hundred_reads_that_wait) {
    build(1);
    server.hold();
    begin_reads(100);
    for (int i = 0; i < 101; ++i)
        server.say(ok(std::to_string(i)));
    server.release();
    EXPECT_EQ(operate(), "1");
    EXPECT_TRUE(server.requests().at(1).starts_with("PUT /operation "));
}

TEST_F(http_pool_lanes, a_server_that_stalls_all_reads_does_not_stall_an_operation) {
    build(4);
    for (int i = 0; i < 3; ++i)
        server.say("", test::then::hang);
    server.say(ok("paused"));
    begin_reads(100);
    EXPECT_EQ(pool->busy(), 3u);
    loop.restart();
    while (server.requests().size() < 3 && loop.run_one_for(10s) > 0) {}
    EXPECT_EQ(operate(), "paused");
    EXPECT_EQ(server.connections(), 4u);
    EXPECT_EQ(pool->busy(), 3u);
}

}  // namespace
}  // namespace rolloutd::api
