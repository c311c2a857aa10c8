#include "daemon/notices/courier.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "tests/api/scripted_http.h"
#include "tests/daemon/notices/a_courier.h"

namespace rolloutd::daemon::testing {
namespace {

namespace json = boost::json;
using api::test::header_of;
using api::test::scripted_http;
using ::testing::HasSubstr;

struct courier_of_a_webhook : ::testing::Test {
    courier_stage on;
    std::shared_ptr<scripted_http> http = std::make_shared<scripted_http>();
    void start(const std::string& secret_path = "", target_kind kind = target_kind::webhook) {
        notice_target to = a_target(kind);
        to.secret_path = secret_path;
        on.employ(to, http);
    }
    void tell(const std::string& id) {
        on.who->add(a_message(id));
        on.settle();
    }
    std::string id_of(std::size_t request) const {
        const std::string body = http->requests.at(request).body;
        return std::string(json::parse(body).at("id").as_string());
    }
};

// Answers 503 and asks to be left alone, then 200.
struct busy_http final : api::http_client {
    int tries = 0;
    boost::asio::awaitable<api::result<api::http_response>> send(const api::http_request&,
                                                                 api::steady_time) override {
        api::http_response answer;
        answer.status = ++tries == 1 ? 503 : 200;
        if (tries == 1) answer.headers.emplace_back("Retry-After", "300");
        co_return answer;
    }
};

struct courier_of_an_alertmanager : courier_of_a_webhook {
    courier_of_an_alertmanager() { start("", target_kind::alertmanager); }
    std::size_t alerts_in(std::size_t request) const {
        return json::parse(std::string(http->requests.at(request).body)).as_array().size();
    }
};

TEST_F(courier_of_a_webhook, delivers_at_once_and_counts_it) {
    start();
    http->answer(204, "");
    tell("a");
    ASSERT_EQ(http->requests.size(), 1U);
    const api::http_request& sent = http->requests[0];
    EXPECT_EQ(sent.method, "POST");
    EXPECT_EQ(sent.target, "/hook");
    EXPECT_EQ(header_of(sent, "Content-Type"), "application/json");
    EXPECT_EQ(header_of(sent, "User-Agent"), "rolloutd/1.2.3");
    EXPECT_EQ(header_of(sent, signature_header), "");
    EXPECT_EQ(id_of(0), "a");
    EXPECT_TRUE(on.counted("delivered", 1));
    EXPECT_EQ(on.who->standing().delivered, 1U);
    EXPECT_TRUE(on.who->quiet());
    on.run_for(10min);
    EXPECT_EQ(http->requests.size(), 1U);
}

TEST_F(courier_of_a_webhook, tries_again_after_a_pause_and_tells_the_change_once_each) {
    start();
    http->answer(500, "");
    http->fail({api::origin::network, "reset", "connection reset"});
    http->answer(200, "");
    tell("a");
    tell("b");
    EXPECT_EQ(http->requests.size(), 1U) << "the pause is for all of them";
    EXPECT_EQ(on.who->standing().problem, "it answered 500");
    EXPECT_TRUE(on.who->quiet());
    http->answer(200, "");
    on.run_for(10s);
    ASSERT_EQ(http->requests.size(), 4U);
    EXPECT_EQ(id_of(2), "a");
    EXPECT_EQ(id_of(3), "b");
    EXPECT_EQ(on.log.count("notify_target_failing"), 1);
    EXPECT_EQ(on.log.count("notify_target_well"), 1);
    EXPECT_TRUE(on.counted("failed", 2));
    EXPECT_TRUE(on.counted("delivered", 2));
}

TEST_F(courier_of_a_webhook, what_is_refused_is_not_sent_again_and_the_next_one_says_so) {
    start();
    http->answer(422, "");
    http->answer(200, "");
    tell("a");
    tell("b");
    ASSERT_EQ(http->requests.size(), 2U);
    EXPECT_EQ(json::parse(std::string(http->requests[1].body)).at("lost"), 1);
    EXPECT_TRUE(on.counted("refused", 1));
    EXPECT_EQ(on.who->standing().given_up, 1U);
}

TEST_F(courier_of_a_webhook, gives_up_after_an_hour) {
    start();
    tell("a");
    on.run_for(2h);
    EXPECT_TRUE(on.counted("expired", 1));
    EXPECT_EQ(on.who->standing().waiting, 0U);
    const std::size_t tried = http->requests.size();
    EXPECT_GE(tried, 60U);
    EXPECT_LE(tried, 100U) << "never more than one in about 45 s";
    EXPECT_EQ(on.log.count("notify_target_failing"), 1);
}

TEST_F(courier_of_a_webhook, a_redirect_is_an_answer_and_is_not_followed) {
    start();
    http->answer(302, "");
    tell("a");
    EXPECT_EQ(http->requests.size(), 1U);
    EXPECT_THAT(on.who->standing().problem, HasSubstr("redirects are not followed"));
}

TEST_F(courier_of_a_webhook, signs_with_the_secret_as_it_is_now) {
    const temporary_folder folder;
    folder.write("key", "first\n");
    start(folder / "key");
    http->answer(200, "");
    http->answer(200, "");
    tell("a");
    folder.write("key", "second, and longer\n");
    tell("b");
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}}) {
        const api::http_request& sent = http->requests.at(n);
        EXPECT_EQ(
            header_of(sent, signature_header),
            webhook_signature(n == 0 ? "first" : "second, and longer", on.time.now(), sent.body));
    }
    EXPECT_EQ(on.log.count("second"), 0);
}

