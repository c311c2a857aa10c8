#include "api/http_pool.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <future>

#include "tests/api/peer.h"
#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::ok;
using test::run;
using test::then;

class http_pool_test : public testing::Test {
protected:
    explicit http_pool_test() { rebuild(settings()); }

    pool_settings settings() {
        pool_settings wanted;
        wanted.where = server.where();
        wanted.limits.header_bytes = 4096;
        wanted.limits.body_bytes = 10'000;
        return wanted;
    }
    void rebuild(pool_settings wanted) {
        pool = http_pool::make(loop.get_executor(), std::move(wanted)).value();
    }

    static http_request request(std::string method, std::string body = "") {
        http_request what;
        what.method = std::move(method);
        what.target = "/x";
        what.body = std::move(body);
        return what;
    }

    result<http_response> send(std::string method, duration patience = 5s) {
        const steady_time deadline = std::chrono::steady_clock::now() + patience;
        std::string body = method == "GET" ? "" : "{}";
        const http_request what = request(std::move(method), std::move(body));
        return run(loop, pool->send(what, deadline));
    }

    // "200 body", or the failure's origin, code and whether anything was sent.
    static std::string told(const result<http_response>& what) {
        if (what.has_value()) return std::to_string(what->status) + " " + what->body;
        const failure& failed = what.error();
        return std::string(to_text(failed.where)) + " " + failed.code +
               (failed.sent ? " sent" : " unsent");
    }

    boost::asio::io_context loop{1};
    test::peer server{loop};
    std::unique_ptr<http_pool> pool;
};

TEST_F(http_pool_test, requests_share_one_kept_alive_connection) {
    for (int i = 0; i < 5; ++i)
        server.say(ok("{}"));
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(told(send(i % 2 == 0 ? "GET" : "PUT")), "200 {}");
    EXPECT_EQ(server.connections(), 1u);
    EXPECT_EQ(pool->idle(), 1u);
    EXPECT_EQ(pool->busy(), 0u);
    const std::string host = "Host: 127.0.0.1:" + std::to_string(server.where().port);
    EXPECT_EQ(server.requests().at(0), "GET /x HTTP/1.1\r\n" + host + "\r\n\r\n");
    EXPECT_EQ(server.requests().at(1),
              "PUT /x HTTP/1.1\r\n" + host + "\r\nContent-Length: 2\r\n\r\n{}");
}

