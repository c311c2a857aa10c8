#include "api/iam_tokens.h"

#include <boost/json.hpp>

#include "api/cloud_gateway.h"
#include "api/manual_clock.h"
#include "tests/api/run.h"
#include "tests/api/scripted_http.h"
#include "tests/api/secret_folder.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::header_of;
using test::run;

constexpr std::string_view wrong_password =
    R"({"error":{"code":401,"message":"The username or password is wrong: pass word\"1",
        "title":"Unauthorized"}})";
constexpr std::string_view a_day = R"({"token":{"issued_at":"2020-01-03T09:05:22.701000Z",
    "expires_at":"2020-01-04T09:05:22.701000Z"}})";

class iam_tokens_test : public test::secret_folder {
protected:
    iam_tokens_test() { replace("password", "pass word\"1\n"); }

    iam_settings settings() const {
        iam_settings made;
        made.domain = "acme";
        made.user = "ops";
        made.password_file = path("password");
        made.project = "cn-north-4";
        return made;
    }

    void issue(const std::string& token, std::string body = std::string(a_day)) {
        http_response response;
        response.status = 201;
        response.headers.emplace_back("X-Subject-Token", token);
        response.body = std::move(body);
        iam.answer_with(std::move(response));
    }

    // The token, or the code of why there is none.
    std::string told(iam_tokens& tokens) {
        const result<std::string> got = run(loop, tokens.token());
        return got.has_value() ? *got : got.error().code;
    }

    boost::asio::io_context loop{1};
    manual_clock time{loop.get_executor(), timestamp(1'591'583'940'000ms)};
    test::scripted_http iam;
};

TEST_F(iam_tokens_test, a_login_says_who_wants_a_token_of_which_project) {
    iam_tokens tokens(time, iam, settings());
    issue("tok-1");
    EXPECT_EQ(told(tokens), "tok-1");
    const http_request& sent = iam.requests.at(0);
    EXPECT_EQ(sent.method + " " + sent.target, "POST /v3/auth/tokens?nocatalog=true");
    EXPECT_EQ(header_of(sent, "Content-Type"), "application/json;charset=utf8");
    EXPECT_EQ(boost::json::parse(sent.body), boost::json::parse(R"({"auth":{"identity":{
        "methods":["password"],"password":{"user":{"domain":{"name":"acme"},"name":"ops",
        "password":"pass word\"1"}}},"scope":{"project":{"name":"cn-north-4"}}}})"));
}

TEST_F(iam_tokens_test, without_a_project_the_token_is_of_the_domain) {
    iam_settings whole = settings();
    whole.project = "";
    iam_tokens tokens(time, iam, whole);
    issue("tok-1");
    EXPECT_EQ(told(tokens), "tok-1");
    EXPECT_EQ(boost::json::parse(iam.requests.at(0).body).at("auth").at("scope"),
              boost::json::parse(R"({"domain":{"name":"acme"}})"));
}

TEST_F(iam_tokens_test, a_token_is_kept_and_renewed_half_an_hour_before_it_expires) {
    iam_tokens tokens(time, iam, settings());
    issue("tok-1");
    issue("tok-2");
    EXPECT_EQ(told(tokens), "tok-1");
    time.advance(23h + 29min);
    EXPECT_EQ(told(tokens), "tok-1");
    EXPECT_EQ(iam.requests.size(), 1u);
    time.advance(1min);
    EXPECT_EQ(told(tokens), "tok-2");
}

TEST_F(iam_tokens_test, while_a_renewal_fails_the_old_token_serves_until_its_end) {
    iam_tokens tokens(time, iam, settings());
    issue("tok-1");
    EXPECT_EQ(told(tokens), "tok-1");
    time.advance(23h + 30min);
    iam.answer(503, "");
    EXPECT_EQ(told(tokens), "tok-1");
    EXPECT_EQ(told(tokens), "tok-1");
    EXPECT_EQ(iam.requests.size(), 2u) << "not asked again at once";
    EXPECT_EQ(tokens.problem(), "");
    time.advance(30min);
    iam.answer(503, "");
    EXPECT_EQ(told(tokens), "iam_unavailable");
    EXPECT_NE(tokens.problem(), "");
}

TEST_F(iam_tokens_test, a_token_without_a_usable_time_lasts_an_hour) {
    for (
        const std::string body :
        {"", "{}", R"({"token":{"expires_at":"soon","issued_at":5}})",
         R"({"token":{"expires_at":"2020-01-04T09:05:22Z","issued_at":"2020-01-05T09:05:22Z"}})"}) {
        iam_tokens tokens(time, iam, settings());
        issue("tok-1", body);
        issue("tok-2");
        EXPECT_EQ(told(tokens), "tok-1");
        time.advance(44min);
        EXPECT_EQ(told(tokens), "tok-1");
        time.advance(1min);
        EXPECT_EQ(told(tokens), "tok-2");
    }
}

TEST_F(iam_tokens_test, a_wrong_password_is_not_sent_twice) {
    iam_tokens tokens(time, iam, settings());
    iam.answer(401, std::string(wrong_password));
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(told(tokens), "iam_refused");
        time.advance(10s);
    }
    EXPECT_EQ(iam.requests.size(), 1u);
    EXPECT_NE(tokens.problem().find("IAM refused the login of ops in acme"), std::string::npos);
    EXPECT_EQ(tokens.problem().find("pass word"), std::string::npos);
}

