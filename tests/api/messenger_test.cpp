#include "api/messenger.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "api/manual_clock.h"
#include "api/wire.h"
#include "tests/api/run.h"
#include "tests/api/scripted_http.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::settle;

constexpr std::string_view internal_error = R"({"error_code":"COC.00040701","error_msg":"m"})";
constexpr std::string_view too_many_requests = R"({"error_code":"APIGW.0308","error_msg":"m"})";

class noting_everything final : public request_observer {
public:
    void request_finished(const request_report&) override {}
    void throttled(std::string_view, duration) override {}
    void rate_changed(double per_second) override { rates.push_back(per_second); }
    void breaker_changed(bool open) override { breaker.push_back(open); }
    std::vector<double> rates;
    std::vector<bool> breaker;
};

class messenger_test : public testing::Test {
protected:
    // What became of a fetch: "200", or the failure's code; "" while it is under way.
    struct fate {
        std::string text;
        failure what;
    };

    static errand of(request_kind kind) {
        http_request request;
        request.method = kind == request_kind::read ? "GET" : "PUT";
        request.target = "/x";
        return {"info", kind, std::move(request)};
    }

    std::shared_ptr<fate> start(request_kind kind) {
        auto told = std::make_shared<fate>();
        errand& what = errands.emplace_back(of(kind));
        boost::asio::co_spawn(loop, sender->fetch(what),
                              boost::asio::bind_cancellation_slot(
                                  signals.emplace_back().slot(),
                                  [told](std::exception_ptr error, const result<fetched>& got) {
                                      if (error) {
                                          told->text = "cancelled";
                                          return;
                                      }
                                      told->text = got.has_value() ? "200" : got.error().code;
                                      if (got.has_error()) told->what = got.error();
                                  }));
        settle(loop);
        return told;
    }

    // Goes on until it has ended.
    fate fetch(request_kind kind) {
        const auto told = start(kind);
        for (int i = 0; i < 5000 && told->text.empty(); ++i)
            advance(10ms);
        EXPECT_NE(told->text, "");
        return *told;
    }
    fate read() { return fetch(request_kind::read); }
    fate operate() { return fetch(request_kind::operation); }

    void advance(duration by) {
        time.advance(by);
        settle(loop);
    }

    void answer_retry_after(int status, std::string seconds) {
        http_response response;
        response.status = status;
        response.headers.emplace_back("Retry-After", std::move(seconds));
        http.answer_with(std::move(response));
    }

    void open_breaker() {
        for (int i = 0; i < circuit_breaker::most_in_a_row; ++i)
            http.fail(failure(origin::network, "reset", "the connection was reset"));
        for (int i = 0; i < circuit_breaker::most_in_a_row; ++i)
            operate();
        ASSERT_EQ(seen.breaker, std::vector<bool>{true});
        http.requests.clear();
    }

    cloud_ports ports() {
        cloud_ports made(time, http, tokens, seen);
        made.dice = [this] { return dice; };
        return made;
    }

    std::deque<errand> errands;  // outlive what the loop has not finished
    boost::asio::io_context loop{1};
    manual_clock time{loop.get_executor(), timestamp(1'000'000ms)};
    test::scripted_http http;
    test::scripted_tokens tokens;
    noting_everything seen;
    double dice = 0.5;
    std::list<boost::asio::cancellation_signal> signals;
    std::unique_ptr<messenger> sender =
        std::make_unique<messenger>(ports(), rate_settings(), duration(10s));
};

TEST_F(messenger_test, a_read_that_fails_is_tried_again_after_a_little_while) {
    http.answer(500, "");
    http.fail(failure(origin::network, "reset", "the connection was reset"));
    http.answer(200, "{}");
    const auto told = start(request_kind::read);
    EXPECT_EQ(http.requests.size(), 1u);
    advance(240ms);
    EXPECT_EQ(http.requests.size(), 1u);
    advance(10ms);
    EXPECT_EQ(http.requests.size(), 2u);
    advance(740ms);
    EXPECT_EQ(http.requests.size(), 2u);
    advance(10ms);
    EXPECT_EQ(told->text, "200");
    EXPECT_EQ(http.deadlines, std::vector<steady_time>(3, http.deadlines.front()))
        << "all of it takes no longer than one try may";
}

TEST_F(messenger_test, a_read_is_tried_three_times_at_the_most_and_the_last_failure_tells) {
    http.answer(500, "");
    http.answer(502, "");
    http.answer(400, std::string(internal_error));
    EXPECT_EQ(read().text, "COC.00040701");
    EXPECT_EQ(http.requests.size(), 3u);
}

TEST_F(messenger_test, what_would_fail_again_is_not_tried_again) {
    for (const int status : {400, 401, 403, 404, 302, 429}) {
        http.requests.clear();
        http.answer(status, "");
        EXPECT_EQ(read().text, "http_" + std::to_string(status));
        EXPECT_EQ(http.requests.size(), 1u) << status;
    }
}