TEST_F(courier_of_a_webhook, sends_nothing_unsigned_while_the_secret_cannot_be_read) {
    const temporary_folder folder;
    start(folder / "key");
    http->answer(200, "");
    tell("a");
    EXPECT_TRUE(http->requests.empty());
    EXPECT_THAT(on.who->standing().problem, HasSubstr("webhook secret"));
    folder.write("key", "there\n");
    on.run_for(10s);
    ASSERT_EQ(http->requests.size(), 1U);
    EXPECT_NE(header_of(http->requests[0], signature_header), "");
}

TEST_F(courier_of_a_webhook, a_target_that_hangs_holds_up_nobody_and_loses_nothing_in_order) {
    start();
    http->hold(on.time);
    http->answer(200, "");
    http->answer(200, "");
    tell("a");
    tell("b");
    EXPECT_FALSE(on.who->quiet());
    EXPECT_EQ(http->requests.size(), 1U);
    EXPECT_EQ(http->deadlines.at(0), on.time.steady_now() + delivery_patience);
    http->let_go();
    on.settle();
    EXPECT_EQ(id_of(1), "b");
    http->let_go();
    on.settle();
    EXPECT_TRUE(on.counted("delivered", 2));
}

TEST_F(courier_of_a_webhook, without_a_client_it_says_why_until_there_is_one) {
    on.employ(a_target(target_kind::webhook), nullptr, "no certificates");
    tell("a");
    EXPECT_EQ(on.who->standing().problem, "no certificates");
    http->answer(200, "");
    on.who->reconnect(http);
    on.settle();
    EXPECT_EQ(http->requests.size(), 1U);
}

TEST_F(courier_of_a_webhook, hurries_when_asked) {
    start();
    http->answer(503, "");
    tell("a");
    http->answer(200, "");
    on.who->hurry();
    EXPECT_FALSE(on.who->quiet());
    on.settle();
    EXPECT_EQ(http->requests.size(), 2U);
    EXPECT_EQ(on.tries, 2);
}

TEST_F(courier_of_an_alertmanager, sends_what_waits_together_and_repeats_what_lasts) {
    http->hold(on.time);
    for (int n = 0; n < 8; ++n)
        http->answer(200, "");
    tell("a");
    tell("b");
    tell("c");
    http->let_go();
    on.settle();
    ASSERT_EQ(http->requests.size(), 2U);
    EXPECT_EQ(alerts_in(0), 1U);
    EXPECT_EQ(alerts_in(1), 2U);
    http->let_go();
    on.settle();
    on.lasting = {a_message("a")};
    on.run_for(alert_repeated);
    ASSERT_EQ(http->requests.size(), 3U);
    EXPECT_EQ(alerts_in(2), 1U);
    http->let_go();
    on.settle();
    on.lasting.clear();
    on.run_for(5min);
    EXPECT_EQ(http->requests.size(), 3U) << "nothing lasts";
}

TEST_F(courier_of_an_alertmanager, repeats_many_in_several_requests_and_stops_at_a_failure) {
    for (int n = 0; n < 120; ++n)
        on.lasting.push_back(a_message(std::to_string(n)));
    for (int n = 0; n < 3; ++n)
        http->answer(200, "");
    on.run_for(alert_repeated);
    ASSERT_EQ(http->requests.size(), 3U);
    EXPECT_EQ(alerts_in(0) + alerts_in(1) + alerts_in(2), 120U);
    http->answer(500, "");
    on.run_for(alert_repeated);
    EXPECT_EQ(http->requests.size(), 4U);
    EXPECT_EQ(on.log.count("notify_target_failing"), 1);
}