TEST_F(iam_tokens_test, a_changed_password_file_is_tried_at_once_and_the_old_one_after_a_while) {
    iam_tokens tokens(time, iam, settings());
    iam.answer(401, std::string(wrong_password));
    EXPECT_EQ(told(tokens), "iam_refused");
    replace("password", "another");
    iam.answer(401, std::string(wrong_password));
    EXPECT_EQ(told(tokens), "iam_refused");
    EXPECT_EQ(told(tokens), "iam_refused");
    EXPECT_EQ(iam.requests.size(), 2u);
    time.advance(30min);
    issue("tok-1");
    EXPECT_EQ(told(tokens), "tok-1");
    EXPECT_EQ(tokens.problem(), "");
}

TEST_F(iam_tokens_test, a_silent_iam_is_asked_ever_more_seldom) {
    iam_tokens tokens(time, iam, settings());
    for (int second = 0; second < 600; ++second) {
        EXPECT_EQ(told(tokens), "iam_unavailable");
        time.advance(1s);
    }
    // After 2, 4, 8, 16, 32 and then every 60 seconds.
    EXPECT_EQ(iam.requests.size(), 6u + 8u);
}

TEST_F(iam_tokens_test, an_answer_without_a_usable_token_is_none) {
    for (const std::string bad : {"", "two words", "a\tb", "caf\xc3\xa9"}) {
        iam_tokens tokens(time, iam, settings());
        issue(bad);
        EXPECT_EQ(told(tokens), "iam_unavailable") << bad;
    }
    iam_tokens tokens(time, iam, settings());
    issue(std::string(33 * 1024, 'x'));
    EXPECT_EQ(told(tokens), "iam_unavailable");
}

TEST_F(iam_tokens_test, a_password_file_that_cannot_be_read_is_named) {
    iam_tokens tokens(time, iam, settings());
    remove("password");
    EXPECT_EQ(told(tokens), "bad_password_file");
    EXPECT_NE(tokens.problem().find(path("password")), std::string::npos);
    EXPECT_TRUE(iam.requests.empty());
}

TEST_F(iam_tokens_test, a_token_that_expires_mid_run_causes_one_renewal_and_no_failed_call) {
    iam_tokens tokens(time, iam, settings());
    test::scripted_http coc;
    test::noting_observer seen;
    cloud_gateway cloud(cloud_ports(time, coc, tokens, seen), cloud_settings());
    const std::string good = R"({"data":{"execute_uuid":"SCT1","status":"PROCESSING"}})";
    issue("tok-1");
    issue("tok-2");
    coc.answer(200, good);
    EXPECT_TRUE(run(loop, cloud.read_info("SCT1")).has_value());
    time.advance(1h);
    coc.answer(401, R"({"error_code":"APIGW.0307","error_msg":"The token must be updated."})");
    coc.answer(200, good);
    coc.answer(200, good);
    EXPECT_TRUE(run(loop, cloud.read_info("SCT1")).has_value());
    EXPECT_TRUE(run(loop, cloud.read_info("SCT1")).has_value());
    EXPECT_EQ(iam.requests.size(), 2u);
    EXPECT_EQ(header_of(coc.requests.at(3), "X-Auth-Token"), "tok-2");
    tokens.rejected("tok-1");
    EXPECT_EQ(told(tokens), "tok-2") << "a late refusal of the old token";
}

TEST_F(iam_tokens_test, tokens_that_are_refused_at_once_are_not_fetched_in_a_loop) {
    iam_tokens tokens(time, iam, settings());
    for (int i = 0; i < 20; ++i)
        issue("tok-" + std::to_string(i));
    for (int second = 0; second < 300; ++second) {
        const std::string token = told(tokens);
        if (token.starts_with("tok-")) tokens.rejected(token);
        time.advance(1s);
    }
    EXPECT_EQ(iam.requests.size(), 5u);
    EXPECT_NE(tokens.problem().find("refuses the tokens"), std::string::npos);
}

TEST_F(iam_tokens_test, many_who_want_a_token_ask_for_one) {
    iam_tokens tokens(time, iam, settings());
    iam.hold(time);
    issue("tok-1");
    std::vector<std::string> got;
    for (int i = 0; i < 5; ++i)
        boost::asio::co_spawn(loop, tokens.token(),
                              [&got](std::exception_ptr, result<std::string> one) {
                                  got.push_back(one.has_value() ? *one : one.error().code);
                              });
    test::settle(loop);
    EXPECT_TRUE(got.empty());
    iam.let_go();
    test::settle(loop);
    EXPECT_EQ(got, std::vector<std::string>(5, "tok-1"));
    EXPECT_EQ(iam.requests.size(), 1u);
}

TEST_F(iam_tokens_test, nobody_waits_for_another_ones_login_beyond_the_timeout) {
    iam_tokens tokens(time, iam, settings());
    iam.hold(time);
    std::vector<std::string> got;
    for (int i = 0; i < 2; ++i)
        boost::asio::co_spawn(loop, tokens.token(),
                              [&got](std::exception_ptr, result<std::string> one) {
                                  got.push_back(one.has_value() ? *one : one.error().code);
                              });
    test::settle(loop);
    time.advance(10s);
    test::settle(loop);
    EXPECT_EQ(got, std::vector<std::string>{"iam_unavailable"});
    iam.let_go();
    test::settle(loop);
    EXPECT_EQ(got.size(), 2u);
}

}  // namespace
}  // namespace rolloutd::api
