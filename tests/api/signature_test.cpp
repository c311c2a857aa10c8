#include "api/signature.h"

#include <gtest/gtest.h>

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using pairs = std::vector<std::pair<std::string, std::string>>;

signable published() {
    signable made;
    made.method = "GET";
    made.path = "/resources";
    made.query = {{"size", "1"}};
    made.headers = {{"X-Sdk-Date", "20200608T023900Z"},
                    {"Host", "service.endpoint.myhuaweicloud.com"}};
    return made;
}

TEST(signature, the_vendors_published_request_has_its_published_signature) {
    const result<signature> made = sign(published(), "AccessKey", "SecretKey");
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->authorization,
              "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=host;x-sdk-date, Signature="
              "cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842");
}

TEST(signature, whatever_is_signed_changes_the_signature) {
    const std::string value = sign(published(), "AccessKey", "SecretKey")->value;
    const auto differs = [&value](const signable& what, std::string_view secret = "SecretKey") {
        return sign(what, "AccessKey", secret)->value != value;
    };
    EXPECT_FALSE(differs(published()));
    EXPECT_TRUE(differs(published(), "Secretkey"));
    for (int part = 0; part < 5; ++part) {
        signable other = published();
        if (part == 0) other.method = "PUT";
        if (part == 1) other.path = "/Resources";
        if (part == 2) other.query.front().second = "2";
        if (part == 3) other.headers[1].value += ":8443";
        if (part == 4) other.body = " ";
        EXPECT_TRUE(differs(other)) << part;
    }
}

TEST(signature, no_step_shows_the_secret_key) {
    const signature made = sign(published(), "AccessKey", "SecretKey").value();
    for (const std::string& step : {made.canonical_request, made.string_to_sign, made.authorization,
                                    made.payload_sha256, made.signed_headers})
        EXPECT_EQ(step.find("SecretKey"), std::string::npos);
}

TEST(signature, what_cannot_be_signed_is_said_without_its_values) {
    const auto complaint = [](const signable& what, std::string_view secret = "secret") {
        const result<signature> made = sign(what, "AccessKey", secret);
        return made.has_value() ? std::string("none") : made.error().detail;
    };
    EXPECT_EQ(complaint(published()), "none");
    EXPECT_EQ(complaint(published(), ""), "a request cannot be signed without both keys");
    signable undated = published();
    undated.headers.erase(undated.headers.begin());
    EXPECT_EQ(complaint(undated), "X-Sdk-Date must be among the signed headers");
    for (const std::string bad :
         {"", "2020-06-08T02:39:00Z", "20200608T023900", "20200608T02390OZ", "20200608T023900ZZ"}) {
        signable misdated = published();
        misdated.headers.front().value = bad;
        EXPECT_EQ(complaint(misdated), "X-Sdk-Date is not YYYYMMDDTHHMMSSZ") << bad;
    }
    signable smuggling = published();
    smuggling.headers.emplace_back("X-A", "one\nx-b:two");
    EXPECT_EQ(complaint(smuggling), "the header x-a has a line break in its value");
    for (const std::string bad : {"", "a:b", "a;b", "a\nb"}) {
        signable misnamed = published();
        misnamed.headers.emplace_back(bad, "value");
        EXPECT_EQ(complaint(misnamed), "a header's name is no name: it cannot be signed") << bad;
    }
    signable nameless = published();
    nameless.method.clear();
    EXPECT_EQ(complaint(nameless), "a request without a method cannot be signed");
}

TEST(signature, a_path_is_decoded_once_and_ends_with_one_slash) {
    EXPECT_EQ(canonical_uri(""), "/");
    EXPECT_EQ(canonical_uri("/"), "/");
    EXPECT_EQ(canonical_uri("/a"), "/a/");
    EXPECT_EQ(canonical_uri("/a/"), "/a/");
    EXPECT_EQ(canonical_uri("/a b%2Fc%2541"), "/a%20b/c%2541/");
    EXPECT_EQ(canonical_uri("/%"), "/%25/");
    EXPECT_EQ(canonical_uri("/%4"), "/%254/");
    EXPECT_EQ(canonical_uri("/%-1"), "/%25-1/");
    EXPECT_EQ(canonical_uri("/\xff"), "/%FF/");
}

TEST(signature, the_query_of_a_target_is_read_back_as_it_was_before_encoding) {
    EXPECT_EQ(parse_query(""), pairs{});
    EXPECT_EQ(parse_query("a=1&b&c=&=d&&e=f=g"),
              (pairs{{"a", "1"}, {"b", ""}, {"c", ""}, {"", "d"}, {"e", "f=g"}}));
    const pairs odd{{"creator", "a b+c&d=e%20/\xe4\xbe\x8b"}, {"", "\n"}};
    EXPECT_EQ(parse_query("creator=" + percent_encode(odd[0].second) + "&=%0A"), odd);
    EXPECT_EQ(canonical_query(parse_query("b=2&a=%7e&b=1")), "a=~&b=1&b=2");
}

TEST(signature, the_date_is_in_utc_to_the_second) {
    EXPECT_EQ(sdk_date(timestamp(1'591'583'940'000ms)), "20200608T023900Z");
    EXPECT_EQ(sdk_date(timestamp(1'591'583'940'999ms)), "20200608T023900Z");
    EXPECT_EQ(sdk_date(timestamp(0ms)), "19700101T000000Z");
    EXPECT_EQ(sdk_date(timestamp(951'827'696'000ms)), "20000229T123456Z");
}

}  // namespace
}  // namespace rolloutd::api
