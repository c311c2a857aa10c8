#include "api/aksk_credentials.h"

#include <algorithm>

#include "api/cloud_gateway.h"
#include "api/manual_clock.h"
#include "api/signature.h"
#include "tests/api/run.h"
#include "tests/api/scripted_http.h"
#include "tests/api/secret_folder.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::header_of;
using test::run;

constexpr std::string_view good_body = R"({"data":{"execute_uuid":"SCT1","status":"PROCESSING"}})";
constexpr std::string_view wrong_signature =
    R"({"error_msg":"Incorrect IAM authentication information: verify aksk signature fail",
        "error_code":"APIGW.0301"})";
constexpr std::string_view locked =
    R"({"error_msg":"AK access failed to reach the limit,forbidden","error_code":"APIGW.0301"})";

class aksk_credentials_test : public test::secret_folder {
protected:
    aksk_credentials_test() {
        replace("ak", "ACCESS0001\n");
        replace("sk", "sk-secret-0001\n");
    }

    aksk_settings settings(bool temporary = false) const {
        aksk_settings made;
        made.where.host = "coc.myhuaweicloud.com";
        made.access_key_file = path("ak");
        made.secret_key_file = path("sk");
        if (temporary) made.security_token_file = path("st");
        return made;
    }

    static cloud_settings with_project() {
        cloud_settings made;
        made.project_id = "p-1";
        return made;
    }

    std::string read(cloud_gateway& cloud) {
        const auto info = run(loop, cloud.read_info("SCT1"));
        return info.has_value() ? "good" : info.error().code;
    }

    boost::asio::io_context loop{1};
    manual_clock time{loop.get_executor(), timestamp(1'591'583'940'000ms)};
    test::scripted_http http;
    test::noting_observer seen;
};

TEST_F(aksk_credentials_test, a_request_carries_a_signature_over_what_is_sent) {
    aksk_credentials keys(time, settings());
    cloud_gateway cloud(cloud_ports(time, http, keys, seen), with_project());
    http.answer(200, R"({"data":"SCT1"})");
    const policies::operation pause{policies::action::pause, {}, {}};
    EXPECT_EQ(run(loop, cloud.operate("SCT1", pause, write_check())).what, outcome::accepted);
    const http_request& sent = http.requests.at(0);
    EXPECT_EQ(header_of(sent, "X-Sdk-Date"), "20200608T023900Z");
    EXPECT_EQ(header_of(sent, "X-Auth-Token"), "");
    signable expected;
    expected.method = "PUT";
    expected.path = sent.target;
    expected.body = sent.body;
    expected.headers = {{"Host", "coc.myhuaweicloud.com"},
                        {"X-Sdk-Date", "20200608T023900Z"},
                        {"X-Project-Id", "p-1"},
                        {"Content-Type", "application/json"}};
    EXPECT_EQ(header_of(sent, "Authorization"),
              sign(expected, "ACCESS0001", "sk-secret-0001")->authorization);
}

TEST_F(aksk_credentials_test, the_query_is_signed_and_so_are_prefix_and_port) {
    aksk_settings odd = settings();
    odd.where = parse_endpoint("https://127.0.0.1:8443/base").value();
    aksk_credentials keys(time, odd);
    http_request request;
    request.method = "GET";
    request.target = "/v1/list?limit=100&creator=a%20b";
    const auto made = run(loop, keys.authorize(request));
    signable expected;
    expected.method = "GET";
    expected.path = "/base/v1/list";
    expected.query = {{"creator", "a b"}, {"limit", "100"}};
    expected.headers = {{"Host", "127.0.0.1:8443"}, {"X-Sdk-Date", "20200608T023900Z"}};
    EXPECT_EQ(made->headers.back().value,
              sign(expected, "ACCESS0001", "sk-secret-0001")->authorization);
}

TEST_F(aksk_credentials_test, temporary_keys_bring_their_token_signed_and_never_shown) {
    replace("st", "security-token-1");
    aksk_credentials keys(time, settings(true));
    cloud_gateway cloud(cloud_ports(time, http, keys, seen), cloud_settings());
    http.answer(403, R"({"error_code":"APIGW.0302","error_msg":"x:security-token-1|"})");
    EXPECT_EQ(run(loop, cloud.read_info("SCT1")).error().detail, "x:***|");
    const http_request& sent = http.requests.at(0);
    EXPECT_EQ(header_of(sent, "X-Security-Token"), "security-token-1");
    EXPECT_NE(
        header_of(sent, "Authorization").find("SignedHeaders=host;x-sdk-date;x-security-token,"),
        std::string::npos);
}

