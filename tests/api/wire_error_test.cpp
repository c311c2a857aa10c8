#include "api/wire_error.h"

#include <gtest/gtest.h>

#include <ostream>

#include "api/wire.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;

http_response answer_of(int status, std::string body) {
    http_response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

struct error_case {
    int status;
    std::string_view body;
    origin where;
    std::string_view code;
    std::string_view detail;
};

void PrintTo(const error_case& given, std::ostream* out) {
    *out << given.status << " " << given.body;
}

class error_shape : public testing::TestWithParam<error_case> {};

TEST_P(error_shape, gives_origin_code_and_message) {
    const error_case& expected = GetParam();
    const failure what = parse_failure(answer_of(expected.status, std::string(expected.body)));
    EXPECT_EQ(to_text(what.where), to_text(expected.where));
    EXPECT_EQ(what.code, expected.code);
    EXPECT_EQ(what.detail, expected.detail);
    EXPECT_EQ(what.http_status, expected.status);
    EXPECT_TRUE(what.sent);
}

INSTANTIATE_TEST_SUITE_P(
    shapes, error_shape,
    testing::Values(
        error_case{400,
                   R"({"error_code":"COC.00040702","error_msg":"Target instance is not exist."})",
                   origin::service, "COC.00040702", "Target instance is not exist."},
        error_case{401,
                   R"({"error_code":"common.01010001","error_msg":"Token missing or invalid.",
                       "provider_code":"049","data":null})",
                   origin::gateway, "common.01010001", "Token missing or invalid."},
        error_case{404,
                   R"({"error_msg":"not published","error_code":"APIGW.0101","request_id":"x"})",
                   origin::gateway, "APIGW.0101", "not published"},
        error_case{500, R"({"error_code":"APIG.0201","error_msg":"m"})", origin::gateway,
                   "APIG.0201", "m"},
        error_case{401, R"({"error":{"code":401,"message":"wrong","title":"Unauthorized"}})",
                   origin::gateway, "401", "wrong"},
        error_case{400, R"({"errorCode":"X.1","errorMsg":"camel"})", origin::service, "X.1",
                   "camel"},
        error_case{400, R"({"code":7,"message":"plain"})", origin::service, "7", "plain"},
        error_case{503, R"({"error_code":"COC.00040701","error_msg":"m"})", origin::service,
                   "COC.00040701", "m"},
        error_case{502, "<html>bad gateway</html>", origin::gateway, "http_502",
                   "HTTP status 502 with: <html>bad gateway</html>"},
        error_case{500, "", origin::service, "http_500", "HTTP status 500 without an explanation"},
        error_case{500, "[1,2]", origin::service, "http_500",
                   "HTTP status 500 without an explanation"},
        error_case{500, "\x01\xff\xfe", origin::service, "http_500",
                   "HTTP status 500 with an unreadable body"},
        error_case{400, R"({"error_code":"evil\ncode","error_msg":"m"})", origin::service,
                   "http_400", "m"},
        error_case{302, "", origin::gateway, "http_302",
                   "the answer is a redirect, which is not followed: check cloud.endpoint"}));

TEST(error_answer, retry_after_is_taken_in_seconds_and_bounded) {
    http_response response = answer_of(429, "{}");
    response.headers.emplace_back("retry-after", "3");
    EXPECT_EQ(parse_failure(response).retry_after, 3s);
    response.headers.front().value = "99999999";
    EXPECT_EQ(parse_failure(response).retry_after, longest_pause);
    for (const std::string odd : {"-1", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", ""}) {
        response.headers.front().value = odd;
        EXPECT_EQ(parse_failure(response).retry_after, std::nullopt) << odd;
    }
}

TEST(error_answer, nobody_is_silenced_longer_than_five_minutes) { EXPECT_EQ(longest_pause, 5min); }

TEST(error_answer, retry_after_may_be_a_date_that_is_told_from_the_answers_own) {
    http_response response = answer_of(503, "");
    response.headers.emplace_back("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT");
    EXPECT_EQ(parse_failure(response).retry_after, std::nullopt) << "whose clock?";
    response.headers.emplace_back("Date", "Wed, 21 Oct 2026 07:27:48 GMT");
    EXPECT_EQ(parse_failure(response).retry_after, 12s);
    std::string& until = response.headers.front().value;
    until = "Thu, 22 Oct 2026 07:28:00 GMT";
    EXPECT_EQ(parse_failure(response).retry_after, longest_pause);
    until = "Wed, 21 Oct 2026 07:27:00 GMT";
    EXPECT_EQ(parse_failure(response).retry_after, 0s) << "that time has come";
    for (const std::string odd :
         {"Wed, 32 Oct 2026 07:28:00 GMT", "Wed, 21 ctO 2026 07:28:00 GMT",
          "Wed, 21 Oct 2026 07:28:00 CET", "Wed, 21 Oct 2026 -7:28:00 GMT",
          "Wednesday, 21-Oct-26 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:xx GMT"}) {
        until = odd;
        EXPECT_EQ(parse_failure(response).retry_after, std::nullopt) << odd;
    }
}

TEST(error_answer, a_secret_is_taken_out_before_a_text_is_cut) {
    const std::string token = std::string(4000, 'T') + "/end";
    const std::string echoed = R"(","error_msg":"x-auth-token:)" + token + "\"}";
    const failure whole = parse_failure(answer_of(401, R"({"error_code":"C.1)" + echoed), {token});
    EXPECT_EQ(whole.detail, "x-auth-token:***");
    EXPECT_EQ(whole.code, "C.1");
    const failure page = parse_failure(answer_of(502, "<html>" + token + "</html>"), {token});
    EXPECT_EQ(page.detail, "HTTP status 502 with: <html>***</html>");
    EXPECT_EQ(parse_failure(answer_of(400, R"({"error_msg":"a\/b"})"), {"a/b"}).detail, "***");
    EXPECT_EQ(
        parse_failure(answer_of(400, R"({"error_code":"k3y","error_msg":"m"})"), {"k3y"}).code,
        "http_400");
}

TEST(error_answer, a_long_message_is_cut) {
    const std::string body =
        R"({"error_code":"COC.1","error_msg":")" + std::string(5000, 'x') + "\"}";
    EXPECT_EQ(parse_failure(answer_of(400, body)).detail.size(), 1024u);
}

}  // namespace
}  // namespace rolloutd::api
