#include "api/cloud_gateway.h"

#include "api/manual_clock.h"
#include "tests/api/run.h"
#include "tests/api/scripted_http.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using policies::action;
using policies::operation;
using test::header_of;
using test::run;

class cloud_gateway_test : public testing::Test {
protected:
    std::vector<std::string> targets() const {
        std::vector<std::string> all;
        for (const http_request& each : http.requests)
            all.push_back(each.method + " " + each.target);
        return all;
    }

    static cloud_settings with_project() {
        cloud_settings settings;
        settings.project_id = "p-1";
        settings.most_pages = 5;
        return settings;
    }

    answer operate(action what) {
        const operation op{what, {}, {}};
        return run(loop, cloud.operate("SCT1", op, write_check()));
    }

    boost::asio::io_context loop{1};
    manual_clock time{loop.get_executor(), timestamp(1'000'000ms)};
    test::scripted_http http;
    test::scripted_tokens tokens;
    test::noting_observer seen;
    cloud_gateway cloud{cloud_ports(time, http, tokens, seen), with_project()};
};

constexpr std::string_view info_body = R"({"data":{"execute_uuid":"SCT1","status":"PROCESSING"}})";

std::string page(int total, std::vector<int> ids) {
    std::string rows;
    for (const int id : ids)
        rows += (rows.empty() ? "" : ",") +
                (R"({"id":)" + std::to_string(id) + R"(,"status":"READY"})");
    return R"({"data":{"batch_index":2,"total_instances":)" + std::to_string(total) +
           R"(,"execute_instances":[)" + rows + "]}}";
}

TEST_F(cloud_gateway_test, a_read_carries_what_the_api_asks_for_and_ends_within_the_timeout) {
    http.answer(200, std::string(info_body));
    const auto info = run(loop, cloud.read_info("SCT1"));
    ASSERT_TRUE(info.has_value());
    EXPECT_EQ(info->status, "PROCESSING");
    EXPECT_EQ(targets(), std::vector<std::string>{"GET /v1/job/script/orders/SCT1"});
    const http_request& request = http.requests.front();
    EXPECT_EQ(header_of(request, "X-Auth-Token"), "secret-1");
    EXPECT_EQ(header_of(request, "X-Project-Id"), "p-1");
    EXPECT_TRUE(request.fixed_lines.starts_with(
        "X-Language: en-us\r\nAccept: application/json\r\nUser-Agent: rolloutd/"));
    EXPECT_TRUE(request.fixed_lines.ends_with("\r\n"));
    EXPECT_EQ(request.body, "");
    EXPECT_EQ(http.deadlines.front(), time.steady_now() + 10s);
    EXPECT_EQ(seen.notes, std::vector<std::string>{"info 200 good"});
}

TEST_F(cloud_gateway_test, batches_and_statistics_have_their_paths) {
    http.answer(200, R"({"data":[]})");
    http.answer(200, R"({"data":{"total_instance":0,"execute_statistics":[]}})");
    EXPECT_TRUE(run(loop, cloud.read_batches("SCT1")).has_value());
    EXPECT_TRUE(run(loop, cloud.read_statistics("SCT1")).has_value());
    EXPECT_EQ(targets(), (std::vector<std::string>{"GET /v1/job/script/orders/SCT1/batches",
                                                   "GET /v1/job/script/orders/SCT1/statistics"}));
}

TEST_F(cloud_gateway_test, an_id_that_does_not_belong_into_a_path_is_never_sent) {
    EXPECT_EQ(run(loop, cloud.read_info("../admin")).error().code, "bad_request");
    EXPECT_EQ(run(loop, cloud.read_batch("SCT1", 0, batch_options())).error().code, "bad_request");
    EXPECT_TRUE(http.requests.empty());
}