TEST_F(messenger_test, an_operation_is_never_repeated) {
    for (const int status : {400, 429, 500, 502, 503, 504}) {
        http.requests.clear();
        http.answer(status, std::string(internal_error));
        EXPECT_EQ(operate().what.http_status, status);
        EXPECT_EQ(http.requests.size(), 1u) << status;
    }
    http.requests.clear();
    http.fail(failure(origin::network, "refused_connection", "nobody is there"));
    EXPECT_EQ(operate().text, "refused_connection");
    EXPECT_EQ(http.requests.size(), 1u);
}

TEST_F(messenger_test, a_reading_that_would_be_stale_is_not_tried_again) {
    http.on_send = [this] { time.advance(9750ms); };
    http.answer(500, "");
    EXPECT_EQ(read().text, "http_500");
    EXPECT_EQ(http.requests.size(), 1u);
}

TEST_F(messenger_test, when_everything_fails_the_budget_ends_the_retries) {
    for (int i = 0; i < 100; ++i)
        http.answer(500, "");
    for (int i = 0; i < 5; ++i)
        read();
    EXPECT_EQ(http.requests.size(), 15u);
    read();
    EXPECT_EQ(http.requests.size(), 16u);
}

TEST_F(messenger_test, a_retry_that_the_rate_limit_keeps_back_leaves_the_first_failure) {
    rate_settings slow;
    slow.per_second = 0.05;
    slow.burst = 1;
    sender = std::make_unique<messenger>(ports(), slow, duration(10s));
    http.answer(502, "");
    EXPECT_EQ(read().text, "http_502");
    EXPECT_EQ(http.requests.size(), 1u);
}

// As a pool does: what a connection that had died answers with its end is written once more.
class on_a_dead_connection final : public http_client {
public:
    boost::asio::awaitable<result<http_response>> send(const http_request& request,
                                                       steady_time) override {
        for (;;) {
            const result<duration> waited = co_await test::take_turn(request);
            if (waited.has_error()) co_return waited.error();
            const std::optional<failure> refused = ask_check(request);
            if (refused) co_return *refused;
            if (++written == 1) continue;
            http_response good;
            good.status = 200;
            co_return good;
        }
    }
    int written = 0;
};

TEST_F(messenger_test, what_is_written_twice_takes_two_permissions) {
    on_a_dead_connection pool;
    rate_settings slow;
    slow.per_second = 1.0;
    slow.burst = 1;
    sender = std::make_unique<messenger>(cloud_ports(time, pool, tokens, seen), slow, 10s);
    const auto told = start(request_kind::read);
    EXPECT_EQ(pool.written, 1);
    advance(990ms);
    EXPECT_EQ(pool.written, 1);
    advance(10ms);
    EXPECT_EQ(pool.written, 2);
    EXPECT_EQ(told->text, "200");
}

TEST_F(messenger_test, too_many_requests_slow_everything_down) {
    http.answer(429, std::string(too_many_requests));
    http.answer(200, "{}");
    http.answer(200, "{}");
    EXPECT_EQ(read().text, "APIGW.0308");
    EXPECT_EQ(sender->pressure(), (backlog{0, 10.0, 3500ms}));
    const auto later = start(request_kind::read);
    const auto pause = start(request_kind::operation);
    EXPECT_EQ(sender->pressure(), (backlog{2, 10.0, 3500ms}));
    advance(3500ms);
    EXPECT_EQ(http.requests.size(), 1u) << "half way between 2 s and 5 s";
    advance(100ms);
    EXPECT_EQ(pause->text, "200");
    EXPECT_EQ(later->text, "") << "the first permission is an operation's";
    advance(2s);
    EXPECT_EQ(later->text, "200");
    EXPECT_EQ(seen.rates, (std::vector<double>{20.0, 10.0}));
}

TEST_F(messenger_test, an_operation_that_is_too_much_slows_down_as_well) {
    answer_retry_after(429, "7");
    http.answer(200, "{}");
    EXPECT_EQ(operate().what.retry_after, 7s);
    const auto later = start(request_kind::operation);
    advance(7s);
    EXPECT_EQ(later->text, "");
    advance(100ms);
    EXPECT_EQ(later->text, "200");
}

TEST_F(messenger_test, nobody_can_silence_us_for_longer_than_five_minutes) {
    answer_retry_after(429, "86400");
    http.answer(200, "{}");
    read();
    advance(longest_pause);
    EXPECT_EQ(read().text, "200");
}