TEST_F(courier_of_an_alertmanager, learns_from_repetitions_and_rests_as_it_is_asked) {
    const auto busy = std::make_shared<busy_http>();
    on.who->reconnect(busy);
    on.lasting = {a_message("a")};
    on.run_for(alert_repeated);
    ASSERT_EQ(busy->tries, 1);
    EXPECT_EQ(on.who->standing().problem, "it answered 503");
    on.run_for(299s);
    EXPECT_EQ(busy->tries, 1) << "it asked to be left alone";
    on.run_for(2s);
    EXPECT_EQ(busy->tries, 2);
    EXPECT_EQ(on.who->standing().problem, "");
    EXPECT_EQ(on.log.count("notify_target_well"), 1);
    on.who->reconnect(http);
    http->answer(400, "");
    on.run_for(alert_repeated);
    EXPECT_EQ(on.who->standing().problem, "it answered 400");
    EXPECT_EQ(on.who->standing().given_up, 0U) << "nothing of the queue";
}

TEST_F(courier_of_an_alertmanager, repeats_nothing_while_a_failed_message_rests) {
    const auto busy = std::make_shared<busy_http>();
    on.who->reconnect(busy);
    on.lasting = {a_message("a")};
    tell("a");
    on.run_for(299s);
    EXPECT_EQ(busy->tries, 1);
}

TEST_F(courier_of_a_webhook, signs_with_the_machines_time_and_rests_by_a_steady_one) {
    const temporary_folder folder;
    folder.write("key", "first\n");
    start(folder / "key");
    on.wall.gap = 1h;
    http->answer(500, "");
    tell("a");
    const api::http_request& sent = http->requests.at(0);
    EXPECT_EQ(header_of(sent, signature_header),
              webhook_signature("first", on.time.now() - 1h, sent.body));
    on.wall.jump = 3h;
    http->answer(200, "");
    on.run_for(10s);
    EXPECT_TRUE(on.counted("delivered", 1)) << "it is no older than ten seconds";
}

TEST_F(courier_of_a_webhook, what_waits_is_handed_down_or_counted_as_dropped) {
    start();
    http->answer(500, "");
    tell("a");
    tell("b");
    outbox left = on.who->hand_down();
    EXPECT_EQ(left.waiting(), 2U);
    courier_stage other;
    http->answer(200, "");
    http->answer(200, "");
    other.employ(a_target(target_kind::webhook), http);
    other.who->inherit(std::move(left));
    other.settle();
    EXPECT_TRUE(other.counted("delivered", 2));
    http->answer(500, "");
    other.who->add(a_message("c"));
    other.settle();
    other.who->close();
    EXPECT_TRUE(other.counted("dropped", 1));
    EXPECT_EQ(other.log.count("notices_dropped"), 1);
    const std::string gauge = "rolloutd_notifications_waiting{target=\"the target\"} 0\n";
    EXPECT_THAT(other.counters.exposition({}), HasSubstr(gauge));
}

struct verdict_of_answers : ::testing::TestWithParam<std::pair<int, reception>> {};

TEST_P(verdict_of_answers, depends_on_whether_another_try_may_help) {
    api::http_response answer;
    answer.status = GetParam().first;
    EXPECT_EQ(judge_delivery(answer).how, GetParam().second);
}

INSTANTIATE_TEST_SUITE_P(
    statuses, verdict_of_answers,
    ::testing::Values(std::pair{200, reception::taken}, std::pair{204, reception::taken},
                      std::pair{301, reception::failed}, std::pair{400, reception::refused},
                      std::pair{401, reception::failed}, std::pair{404, reception::failed},
                      std::pair{413, reception::refused}, std::pair{422, reception::refused},
                      std::pair{429, reception::failed}, std::pair{500, reception::failed}));

TEST(judge_delivery, heeds_retry_after_in_seconds_alone) {
    api::http_response answer;
    answer.status = 503;
    answer.headers.emplace_back("retry-after", "30");
    EXPECT_EQ(judge_delivery(answer).asked, 30s);
    for (const char* odd : {"-1", "3x", "", "99999999999", "Fri, 31 Dec 1999 23:59:59 GMT"}) {
        answer.headers.clear();
        answer.headers.emplace_back("Retry-After", odd);
        EXPECT_FALSE(judge_delivery(answer).asked) << odd;
    }
}

TEST(judge_delivery, a_success_whose_body_is_too_large_is_a_success) {
    api::failure much(api::origin::content, "too_large", "more than 64 KiB");
    much.http_status = 200;
    EXPECT_EQ(judge_delivery(much).how, reception::taken);
    much.http_status = 0;
    EXPECT_EQ(judge_delivery(much).how, reception::failed);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
