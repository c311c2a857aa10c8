// When a request takes its turn: with a connection in hand, and once for each time it is written.

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <vector>

#include "api/http_pool.h"
#include "tests/api/peer.h"
#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::ok;
using test::run;
using test::then;

class http_pool_turns : public testing::Test {
protected:
    http_pool_turns() {
        pool_settings wanted;
        wanted.where = server.where();
        pool = http_pool::make(loop.get_executor(), std::move(wanted)).value();
    }

    static http_request read() {
        http_request what;
        what.method = "GET";
        what.target = "/x";
        return what;
    }

    // "200 body", or the failure's code.
    std::string send(const http_request& what) {
        const steady_time deadline = std::chrono::steady_clock::now() + 5s;
        const result<http_response> got = run(loop, pool->send(what, deadline));
        return got.has_value() ? std::to_string(got->status) + " " + got->body : got.error().code;
    }

    boost::asio::io_context loop{1};
    test::peer server{loop};
    std::unique_ptr<http_pool> pool;
};

// Opens when told to, or says why it never will.
class own_gate final : public turnstile {
public:
    explicit own_gate(std::function<void()> seen) : seen_(std::move(seen)) {}
    bool opens_at_once() override { return false; }
    boost::asio::awaitable<result<duration>> wait() override {
        seen_();
        const auto loop = co_await boost::asio::this_coro::executor;
        co_await boost::asio::post(loop, boost::asio::use_awaitable);
        if (stays_shut) co_return failure(origin::gateway, "throttled", "another time");
        co_return duration(10min);
    }
    bool stays_shut = false;

private:
    std::function<void()> seen_;
};

TEST_F(http_pool_turns, who_waits_for_its_turn_has_a_connection_already) {
    std::vector<std::size_t> connections;
    own_gate turn([&] {
        connections.push_back(pool->connects());
        EXPECT_TRUE(server.requests().empty());
    });
    http_request look = read();
    look.turn = &turn;
    turn.stays_shut = true;
    EXPECT_EQ(send(look), "throttled");
    EXPECT_EQ(pool->idle(), 1u);
    turn.stays_shut = false;
    server.say(ok("1"));
    EXPECT_EQ(send(look), "200 1");
    EXPECT_EQ(connections, (std::vector<std::size_t>{1, 1}));
}

TEST_F(http_pool_turns, what_is_written_again_waits_for_another_turn) {
    int turns = 0;
    own_gate turn([&] { ++turns; });
    http_request look = read();
    look.turn = &turn;
    server.say(ok("1"));
    server.say("", then::close);
    server.say(ok("2"));
    EXPECT_EQ(send(look), "200 1");
    EXPECT_EQ(send(look), "200 2");
    EXPECT_EQ(turns, 3);
}

TEST_F(http_pool_turns, a_connection_that_died_meanwhile_is_not_written_to) {
    int turns = 0;
    own_gate turn([&] {
        ++turns;
        server.hang_up();
    });
    server.say(ok("1"), then::hang);
    server.say(ok("2"));
    EXPECT_EQ(send(read()), "200 1");
    http_request pause = read();
    pause.method = "PUT";
    pause.turn = &turn;
    EXPECT_EQ(send(pause), "200 2") << "an operation is never written twice";
    EXPECT_EQ(turns, 2);
    EXPECT_EQ(server.connections(), 2u);
}

}  // namespace
}  // namespace rolloutd::api
