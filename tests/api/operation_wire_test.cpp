#include <gtest/gtest.h>

#include <ostream>

#include "api/gateway.h"
#include "api/wire.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using policies::action;

std::string body_of(policies::operation what) { return request_of("SCT1", what).value().body; }

TEST(operation_request, has_exactly_the_members_that_the_operation_needs) {
    EXPECT_EQ(body_of({action::pause, {}, {}}), R"({"operation_type":"PAUSE_ORDER"})");
    EXPECT_EQ(body_of({action::continue_ticket, {}, {}}), R"({"operation_type":"CONTINUE_ORDER"})");
    EXPECT_EQ(body_of({action::cancel, {}, {}}), R"({"operation_type":"CANCEL_ORDER"})");
    EXPECT_EQ(body_of({action::skip_batch, 3, {}}),
              R"({"operation_type":"SKIP_BATCH","batch_index":3})");
    EXPECT_EQ(body_of({action::cancel_instance, {}, 9223372036854775807}),
              R"({"operation_type":"CANCEL_INSTANCE","instance_id":9223372036854775807})");
    EXPECT_EQ(body_of({action::pause, 3, 4}), R"({"operation_type":"PAUSE_ORDER"})");
}

TEST(operation_request, names_method_and_target) {
    const auto request = request_of("SCT2023083109562601af694bf", {action::pause, {}, {}});
    EXPECT_EQ(request->method, "PUT");
    EXPECT_EQ(request->target, "/v1/job/script/orders/SCT2023083109562601af694bf/operation");
}

TEST(operation_request, what_cannot_be_asked_for_is_refused) {
    EXPECT_TRUE(request_of("../x", {action::pause, {}, {}}).has_error());
    EXPECT_TRUE(request_of("SCT1", {action::notify, {}, {}}).has_error());
    EXPECT_TRUE(request_of("SCT1", {action::skip_batch, {}, {}}).has_error());
    EXPECT_TRUE(request_of("SCT1", {action::skip_batch, 0, {}}).has_error());
    EXPECT_TRUE(request_of("SCT1", {action::skip_batch, 21, {}}).has_error());
    EXPECT_TRUE(request_of("SCT1", {action::cancel_instance, {}, {}}).has_error());
    EXPECT_TRUE(request_of("SCT1", {action::cancel_instance, {}, 0}).has_error());
}

struct answer_case {
    int status;
    std::string code;
    bool sent;
    outcome expected;
};

void PrintTo(const answer_case& given, std::ostream* out) {
    *out << given.status << " " << given.code << (given.sent ? " sent" : "");
}

class answer_class : public testing::TestWithParam<answer_case> {};

TEST_P(answer_class, follows_the_table_of_the_design) {
    failure what(origin::network, GetParam().code, "d");
    what.http_status = GetParam().status;
    what.sent = GetParam().sent;
    EXPECT_EQ(to_text(to_answer(what).what), to_text(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    table, answer_class,
    testing::Values(answer_case{400, "COC.00040050", true, outcome::refused},
                    answer_case{400, "COC.00040709", true, outcome::refused},
                    answer_case{400, "COC.00040701", true, outcome::unknown},
                    answer_case{400, "APIGW.0201", true, outcome::unknown},
                    answer_case{400, "http_400", true, outcome::unknown},
                    answer_case{403, "APIGW.0302", true, outcome::refused},
                    answer_case{404, "APIGW.0101", true, outcome::refused},
                    answer_case{413, "APIGW.0201", true, outcome::refused},
                    answer_case{401, "APIGW.0307", true, outcome::not_executed},
                    answer_case{429, "APIGW.0308", true, outcome::not_executed},
                    answer_case{403, "APIGW.0308", true, outcome::not_executed},
                    answer_case{400, "APIG.0308", true, outcome::not_executed},
                    answer_case{0, "refused_connection", false, outcome::not_executed},
                    answer_case{0, "throttled", false, outcome::not_executed},
                    answer_case{0, "timeout", false, outcome::not_executed},
                    answer_case{0, "timeout", true, outcome::unknown},
                    answer_case{0, "reset", true, outcome::unknown},
                    answer_case{0, "closed", true, outcome::unknown},
                    answer_case{200, "bad_content", true, outcome::unknown},
                    answer_case{200, "COC.00040050", true, outcome::unknown},
                    answer_case{202, "http_202", true, outcome::unknown},
                    answer_case{302, "http_302", true, outcome::unknown},
                    answer_case{409, "COC.00040050", true, outcome::unknown},
                    answer_case{500, "COC.00040701", true, outcome::unknown},
                    answer_case{502, "http_502", true, outcome::unknown},
                    answer_case{503, "http_503", true, outcome::unknown},
                    answer_case{504, "APIGW.0201", true, outcome::unknown}));

TEST(operation_answer, is_not_put_off_longer_than_half_a_minute_whatever_the_cloud_asks) {
    failure what(origin::gateway, "APIGW.0308", "d");
    what.http_status = 429;
    what.sent = true;
    EXPECT_EQ(to_answer(what).retry_after, std::nullopt);
    what.retry_after = 3s;
    EXPECT_EQ(to_answer(what).retry_after, 3s);
    what.retry_after = 24h;
    EXPECT_EQ(to_answer(what).retry_after, 30s);
}

TEST(execute_body, is_what_the_reference_shows) {
    execute_request request;
    request.success_rate_tenths = 985;
    request.params["a"] = "v\"1";
    execute_batch batch;
    batch.targets.push_back({"r-1", "cn-north-4", "ECS", "CLOUDSERVER"});
    request.batches.push_back(batch);
    EXPECT_EQ(execute_body(request).value(),
              R"({"execute_param":{"timeout":300,"success_rate":98.5,"execute_user":"root",)"
              R"("script_params":[{"param_name":"a","param_value":"v\"1"}]},)"
              R"("execute_batches":[{"batch_index":1,"rotation_strategy":"CONTINUE",)"
              R"("target_instances":[{"resource_id":"r-1","region_id":"cn-north-4",)"
              R"("provider":"ECS","type":"CLOUDSERVER"}]}]})");
}

TEST(execute_body, says_what_is_out_of_range) {
    execute_request request;
    EXPECT_EQ(execute_body(request).error().detail, "there must be 1 to 20 batches");
    execute_batch batch;
    request.batches.push_back(batch);
    EXPECT_EQ(execute_body(request).error().detail, "batch 1 must have 1 to 10 instances");
    request.timeout = 5s;
    EXPECT_EQ(execute_body(request).error().detail, "the timeout must be more than 5 s");
}

}  // namespace
}  // namespace rolloutd::api