TEST_F(cloud_gateway_test, an_answer_about_another_ticket_is_refused) {
    http.answer(200, R"({"data":{"execute_uuid":"SCT2","status":"PAUSED"}})");
    EXPECT_EQ(run(loop, cloud.read_info("SCT1")).error().where, origin::content);
    http.answer(200, R"({"data":{"execute_uuid":null,"status":"PAUSED"}})");
    EXPECT_EQ(run(loop, cloud.read_info("SCT1"))->id, "SCT1");
}

TEST_F(cloud_gateway_test, a_batch_is_read_page_by_page_until_its_total_is_reached) {
    http.answer(200, page(3, {7, 5}));
    http.answer(200, page(3, {5, 9}));
    const auto batch = run(loop, cloud.read_batch("SCT1", 2, batch_options()));
    ASSERT_TRUE(batch.has_value());
    EXPECT_EQ(batch->index, 2);
    EXPECT_EQ(batch->size, 3);
    ASSERT_EQ(batch->instances.size(), 3u);
    EXPECT_EQ(batch->instances[0].id, 5);
    EXPECT_EQ(batch->instances[2].id, 9);
    EXPECT_EQ(targets(), (std::vector<std::string>{
                             "GET /v1/job/script/orders/SCT1/batches/2?limit=50&marker=0",
                             "GET /v1/job/script/orders/SCT1/batches/2?limit=50&marker=5"}));
}

TEST_F(cloud_gateway_test, an_empty_page_ends_a_batch_that_is_smaller_than_it_says) {
    http.answer(200, page(10, {1, 2}));
    http.answer(200, page(10, {}));
    const auto batch = run(loop, cloud.read_batch("SCT1", 2, batch_options()));
    EXPECT_EQ(batch->instances.size(), 2u);
    EXPECT_EQ(batch->size, 10);
}

TEST_F(cloud_gateway_test, a_marker_that_does_not_advance_is_a_content_failure) {
    http.answer(200, page(10, {1, 2}));
    http.answer(200, page(10, {1, 2}));
    const auto batch = run(loop, cloud.read_batch("SCT1", 2, batch_options()));
    EXPECT_EQ(batch.error().where, origin::content);
    EXPECT_NE(batch.error().detail.find("marker does not advance"), std::string::npos);
    EXPECT_EQ(http.requests.size(), 2u);
}

TEST_F(cloud_gateway_test, pages_are_bounded_and_of_the_batch_that_was_asked_for) {
    for (int i = 1; i <= 6; ++i)
        http.answer(200, page(100, {i}));
    EXPECT_NE(
        run(loop, cloud.read_batch("SCT1", 2, batch_options())).error().detail.find("5 pages"),
        std::string::npos);
    EXPECT_EQ(http.requests.size(), 5u);
    EXPECT_NE(
        run(loop, cloud.read_batch("SCT1", 3, batch_options())).error().detail.find("asked for 3"),
        std::string::npos);
}

TEST_F(cloud_gateway_test, the_list_goes_on_until_an_empty_page) {
    http.answer(200, R"({"data":{"total":2,"data":[{"order_id":9,"execute_uuid":"SCT9"},
                                                  {"order_id":8,"execute_uuid":"SCT8"}]}})");
    http.answer(200, R"({"data":{"total":2,"data":[{"order_id":7,"execute_uuid":"SCT7"}]}})");
    http.answer(200, R"({"data":{"total":2,"data":[]}})");
    list_filter filter;
    filter.creator = "a b&c";
    filter.status = "PROCESSING";
    filter.created_since = timestamp(1697946452186ms);
    const auto rows = run(loop, cloud.list(filter));
    ASSERT_TRUE(rows.has_value());
    EXPECT_EQ(rows->size(), 3u);
    const std::string rest = "&creator=a%20b%26c&status=PROCESSING&start_time=1697946452186";
    EXPECT_EQ(targets(),
              (std::vector<std::string>{"GET /v1/job/script/orders?limit=100" + rest,
                                        "GET /v1/job/script/orders?limit=100&marker=8" + rest,
                                        "GET /v1/job/script/orders?limit=100&marker=7" + rest}));
}

