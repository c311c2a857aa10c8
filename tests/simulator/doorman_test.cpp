// Who is let in: signatures from published examples, tokens, locks.

#include "tests/simulator/doorman.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace coc_sim {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
namespace json = boost::json;

constexpr sim_time published_at{std::chrono::seconds(1'591'583'940)};
const std::string published_signature =
    "cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842";

// The vendor's own example, which it publishes with its signature.
arrival published() {
    return {.method = "GET",
            .target = "/resources?size=1",
            .headers = {{"host", "service.endpoint.myhuaweicloud.com"},
                        {"x-sdk-date", "20200608T023900Z"},
                        {"authorization",
                         "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=host;x-sdk-date, "
                         "Signature=" +
                             published_signature}},
            .body = "",
            .at = published_at};
}

doorman key_keeper() { return doorman({.access_key = "AccessKey", .secret_key = "SecretKey"}); }

std::string login(const std::string& password, const std::string& scope = "project") {
    return R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":)"
           R"("acme"},"name":"ops","password":")" +
           password + R"("}}},"scope":{")" + scope + R"(":{"name":"cn-north-4"}}}})";
}

doorman issuer() {
    return doorman(
        {.iam_domain = "acme", .iam_user = "ops", .iam_password = "right", .token_lifetime = 60s});
}

std::string with_token(doorman& door, const std::string& token, sim_time now) {
    return door.refusal({.method = "GET",
                         .target = "/",
                         .headers = {{"x-auth-token", token}},
                         .body = "",
                         .at = now});
}

TEST(doorman, nothing_is_asked_where_nothing_is_required) {
    doorman door{admission()};
    EXPECT_EQ(door.refusal({.method = "GET", .target = "/", .headers = {}, .body = "", .at = {}}),
              "");
}

TEST(doorman, the_vendors_published_example_is_let_in) {
    doorman door = key_keeper();
    EXPECT_EQ(door.refusal(published()), "");
    arrival posted = published();
    posted.method = "POST";
    posted.body = R"({"name":"test","id":1})";
    posted.headers[2].second =
        "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=host;x-sdk-date, Signature="
        "436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f";
    EXPECT_EQ(door.refusal(posted), "");
}

TEST(doorman, a_query_in_another_order_or_spelling_is_the_same_query) {
    doorman door({.access_key = "COCTESTACCESSKEY0001",
                  .secret_key = "cocTestSecretKey/0123456789+abcdefABCDEF"});
    EXPECT_EQ(door.refusal({.method = "GET",
                            .target = "/v1/job/script/orders?start_time=1690000000000&limit=100&"
                                      "status=ABNORMAL&marker=74&creator=ops%20team%2ba%7eb%2Fc%40"
                                      "%e4%be%8b.com",
                            .headers = {{"host", "coc.myhuaweicloud.com"},
                                        {"x-sdk-date", " 20260115T083000Z "},
                                        {"authorization",
                                         "SDK-HMAC-SHA256 Access=COCTESTACCESSKEY0001, "
                                         "SignedHeaders=host;x-sdk-date, Signature="
                                         "2130f19a38ddfc0796bef23ddafbb9125fa0cd5f9fb70c87d47e53c6d"
                                         "861c69b"}},
                            .body = "",
                            .at = sim_time(std::chrono::seconds(1'768'465'800))}),
              "");
}

TEST(doorman, whatever_was_changed_on_the_way_is_noticed) {
    for (int part = 0; part < 5; ++part) {
        doorman door = key_keeper();
        arrival changed = published();
        if (part == 0) changed.method = "PUT";
        if (part == 1) changed.target = "/resources?size=2";
        if (part == 2) changed.headers[0].second = "elsewhere";
        if (part == 3) changed.headers[1].second = "20200608T023901Z";
        if (part == 4) changed.body = "x";
        EXPECT_THAT(door.refusal(changed), HasSubstr("verify aksk signature fail")) << part;
    }
    doorman door = key_keeper();
    arrival unsigned_header = published();
    unsigned_header.headers.erase(unsigned_header.headers.begin());
    EXPECT_THAT(door.refusal(unsigned_header), HasSubstr("host is missing"));
    arrival stranger = published();
    stranger.headers[2].second.replace(23, 9, "Stranger!");
    EXPECT_THAT(door.refusal(stranger), HasSubstr("Get secretKey failed"));
}

TEST(doorman, a_signature_is_good_for_a_quarter_of_an_hour_either_way) {
    for (const auto off : {-15min, 15min}) {
        arrival late = published();
        late.at += off;
        EXPECT_EQ(key_keeper().refusal(late), "");
        late.at += off / 15;
        EXPECT_THAT(key_keeper().refusal(late), HasSubstr("signature expired"));
    }
    arrival undated = published();
    undated.headers[1].second = "yesterday";
    EXPECT_THAT(key_keeper().refusal(undated), HasSubstr("no date"));
}

TEST(doorman, temporary_keys_need_their_token) {
    doorman door(
        {.access_key = "AccessKey", .secret_key = "SecretKey", .security_token = "temporary"});
    EXPECT_THAT(door.refusal(published()), HasSubstr("security token"));
    arrival whole = published();
    whole.headers.emplace_back("x-security-token", "temporary");
    EXPECT_EQ(door.refusal(whole), "");
}

TEST(doorman, five_bad_signatures_in_a_row_lock_the_key_for_five_minutes) {
    doorman door = key_keeper();
    arrival bad = published();
    bad.target = "/other";
    for (int i = 0; i < 4; ++i)
        EXPECT_THAT(door.refusal(bad), HasSubstr("verify"));
    EXPECT_EQ(door.refusal(published()), "") << "which begins the count anew";
    for (int i = 0; i < 5; ++i)
        EXPECT_THAT(door.refusal(bad), HasSubstr("verify"));
    EXPECT_THAT(door.refusal(published()), HasSubstr("reach the limit"));
    arrival later = published();
    later.at += 5min;
    EXPECT_EQ(door.refusal(later), "");
}

TEST(doorman, a_login_gets_a_token_that_lets_in_until_it_expires) {
    doorman door = issuer();
    for (const std::string scope : {"project", "domain"}) {
        const issued_token got = door.issue(login("right", scope), published_at);
        EXPECT_EQ(got.status, 201U);
        EXPECT_EQ(json::parse(got.body).at("token").at("expires_at"), "2020-06-08T02:40:00.000Z");
        EXPECT_EQ(with_token(door, got.token, published_at + 59s), "");
        EXPECT_THAT(with_token(door, got.token, published_at + 60s), HasSubstr("token expires"));
    }
    EXPECT_THAT(with_token(door, "made-up", published_at), HasSubstr("decrypt token fail"));
    EXPECT_THAT(door.refusal(published()), HasSubstr("x-auth-token not found"));
}

TEST(doorman, wrong_passwords_get_iams_answer_and_then_a_lock) {
    doorman door = issuer();
    for (int i = 0; i < 5; ++i) {
        const issued_token refused = door.issue(login("wrong"), published_at);
        EXPECT_EQ(refused.status, 401U);
        EXPECT_EQ(refused.token, "");
        EXPECT_EQ(json::parse(refused.body).at("error").at("code"), 401);
    }
    EXPECT_EQ(door.issue(login("right"), published_at + 14min).status, 401U);
    EXPECT_EQ(door.issue(login("right"), published_at + 15min).status, 201U);
    for (const std::string bad : {"", "[]", "{}", R"({"auth":5})"})
        EXPECT_EQ(door.issue(bad, published_at + 15min).status, 400U) << bad;
}

}  // namespace
}  // namespace coc_sim
