// IAM that hangs, somebody else who answers for it, and endpoints that refuse what others let in:
// none of it keeps a token from those whom it would serve.

#include "api/iam_tokens.h"
#include "api/manual_clock.h"
#include "tests/api/run.h"
#include "tests/api/scripted_http.h"
#include "tests/api/secret_folder.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::run;

constexpr std::string_view lasting_a_day = R"({"token":{"issued_at":"2020-01-03T09:05:22.701000Z",
    "expires_at":"2020-01-04T09:05:22.701000Z"}})";
constexpr std::string_view locked_user =
    R"({"error":{"code":403,"message":"The user is locked.","title":"Forbidden"}})";

class iam_trouble : public test::secret_folder {
protected:
    iam_trouble() { replace("password", "pa\"ss\n"); }

    iam_settings settings() const {
        iam_settings made;
        made.domain = "acme";
        made.user = "ops";
        made.password_file = path("password");
        return made;
    }

    void issue(const std::string& token) {
        http_response response;
        response.status = 201;
        response.headers.emplace_back("X-Subject-Token", token);
        response.body = lasting_a_day;
        iam.answer_with(std::move(response));
    }

    static std::string told(const result<std::string>& got) {
        return got.has_value() ? *got : got.error().code;
    }
    std::string told(iam_tokens& of) { return told(run(loop, of.token())); }

    // Lets what waits go on, and tells what a request of this method is sent with; "" while it
    // waits.
    std::string sent_with(iam_tokens& of, std::string method) {
        auto got = std::make_shared<std::string>();
        http_request what;
        what.method = std::move(method);
        requests.push_back(what);
        boost::asio::co_spawn(loop, of.authorize(requests.back()),
                              [got](std::exception_ptr, const result<grant>& given) {
                                  *got = given.has_value() ? std::string(given->secrets.front())
                                                           : given.error().code;
                              });
        test::settle(loop);
        return *got;
    }

    static grant grant_with(const std::string& token) {
        grant made;
        made.secrets.push_back(token);
        return made;
    }
    static void refuse(iam_tokens& of, const std::string& token) {
        of.settle(grant_with(token), standing::refused, "");
    }
    static void let_in(iam_tokens& of, const std::string& token) {
        of.settle(grant_with(token), standing::accepted, "");
    }

    boost::asio::io_context loop{1};
    manual_clock time{loop.get_executor(), timestamp(1'591'583'940'000ms)};
    test::scripted_http iam;
    std::list<http_request> requests;
};

TEST_F(iam_trouble, an_operation_uses_the_held_token_and_leaves_its_renewal_to_reads) {
    iam_tokens tokens(time, iam, settings());
    issue("tok-1");
    EXPECT_EQ(told(tokens), "tok-1");
    time.advance(23h + 45min);
    iam.hold(time);
    EXPECT_EQ(sent_with(tokens, "PUT"), "tok-1");
    EXPECT_EQ(iam.requests.size(), 1u);
    EXPECT_EQ(sent_with(tokens, "GET"), "") << "it is the one that asks";
    EXPECT_EQ(sent_with(tokens, "PUT"), "tok-1");
    issue("tok-2");
    iam.let_go();
    test::settle(loop);
    EXPECT_EQ(sent_with(tokens, "PUT"), "tok-2");
    time.advance(24h);
    EXPECT_EQ(sent_with(tokens, "PUT"), "") << "nothing valid is held";
    EXPECT_EQ(iam.requests.size(), 3u);
    iam.let_go();
    test::settle(loop);
}

TEST_F(iam_trouble, what_somebody_else_answers_for_iam_says_nothing_of_the_password) {
    for (const int status : {302, 400, 403, 404, 407, 413, 418}) {
        iam_tokens tokens(time, iam, settings());
        iam.answer(status, status == 403 ? R"({"error":"blocked by policy 7"})" : "<html>");
        EXPECT_EQ(told(tokens), "iam_unavailable") << status;
        time.advance(2s);
        issue("tok-1");
        EXPECT_EQ(told(tokens), "tok-1") << status;
    }
}

TEST_F(iam_trouble, a_refusal_of_iams_own_is_not_repeated) {
    const std::string coded = R"({"error_code":"IAM.0004","error_msg":"locked"})";
    for (const std::string& body : {std::string(locked_user), coded}) {
        iam.requests.clear();
        iam_tokens tokens(time, iam, settings());
        iam.answer(403, body);
        for (int i = 0; i < 10; ++i) {
            EXPECT_EQ(told(tokens), "iam_refused");
            time.advance(1min);
        }
        EXPECT_EQ(iam.requests.size(), 1u);
    }
}

TEST_F(iam_trouble, the_password_shows_in_no_answer_that_echoes_it) {
    for (const std::string echo : {R"(pa\"ss)", R"(pa"ss)"}) {
        for (const int status : {400, 401, 500}) {
            iam_tokens tokens(time, iam, settings());
            iam.answer(status, std::string(241, '.') + R"("password":")" + echo);
            EXPECT_FALSE(run(loop, tokens.token()).has_value());
            const std::string said = tokens.problem();
            EXPECT_NE(said.find("....\"password\":\"***"), std::string::npos) << said;
        }
    }
    replace("password", "*");
    iam_tokens tokens(time, iam, settings());
    iam.answer(401, R"({"error":{"code":401,"message":"not *"}})");
    EXPECT_EQ(told(tokens), "iam_refused");
    EXPECT_NE(tokens.problem().find("not ***"), std::string::npos) << tokens.problem();
}

TEST_F(iam_trouble, an_endpoint_that_always_refuses_costs_a_renewal_now_and_then) {
    iam_tokens tokens(time, iam, settings());
    for (int i = 0; i < 20; ++i)
        issue("tok-" + std::to_string(i));
    for (int second = 0; second < 600; ++second) {
        const std::string token = told(tokens);
        ASSERT_TRUE(token.starts_with("tok-")) << token << " after " << second << " s";
        // The odd one asks first and again, as the messenger does; then come all the others.
        refuse(tokens, token);
        const std::string next = told(tokens);
        if (next != token) refuse(tokens, next);
        let_in(tokens, token);
        let_in(tokens, next);
        time.advance(1s);
    }
    EXPECT_LE(iam.requests.size(), 8u);
}

TEST_F(iam_trouble, a_token_that_is_revoked_after_it_was_let_in_is_renewed_at_once) {
    iam_tokens tokens(time, iam, settings());
    issue("tok-1");
    issue("tok-2");
    EXPECT_EQ(told(tokens), "tok-1");
    let_in(tokens, "tok-1");
    time.advance(10s);
    refuse(tokens, "tok-1");
    EXPECT_EQ(sent_with(tokens, "PUT"), "tok-2") << "an operation, too, wants a better one";
    EXPECT_EQ(told(tokens), "tok-2");
}

TEST_F(iam_trouble, a_doubted_token_still_serves_when_iam_has_no_other) {
    iam_tokens tokens(time, iam, settings());
    issue("tok-1");
    EXPECT_EQ(told(tokens), "tok-1");
    let_in(tokens, "tok-1");
    refuse(tokens, "tok-1");
    iam.answer(503, "");
    EXPECT_EQ(told(tokens), "tok-1");
    EXPECT_EQ(sent_with(tokens, "PUT"), "tok-1");
    EXPECT_EQ(iam.requests.size(), 2u);
    EXPECT_EQ(tokens.problem(), "");
}

}  // namespace
}  // namespace rolloutd::api