TEST_F(cloud_gateway_test, a_refused_token_is_renewed_once) {
    tokens.tokens = {"secret-1", "secret-2"};
    http.answer(401, R"({"error_code":"APIGW.0307","error_msg":"The token must be updated."})");
    http.answer(200, std::string(info_body));
    EXPECT_TRUE(run(loop, cloud.read_info("SCT1")).has_value());
    EXPECT_EQ(header_of(http.requests.at(1), "X-Auth-Token"), "secret-2");
    EXPECT_EQ(tokens.rejections, std::vector<std::string>{"secret-1"});
    EXPECT_EQ(seen.notes, (std::vector<std::string>{"info 401 gateway", "info 200 good"}));
}

TEST_F(cloud_gateway_test, an_operation_asks_its_own_check_before_each_time_that_it_is_sent) {
    tokens.tokens = {"secret-1", "secret-2"};
    http.answer(401, R"({"error_code":"APIGW.0307","error_msg":"The token must be updated."})");
    http.answer(200, "{}");
    const operation pause{action::pause, {}, {}};
    int asked = 0;
    const auto frozen_meanwhile = [&asked] { return std::string(++asked > 1 ? "freeze" : ""); };
    const answer told = run(loop, cloud.operate("SCT1", pause, frozen_meanwhile));
    EXPECT_EQ(told.what, outcome::withheld);
    EXPECT_EQ(http.requests.size(), 1u) << "what was frozen after the refusal is not sent again";
    EXPECT_EQ(asked, 2);
}

TEST_F(cloud_gateway_test, the_same_token_is_not_tried_again_and_a_second_refusal_is_final) {
    http.answer(401, "{}");
    EXPECT_EQ(run(loop, cloud.read_info("SCT1")).error().http_status, 401);
    EXPECT_EQ(http.requests.size(), 1u);
    tokens.tokens = {"secret-1", "secret-2", "secret-3"};
    http.answer(401, "{}");
    http.answer(401, "{}");
    EXPECT_EQ(operate(action::pause).what, outcome::not_executed);
    EXPECT_EQ(http.requests.size(), 3u);
}

TEST_F(cloud_gateway_test, no_token_means_that_nothing_is_sent) {
    tokens.tokens.clear();
    EXPECT_EQ(run(loop, cloud.read_info("SCT1")).error().code, "bad_token_file");
    EXPECT_EQ(operate(action::pause).what, outcome::not_executed);
    EXPECT_TRUE(http.requests.empty());
}

TEST_F(cloud_gateway_test, the_token_is_taken_out_of_what_the_cloud_says) {
    http.answer(403, R"({"error_code":"APIGW.0302","error_msg":"x-auth-token:secret-1|secret-1"})");
    EXPECT_EQ(run(loop, cloud.read_info("SCT1")).error().detail, "x-auth-token:***|***");
}

TEST_F(cloud_gateway_test, a_long_token_is_taken_out_before_the_text_is_cut) {
    const std::string token = std::string(4000, 'T');
    tokens.tokens = {token};
    for (const int status : {403, 200}) {
        http.answer(status, R"({"error_code":"APIGW.0302","error_msg":"token:)" + token + "\"}");
        const result<policies::ticket_info> got = run(loop, cloud.read_info("SCT1"));
        EXPECT_EQ(got.error().detail, "token:***") << status;
    }
}

TEST_F(cloud_gateway_test, an_operation_sends_exactly_the_journalled_request_once) {
    http.answer(200, R"({"data":"SCT1"})");
    const operation skip{action::skip_batch, 4, {}};
    const answer told = run(loop, cloud.operate("SCT1", skip, write_check()));
    EXPECT_EQ(told.what, outcome::accepted);
    EXPECT_EQ(told.http_status, 200);
    EXPECT_TRUE(told.sent);
    const operation_request journalled = request_of("SCT1", skip).value();
    ASSERT_EQ(http.requests.size(), 1u);
    EXPECT_EQ(http.requests[0].method, journalled.method);
    EXPECT_EQ(http.requests[0].target, journalled.target);
    EXPECT_EQ(http.requests[0].body, journalled.body);
    EXPECT_EQ(header_of(http.requests[0], "Content-Type"), "application/json");
}