TEST_F(aksk_credentials_test, the_secret_key_is_in_nothing_that_is_sent_or_said) {
    aksk_credentials keys(time, settings());
    cloud_gateway cloud(cloud_ports(time, http, keys, seen), cloud_settings());
    for (int i = 0; i < 4; ++i) {
        http.answer(401, std::string(wrong_signature));
        const auto got = run(loop, cloud.read_info("SCT1"));
        EXPECT_EQ(got.error().detail.find("sk-secret"), std::string::npos);
    }
    EXPECT_EQ(keys.problem().find("sk-secret"), std::string::npos);
    for (const http_request& each : http.requests)
        for (const http_header& header : each.headers)
            EXPECT_EQ(header.value.find("sk-secret"), std::string::npos);
}

TEST_F(aksk_credentials_test, wrong_keys_are_left_alone_before_the_cloud_locks_them) {
    aksk_credentials keys(time, settings());
    cloud_gateway cloud(cloud_ports(time, http, keys, seen), cloud_settings());
    for (int i = 0; i < 10; ++i)
        http.answer(401, std::string(wrong_signature));
    std::vector<std::string> said;
    for (int i = 0; i < 6; ++i)
        said.push_back(read(cloud));
    EXPECT_EQ(said, (std::vector<std::string>{"APIGW.0301", "APIGW.0301", "APIGW.0301",
                                              "keys_refused", "keys_refused", "keys_refused"}));
    EXPECT_EQ(http.requests.size(), 3u);
    EXPECT_NE(keys.problem().find("for 6 minutes"), std::string::npos);
    time.advance(6min);
    EXPECT_EQ(read(cloud), "APIGW.0301");
    EXPECT_EQ(read(cloud), "keys_refused");
    EXPECT_EQ(http.requests.size(), 4u);
}

TEST_F(aksk_credentials_test, a_locked_key_is_not_tried_again_before_its_lock_is_over) {
    aksk_credentials keys(time, settings());
    cloud_gateway cloud(cloud_ports(time, http, keys, seen), cloud_settings());
    http.answer(401, std::string(locked));
    EXPECT_EQ(read(cloud), "APIGW.0301");
    time.advance(5min + 59s);
    EXPECT_EQ(read(cloud), "keys_refused");
    time.advance(1s);
    http.answer(200, std::string(good_body));
    EXPECT_EQ(read(cloud), "good");
    EXPECT_EQ(keys.problem(), "");
}

TEST_F(aksk_credentials_test, keys_that_were_replaced_meanwhile_are_tried_within_the_same_call) {
    aksk_credentials keys(time, settings());
    cloud_gateway cloud(cloud_ports(time, http, keys, seen), cloud_settings());
    http.answer(200, std::string(good_body));
    EXPECT_EQ(read(cloud), "good");
    http.on_send = [this] { replace("sk", "sk-secret-0002"); };
    http.answer(401, std::string(wrong_signature));
    http.answer(200, std::string(good_body));
    EXPECT_EQ(read(cloud), "good");
    EXPECT_EQ(http.requests.size(), 3u);
}

TEST_F(aksk_credentials_test, changed_files_open_the_way_again_at_once) {
    aksk_credentials keys(time, settings());
    cloud_gateway cloud(cloud_ports(time, http, keys, seen), cloud_settings());
    for (int i = 0; i < 3; ++i)
        http.answer(401, std::string(wrong_signature));
    for (int i = 0; i < 4; ++i)
        read(cloud);
    replace("sk", "sk-secret-0002");
    http.answer(200, std::string(good_body));
    EXPECT_EQ(read(cloud), "good");
    EXPECT_EQ(http.requests.size(), 4u);
}

TEST_F(aksk_credentials_test, a_file_that_cannot_be_read_is_named_and_nothing_is_sent) {
    aksk_credentials keys(time, settings());
    cloud_gateway cloud(cloud_ports(time, http, keys, seen), cloud_settings());
    remove("sk");
    EXPECT_EQ(read(cloud), "bad_secret_key_file");
    EXPECT_NE(keys.problem().find(path("sk")), std::string::npos);
    remove("ak");
    EXPECT_EQ(read(cloud), "bad_access_key_file");
    EXPECT_TRUE(http.requests.empty());
}