TEST_F(http_pool_test, chunked_answers_and_interim_answers_are_understood) {
    server.say(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\n{}\r\n0\r\n\r\n");
    server.say(ok("again"));
    EXPECT_EQ(told(send("GET")), "200 {}");
    EXPECT_EQ(told(send("GET")), "200 again");
    EXPECT_EQ(server.connections(), 1u);
}

TEST_F(http_pool_test, a_peer_that_says_close_is_believed) {
    server.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na", then::hang);
    server.say("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nb", then::hang);
    server.say("HTTP/1.1 200 OK\r\n\r\nuntil the end", then::close);
    server.say(ok("d"));
    EXPECT_EQ(told(send("GET")), "200 a");
    EXPECT_EQ(pool->idle(), 0u);
    EXPECT_EQ(told(send("GET")), "200 b");
    EXPECT_EQ(told(send("GET")), "200 until the end");
    EXPECT_EQ(told(send("GET")), "200 d");
    EXPECT_EQ(server.connections(), 4u);
}

TEST_F(http_pool_test, a_redirect_is_an_answer_like_any_other) {
    server.say("HTTP/1.1 302 Found\r\nLocation: http://example.com/\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(told(send("GET")), "302 ");
    EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(http_pool_test, a_connection_closed_while_idle_is_noticed_before_anything_is_sent) {
    server.say(ok("1"), then::close);
    server.say(ok("2"));
    EXPECT_EQ(told(send("PUT")), "200 1");
    test::settle(loop);
    EXPECT_EQ(told(send("PUT")), "200 2");
    EXPECT_EQ(server.requests().size(), 2u);
    EXPECT_EQ(server.connections(), 2u);
}

TEST_F(http_pool_test, a_stale_connection_costs_a_read_one_more_try_on_a_fresh_one) {
    server.say(ok("1"));
    server.say("", then::close);
    server.say(ok("2"));
    EXPECT_EQ(told(send("GET")), "200 1");
    EXPECT_EQ(told(send("GET")), "200 2");
    EXPECT_EQ(server.connections(), 2u);
}

TEST_F(http_pool_test, a_check_that_says_no_lets_not_one_byte_out) {
    http_request held = request("PUT", "{}");
    held.check = [] { return std::string("freeze"); };
    const steady_time deadline = std::chrono::steady_clock::now() + 5s;
    for (const bool reused : {false, true}) {
        EXPECT_EQ(pool->idle(), reused ? 1u : 0u);
        const result<http_response> got = run(loop, pool->send(held, deadline));
        EXPECT_EQ(told(got), "network withheld unsent") << reused;
        EXPECT_TRUE(is_withheld(got.error()));
        EXPECT_EQ(got.error().detail, "freeze");
    }
    server.say(ok("1"));
    EXPECT_EQ(told(send("PUT")), "200 1");
    EXPECT_EQ(server.requests().size(), 1u);
    EXPECT_EQ(server.connections(), 1u) << "nothing was written to it, so it serves on";
    EXPECT_EQ(pool->busy(), 0u);
}

TEST_F(http_pool_test, a_check_is_asked_again_before_a_request_goes_out_on_a_fresh_connection) {
    server.say(ok("1"));
    server.say("", then::close);
    EXPECT_EQ(told(send("GET")), "200 1");
    int asked = 0;
    http_request look = request("GET");
    look.check = [&asked] { return std::string(++asked > 1 ? "freeze" : ""); };
    const steady_time deadline = std::chrono::steady_clock::now() + 5s;
    EXPECT_EQ(told(run(loop, pool->send(look, deadline))), "network withheld unsent");
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(pool->connects(), 2u);
    EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(http_pool_test, a_read_is_tried_again_only_once) {
    server.say(ok("1"));
    for (int i = 0; i < 5; ++i)
        server.say("", then::reset);
    EXPECT_EQ(told(send("GET")), "200 1");
    EXPECT_EQ(told(send("GET")), "network reset sent");
    EXPECT_EQ(server.requests().size(), 3u);
    EXPECT_EQ(told(send("GET")), "network reset sent");
    EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(http_pool_test, an_operation_that_may_have_been_seen_is_never_sent_twice) {
    for (const std::string method : {"PUT", "POST"}) {
        server.say(ok("1"));
        server.say("", then::close);
        EXPECT_EQ(told(send(method)), "200 1");
        EXPECT_EQ(told(send(method)), "network closed sent");
    }
    EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(http_pool_test, truncated_answers_are_told_apart_from_complete_ones) {
    server.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":", then::close);
    server.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", then::close);
    server.say("HTTP/1.1 200 OK\r\nContent-Le", then::close);
    server.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}", then::reset);
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(told(send("GET")), "network truncated sent") << i;
    EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(http_pool_test, garbage_is_a_content_failure) {
    for (const std::string garbage :
         {"hello\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 two OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        server.say(garbage, then::hang);
        EXPECT_EQ(told(send("GET")), "content not_http sent") << garbage;
    }
    server.say("HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", then::hang);
    EXPECT_EQ(told(send("GET")), "content not_http sent");
    EXPECT_EQ(pool->idle(), 0u);
}

TEST_F(http_pool_test, headers_and_bodies_are_bounded_however_they_are_framed) {
    const std::string large(11'000, 'x');
    server.say("HTTP/1.1 200 OK\r\nX: " + large + "\r\n\r\n", then::hang);
    EXPECT_EQ(told(send("GET")), "content header_too_large sent");
    std::string many = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 1000; ++i)
        many += "X-" + std::to_string(i) + ": y\r\n";
    server.say(many, then::hang);
    EXPECT_EQ(told(send("GET")), "content header_too_large sent");
    server.say(ok(large), then::hang);
    EXPECT_EQ(told(send("GET")), "content body_too_large sent");
    server.say("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n", then::hang);
    EXPECT_EQ(told(send("GET")), "content body_too_large sent");
    server.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2af8\r\n" + large, then::hang);
    EXPECT_EQ(told(send("GET")), "content body_too_large sent");
    server.say("HTTP/1.1 200 OK\r\n\r\n" + large, then::hang);
    EXPECT_EQ(told(send("GET")), "content body_too_large sent");
    server.say(ok(std::string(10'000, 'y')));
    EXPECT_TRUE(send("GET").has_value());
}

TEST_F(http_pool_test, bytes_after_an_answer_belong_to_nothing) {
    server.say(ok("1") + ok("smuggled"), then::keep);
    server.say(ok("2"));
    EXPECT_EQ(told(send("GET")), "200 1");
    EXPECT_EQ(told(send("GET")), "200 2");
    EXPECT_EQ(server.connections(), 2u);
}

TEST_F(http_pool_test, a_peer_that_never_answers_costs_no_more_than_the_deadline) {
    server.fall_silent();
    const steady_time before = std::chrono::steady_clock::now();
    EXPECT_EQ(told(send("PUT", 60ms)), "network timeout sent");
    server.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nha", then::hang);
    EXPECT_EQ(told(send("GET", 60ms)), "network timeout sent");
    EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
    EXPECT_EQ(pool->idle(), 0u);
    EXPECT_EQ(pool->busy(), 0u);
}

TEST_F(http_pool_test, nobody_there_means_that_nothing_was_sent) {
    pool_settings elsewhere = settings();
    {
        test::peer gone(loop);
        elsewhere.where = gone.where();
    }
    rebuild(elsewhere);
    EXPECT_EQ(told(send("PUT")), "network refused_connection unsent");
    elsewhere.where.host = std::string(64, 'a') + ".invalid";
    rebuild(elsewhere);
    EXPECT_EQ(told(send("PUT")), "network resolve unsent");
}

TEST_F(http_pool_test, names_are_looked_up) {
    pool_settings by_name = settings();
    by_name.where = server.where("localhost");
    rebuild(by_name);
    server.say(ok("hello"));
    EXPECT_EQ(told(send("GET")), "200 hello");
}

TEST_F(http_pool_test, connections_and_those_who_wait_for_one_are_bounded) {
    pool_settings small = settings();
    small.connections = 2;
    small.queue = 2;
    rebuild(small);
    std::vector<std::string> ends;
    const auto note = [&](std::exception_ptr, const result<http_response>& what) {
        ends.push_back(told(what));
    };
    const steady_time soon = std::chrono::steady_clock::now() + 100ms;
    const http_request put = request("PUT");
    for (int i = 0; i < 5; ++i)
        boost::asio::co_spawn(loop, pool->send(put, soon), note);
    loop.restart();
    while (ends.size() < 5 && loop.run_one_for(10s) > 0) {}
    std::ranges::sort(ends);
    EXPECT_EQ(ends, (std::vector<std::string>{"network queue_full unsent", "network timeout sent",
                                              "network timeout sent", "network timeout unsent",
                                              "network timeout unsent"}));
    EXPECT_EQ(server.connections(), 2u);
    EXPECT_EQ(pool->busy(), 0u);
}

TEST_F(http_pool_test, waiters_are_served_as_connections_come_free) {
    pool_settings one = settings();
    one.connections = 1;
    rebuild(one);
    int good = 0;
    const auto count = [&](std::exception_ptr, const result<http_response>& what) {
        good += what.has_value() ? 1 : 0;
    };
    const steady_time later = std::chrono::steady_clock::now() + 5s;
    const http_request look = request("GET");
    for (int i = 0; i < 50; ++i) {
        server.say(ok("{}"));
        boost::asio::co_spawn(loop, pool->send(look, later), count);
    }
    loop.restart();
    while (good < 50 && loop.run_one_for(10s) > 0) {}
    EXPECT_EQ(good, 50);
    EXPECT_EQ(server.connections(), 1u);
}

TEST_F(http_pool_test, neither_idle_nor_busy_ones_are_ever_more_than_there_may_be) {
    pool_settings two = settings();
    two.connections = 3;  // reads leave the last one alone
    rebuild(two);
    std::size_t good = 0;
    const auto count = [&](std::exception_ptr, const result<http_response>& what) {
        good += what.has_value() ? 1 : 0;
    };
    const steady_time later = std::chrono::steady_clock::now() + 5s;
    const http_request look = request("GET");
    for (int i = 0; i < 20; ++i) {
        // Some are closed by the peer, so that others must be made while the rest lie idle.
        server.say(ok("{}"), i % 3 == 0 ? then::close : then::keep);
        boost::asio::co_spawn(loop, pool->send(look, later), count);
    }
    loop.restart();
    std::size_t idle = 0;
    std::size_t busy = 0;
    while (good < 20 && loop.run_one_for(10s) > 0) {
        idle = std::max(idle, pool->idle());
        busy = std::max(busy, pool->busy());
    }
    EXPECT_EQ(good, 20u);
    EXPECT_EQ(busy, 2u);
    EXPECT_LE(idle, 2u);
}

TEST_F(http_pool_test, a_host_with_a_dead_address_is_reached_by_its_other_one_and_that_is_kept_to) {
    pool_settings two = settings();
    two.where = server.where("two.example");
    two.stagger = 1ms;
    two.idle = 0ms;
    // Nobody listens at the first.
    two.lookup = [](const std::string&) {
        lookup_answer found;
        found.addresses = {boost::asio::ip::make_address("127.0.0.77"),
                           boost::asio::ip::make_address("127.0.0.1")};
        return found;
    };
    rebuild(two);
    for (int i = 0; i < 3; ++i) {
        server.say(ok("hello"));
        EXPECT_EQ(told(send("PUT")), "200 hello");
    }
    EXPECT_EQ(server.requests().size(), 3u);
}

TEST_F(http_pool_test, a_lookup_that_hangs_costs_the_deadline_and_nothing_is_sent) {
    std::promise<void> answer;
    pool_settings stuck = settings();
    stuck.where = server.where("stuck.example");
    stuck.lookup = [gate = answer.get_future().share()](const std::string&) {
        gate.wait();
        return lookup_answer();
    };
    rebuild(stuck);
    EXPECT_EQ(told(send("PUT", 30ms)), "network timeout unsent");
    EXPECT_EQ(pool->busy(), 0u);
    // The pool goes, and its lookup does not hold it up.
    rebuild(settings());
    answer.set_value();
    server.say(ok("hello"));
    EXPECT_EQ(told(send("PUT")), "200 hello");
}

TEST_F(http_pool_test, cancelling_a_request_drops_its_connection_and_frees_its_place) {
    boost::asio::cancellation_signal signal;
    bool aborted = false;
    const auto note = [&](std::exception_ptr error, const result<http_response>&) {
        aborted = error != nullptr;
    };
    const steady_time later = std::chrono::steady_clock::now() + 5s;
    const http_request look = request("GET");
    boost::asio::co_spawn(loop, pool->send(look, later),
                          boost::asio::bind_cancellation_slot(signal.slot(), note));
    loop.restart();
    while (server.requests().empty() && loop.run_one_for(10s) > 0) {}
    signal.emit(boost::asio::cancellation_type::terminal);
    test::settle(loop);
    EXPECT_TRUE(aborted);
    EXPECT_EQ(pool->busy(), 0u);
    EXPECT_EQ(pool->idle(), 0u);
}

TEST_F(http_pool_test, a_connection_that_lay_idle_too_long_is_not_used) {
    pool_settings hasty = settings();
    hasty.idle = 0ms;
    rebuild(hasty);
    server.say(ok("1"));
    server.say(ok("2"));
    EXPECT_EQ(told(send("GET")), "200 1");
    EXPECT_EQ(told(send("GET")), "200 2");
    EXPECT_EQ(server.connections(), 2u);
}

}  // namespace
}  // namespace rolloutd::api