TEST_F(cloud_gateway_test, an_operations_answer_is_told_and_never_repeated) {
    http.answer(400, R"({"error_code":"COC.00040050","error_msg":"not now"})");
    const answer refused = operate(action::pause);
    EXPECT_EQ(refused.what, outcome::refused);
    EXPECT_EQ(refused.error_code, "COC.00040050");
    EXPECT_EQ(refused.message, "not now");
    http.answer(200, "<html>");
    EXPECT_EQ(operate(action::pause).what, outcome::unknown);
    http.answer(200, "");
    EXPECT_EQ(operate(action::pause).what, outcome::unknown);
    http.answer(200, R"({"data":null})");
    EXPECT_EQ(operate(action::pause).what, outcome::accepted);
    failure lost(origin::network, "timeout", "no answer");
    lost.sent = true;
    http.fail(lost);
    EXPECT_EQ(operate(action::pause).what, outcome::unknown);
    http.fail(failure(origin::network, "refused_connection", "nobody there"));
    EXPECT_EQ(operate(action::pause).what, outcome::not_executed);
    EXPECT_EQ(http.requests.size(), 6u);
}

TEST_F(cloud_gateway_test, an_operation_whose_check_says_no_is_withheld_and_not_counted) {
    const operation pause{action::pause, {}, {}};
    const write_check no = [] { return std::string("hold"); };
    const answer told = run(loop, cloud.operate("SCT1", pause, no));
    EXPECT_EQ(told.what, outcome::withheld);
    EXPECT_EQ(told.error_code, "withheld");
    EXPECT_EQ(told.message, "hold");
    EXPECT_FALSE(told.sent);
    EXPECT_TRUE(http.requests.empty());
    EXPECT_TRUE(seen.notes.empty()) << "no request was made";
}

TEST_F(cloud_gateway_test, an_impossible_operation_is_refused_without_a_request) {
    const answer told = operate(action::notify);
    EXPECT_EQ(told.what, outcome::refused);
    EXPECT_FALSE(told.sent);
    EXPECT_TRUE(http.requests.empty());
}

TEST_F(cloud_gateway_test, execute_returns_the_new_tickets_id) {
    http.answer(200, R"({"data":"SCT7"})");
    execute_request request;
    execute_batch batch;
    batch.targets.resize(1);
    request.batches.push_back(batch);
    EXPECT_EQ(run(loop, cloud.execute("SC1", request)).value(), "SCT7");
    EXPECT_EQ(targets(), std::vector<std::string>{"POST /v1/job/scripts/SC1"});
}

TEST_F(cloud_gateway_test, beyond_the_rate_requests_wait_and_say_so) {
    cloud_settings slow;
    slow.rate.per_second = 2.0;
    slow.rate.burst = 1;
    cloud_gateway limited(cloud_ports(time, http, tokens, seen), slow);
    http.answer(200, std::string(info_body));
    http.answer(200, std::string(info_body));
    EXPECT_TRUE(run(loop, limited.read_info("SCT1")).has_value());
    bool done = false;
    boost::asio::co_spawn(loop, limited.read_info("SCT1"),
                          [&](std::exception_ptr, const auto& info) { done = info.has_value(); });
    test::settle(loop);
    EXPECT_EQ(http.requests.size(), 1u);
    EXPECT_EQ(limited.pressure(), (backlog{1, 2.0}));
    time.advance(500ms);
    test::settle(loop);
    EXPECT_TRUE(done);
    EXPECT_EQ(seen.notes.at(1), "info throttled 500");
}

}  // namespace
}  // namespace rolloutd::api