TEST_F(aksk_credentials_test, others_wait_for_the_first_request_and_go_when_it_is_let_in) {
    aksk_credentials keys(time, settings());
    http_request request;
    request.method = "GET";
    request.target = "/";
    const grant first = run(loop, keys.authorize(request)).value();
    bool second = false;
    boost::asio::co_spawn(
        loop, keys.authorize(request),
        [&second](std::exception_ptr, result<grant> got) { second = got.has_value(); });
    test::settle(loop);
    EXPECT_FALSE(second);
    keys.settle(first, standing::accepted, "");
    test::settle(loop);
    EXPECT_TRUE(second);
}

TEST_F(aksk_credentials_test, nobody_waits_longer_than_the_patience_for_a_trial) {
    aksk_credentials keys(time, settings());
    http_request request;
    request.method = "GET";
    request.target = "/";
    ASSERT_TRUE(run(loop, keys.authorize(request)).has_value());
    std::string said;
    boost::asio::co_spawn(loop, keys.authorize(request),
                          [&said](std::exception_ptr, result<grant> got) {
                              said = got.has_value() ? "granted" : got.error().code;
                          });
    test::settle(loop);
    EXPECT_EQ(said, "");
    time.advance(10s);
    test::settle(loop);
    EXPECT_EQ(said, "keys_on_trial");
}

// Keys that were good go bad while four requests are under way and six more, signed already, wait
// for the rate limit.
class keys_gone_bad : public aksk_credentials_test {
protected:
    keys_gone_bad() {
        http.answer(200, std::string(good_body));
        EXPECT_EQ(read(cloud), "good");
        time.advance(10s);
        http.hold(time);
        for (int i = 0; i < 10; ++i)
            boost::asio::co_spawn(
                loop, cloud.read_info("SCT1"), [this](std::exception_ptr, const auto& info) {
                    ended.push_back(info.has_value() ? "good" : info.error().code);
                });
        test::settle(loop);
        EXPECT_EQ(http.requests.size(), 5u);
        EXPECT_EQ(cloud.pressure().waiting, 6u);
    }

    static cloud_settings slow() {
        cloud_settings made;
        made.rate.per_second = 4.0;
        made.rate.burst = 4;
        return made;
    }

    void answer_one(int status, std::string_view body) {
        http.answer(status, std::string(body));
        http.let_go();
        test::settle(loop);
    }

    void advance(duration by) {
        for (duration each{}; each < by; each += 50ms) {
            time.advance(50ms);
            test::settle(loop);
        }
    }

    std::vector<std::string> ended;
    aksk_credentials keys{time, settings()};
    cloud_gateway cloud{cloud_ports(time, http, keys, seen), slow()};
};

TEST_F(keys_gone_bad, what_is_signed_and_not_yet_sent_stays_here_but_for_one_at_a_time) {
    answer_one(401, wrong_signature);
    advance(3s);
    EXPECT_EQ(http.requests.size(), 6u) << "one trial";
    answer_one(401, wrong_signature);
    advance(3s);
    EXPECT_EQ(http.requests.size(), 6u) << "the trial is under way; this was an older one";
    answer_one(401, wrong_signature);
    advance(20s);
    EXPECT_EQ(http.requests.size(), 6u) << "three refusals in a row";
    answer_one(401, wrong_signature);
    answer_one(401, wrong_signature);
    EXPECT_EQ(ended.size(), 10u);
    EXPECT_EQ(std::ranges::count(ended, "APIGW.0301"), 5) << "four under way and one trial";
}

TEST_F(keys_gone_bad, one_that_is_let_in_again_opens_the_way_for_all) {
    answer_one(401, wrong_signature);
    for (int i = 0; i < 3; ++i)
        answer_one(200, good_body);
    advance(3s);
    EXPECT_EQ(http.requests.size(), 6u) << "those three were signed before the refusal";
    answer_one(200, good_body);
    advance(4s);
    EXPECT_EQ(http.requests.size(), 11u);
    for (int i = 0; i < 5; ++i)
        answer_one(200, good_body);
    EXPECT_EQ(std::ranges::count(ended, "good"), 9);
}

TEST_F(aksk_credentials_test, the_date_is_the_machines_even_while_our_own_time_is_ahead_of_it) {
    aksk_credentials keys(time, settings());
    time.set_ahead(1h);
    http_request request;
    request.method = "GET";
    request.target = "/";
    EXPECT_EQ(run(loop, keys.authorize(request))->headers.front().value, "20200608T013900Z");
}

}  // namespace
}  // namespace rolloutd::api
