#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "api/http_pool.h"
#include "tests/api/peer.h"
#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::ok;
using test::run;
using test::then;

// What was begun and not finished: nobody may ever meet the rest of it. Plain, and with TLS.
class abandoned_request : public testing::TestWithParam<bool> {
protected:
    abandoned_request() {
        pool_settings settings;
        settings.where = server.where();
        settings.where.tls = GetParam();
        settings.ca_file = trusted.path();
        settings.connections = 1;
        pool = http_pool::make(loop.get_executor(), settings).value();
    }

    std::optional<test::key_pair> identity() {
        if (!GetParam()) return std::nullopt;
        return test::make_certificate(authority, "IP:127.0.0.1");
    }

    static http_request request(std::string method, std::string target, std::string body = "") {
        http_request what;
        what.method = std::move(method);
        what.target = std::move(target);
        what.body = std::move(body);
        return what;
    }

    std::string send(http_request what, duration patience = 5s) {
        const steady_time deadline = std::chrono::steady_clock::now() + patience;
        const auto got = run(loop, pool->send(what, deadline));
        if (got.has_value()) return got->body;
        return got.error().code + (got.error().sent ? " sent" : " unsent");
    }

    // Sends, lets `until` come true, cancels, and tells whether that was all that happened.
    bool cancelled(http_request what, const std::function<bool()>& until) {
        boost::asio::cancellation_signal signal;
        bool ended = false;
        std::exception_ptr thrown;
        const auto note = [&](std::exception_ptr error, const result<http_response>&) {
            ended = true;
            thrown = error;
        };
        const steady_time deadline = std::chrono::steady_clock::now() + 10s;
        boost::asio::co_spawn(loop, pool->send(what, deadline),
                              boost::asio::bind_cancellation_slot(signal.slot(), note));
        loop.restart();
        while (!until() && !ended && loop.run_one_for(5s) > 0) {}
        const bool under_way = !ended;
        signal.emit(boost::asio::cancellation_type::terminal);
        test::settle(loop);
        return under_way && ended && thrown != nullptr;
    }

    void expect_a_fresh_start() {
        EXPECT_EQ(pool->idle(), 0u);
        EXPECT_EQ(pool->busy(), 0u);
        const std::size_t before = server.connections();
        server.say(ok("mine"));
        EXPECT_EQ(send(request("GET", "/next")), "mine");
        EXPECT_EQ(server.connections(), before + 1);
    }

    boost::asio::io_context loop{1};
    test::key_pair authority = test::make_authority("a test's authority");
    test::temporary_file trusted{authority.certificate};
    test::peer server{loop, identity()};
    std::unique_ptr<http_pool> pool;
};

TEST_P(abandoned_request, cancelled_while_it_is_answered_it_takes_its_connection_along) {
    server.say(ok("1"));
    EXPECT_EQ(send(request("GET", "/first")), "1");
    server.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nha", then::hang);
    EXPECT_TRUE(
        cancelled(request("GET", "/second"), [&] { return server.requests().size() == 2; }));
    expect_a_fresh_start();
}

TEST_P(abandoned_request, cancelled_while_it_is_written_it_takes_its_connection_along) {
    server.say(ok("1"));
    EXPECT_EQ(send(request("GET", "/first")), "1");
    // A turn of the loop moves 64 KiB of it at most.
    const std::string much(16'000'000, 'x');
    server.say(ok("of the abandoned"));
    int turns = 0;
    EXPECT_TRUE(cancelled(request("PUT", "/second", much), [&] { return ++turns > 20; }));
    EXPECT_EQ(server.requests().size(), 1u) << "the rest of it never came";
    EXPECT_EQ(pool->idle(), 0u);
    EXPECT_EQ(pool->busy(), 0u);
}

TEST_P(abandoned_request, a_late_answer_is_not_taken_for_the_next_requests) {
    server.say(ok("1"));
    EXPECT_EQ(send(request("GET", "/first")), "1");
    server.hold();
    server.say(ok("late"));
    EXPECT_EQ(send(request("PUT", "/slow"), 60ms), "timeout sent");
    server.release();
    test::settle(loop);
    expect_a_fresh_start();
    EXPECT_EQ(server.requests().size(), 3u) << "and the slow one was not repeated";
}

TEST_P(abandoned_request, an_answer_cut_off_by_the_deadline_leaves_nothing_behind) {
    server.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun", then::hang);
    EXPECT_EQ(send(request("GET", "/x"), 60ms), "timeout sent");
    expect_a_fresh_start();
}

TEST_P(abandoned_request, an_answer_that_nobody_asked_for_spoils_the_connection) {
    for (const std::string& extra : {ok("extra"), std::string("x")}) {
        // Once in one piece with what was asked for, once by itself while the connection is idle.
        server.say(ok("asked for") + extra);
        EXPECT_EQ(send(request("GET", "/x")), "asked for");
        test::settle(loop);
        server.say(ok("mine"), then::close);
        EXPECT_EQ(send(request("GET", "/y")), "mine");
        test::settle(loop);
    }
}

TEST_P(abandoned_request, so_does_one_that_comes_later_in_a_piece_of_its_own) {
    server.say_twice(ok("asked for"), ok("extra"));
    EXPECT_EQ(send(request("GET", "/x")), "asked for");
    test::settle(loop);
    server.say(ok("mine"));
    EXPECT_EQ(send(request("PUT", "/y")), "mine");
    EXPECT_EQ(server.connections(), 2u);
}

INSTANTIATE_TEST_SUITE_P(streams, abandoned_request, testing::Bool(),
                         [](const auto& info) { return info.param ? "tls" : "plain"; });

}  // namespace
}  // namespace rolloutd::api