TEST_F(messenger_test, many_refusals_at_the_same_moment_are_one) {
    http.hold(time);
    std::vector<std::shared_ptr<fate>> all;
    for (int i = 0; i < 8; ++i) {
        http.answer(429, std::string(too_many_requests));
        all.push_back(start(request_kind::read));
    }
    for (int i = 0; i < 8; ++i) {
        http.let_go();
        advance(10ms);
    }
    EXPECT_EQ(sender->pressure().per_second, 10.0);
    for (const auto& each : all)
        EXPECT_EQ(each->text, "APIGW.0308");
}

TEST_F(messenger_test, an_unavailable_cloud_is_left_alone_as_long_as_it_asks_but_for_operations) {
    answer_retry_after(503, "6");
    http.answer(200, "{}");
    http.answer(200, "{}");
    EXPECT_EQ(read().text, "http_503");
    EXPECT_EQ(http.requests.size(), 1u) << "the retry is the next reading's business";
    EXPECT_EQ(operate().text, "200");
    const auto later = start(request_kind::read);
    advance(5900ms);
    EXPECT_EQ(later->text, "");
    advance(100ms);
    EXPECT_EQ(later->text, "200");
    EXPECT_EQ(sender->pressure().per_second, 20.0);
}

TEST_F(messenger_test, the_rate_that_has_recovered_is_told) {
    http.answer(429, "");
    http.answer(200, "{}");
    read();
    advance(10min);
    read();
    EXPECT_EQ(seen.rates, (std::vector<double>{20.0, 10.0, 20.0}));
}

TEST_F(messenger_test, while_the_breaker_is_open_reads_fail_at_once_and_say_until_when) {
    open_breaker();
    const fate told = read();
    EXPECT_EQ(told.text, "breaker_open");
    EXPECT_EQ(told.what.where, origin::gateway);
    EXPECT_FALSE(told.what.sent);
    EXPECT_EQ(told.what.detail,
              "nothing is read since 1970-01-01T00:16:40.000Z, because the cloud failed too often; "
              "the next try goes at 1970-01-01T00:16:41.000Z");
    EXPECT_TRUE(http.requests.empty());
}

TEST_F(messenger_test, a_probe_that_succeeds_closes_the_breaker) {
    open_breaker();
    http.hold(time);
    advance(1s);
    const auto probe = start(request_kind::read);
    EXPECT_NE(read().what.detail.find("one try is under way"), std::string::npos);
    EXPECT_EQ(http.requests.size(), 1u);
    http.answer(200, "{}");
    http.let_go();
    settle(loop);
    EXPECT_EQ(probe->text, "200");
    EXPECT_EQ(seen.breaker, (std::vector<bool>{true, false}));
}

TEST_F(messenger_test, a_probe_that_fails_is_not_repeated_and_doubles_the_wait) {
    open_breaker();
    advance(1s);
    http.answer(500, "");
    EXPECT_EQ(read().text, "http_500");
    EXPECT_EQ(http.requests.size(), 1u);
    advance(1900ms);
    EXPECT_EQ(read().text, "breaker_open");
    advance(100ms);
    http.answer(200, "{}");
    EXPECT_EQ(read().text, "200");
}

TEST_F(messenger_test, an_operation_goes_through_an_open_breaker_and_may_close_it) {
    open_breaker();
    http.answer(200, "{}");
    EXPECT_EQ(operate().text, "200");
    EXPECT_EQ(seen.breaker, (std::vector<bool>{true, false}));
}

TEST_F(messenger_test, a_probe_that_is_cancelled_leaves_its_place) {
    open_breaker();
    http.hold(time);
    advance(1s);
    const auto probe = start(request_kind::read);
    signals.back().emit(boost::asio::cancellation_type::terminal);
    settle(loop);
    EXPECT_EQ(probe->text, "cancelled");
    advance(1s);
    const auto next = start(request_kind::read);
    EXPECT_EQ(next->text, "");
    EXPECT_EQ(http.requests.size(), 2u);
    http.answer(200, "{}");
    http.let_go();
    settle(loop);
    EXPECT_EQ(next->text, "200");
}

TEST_F(messenger_test, reads_that_wait_for_their_turn_stay_here_when_the_breaker_opens) {
    rate_settings slow;
    slow.per_second = 2.0;
    slow.burst = circuit_breaker::most_in_a_row;
    sender = std::make_unique<messenger>(ports(), slow, duration(10s));
    http.hold(time);
    for (int i = 0; i < circuit_breaker::most_in_a_row; ++i) {
        http.answer(500, "");
        start(request_kind::operation);
    }
    const auto late = start(request_kind::read);
    for (int i = 0; i < circuit_breaker::most_in_a_row; ++i) {
        http.let_go();
        settle(loop);
    }
    EXPECT_EQ(seen.breaker, std::vector<bool>{true});
    advance(500ms);
    EXPECT_EQ(late->text, "breaker_open");
    EXPECT_EQ(http.requests.size(), 10u);
}

}  // namespace
}  // namespace rolloutd::api
