// The seven endpoints, token, control and the effects of faults, without a socket.

#include "tests/simulator/cloud.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/simulator/request_log.h"
#include "tests/simulator/test_support.h"

namespace coc_sim {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;
namespace json = boost::json;

const std::string orders = "/v1/job/script/orders";
const std::string one_order = orders + "/SCT1";

struct world {
    explicit world(const std::string& extra = "", cloud_settings settings = {})
        : played(load_scenario("tickets:\n"
                               "- {id: SCT1, name: deploy, success_rate: 90, start_delay: 1s,\n"
                               "   batches: [{size: 3, label: canary, fails: [2]}, {size: 1}]}\n"
                               "- {id: SCT2, name: other, batches: [{hangs: [1]}]}\n" +
                                   extra,
                               "s.yaml")),
          sky(played.value, start, std::move(settings)) {
        EXPECT_TRUE(played.issues.empty()) << played.issues.front();
    }

    reply get(const std::string& target, double seconds = 5) {
        return send("GET", target, "", seconds);
    }
    reply put(const std::string& body, double seconds = 5) {
        return send("PUT", one_order + "/operation", body, seconds);
    }
    reply send(const std::string& method, const std::string& target, const std::string& body,
               double seconds) {
        request asked;
        asked.method = method;
        asked.target = target;
        asked.body = body;
        asked.token = token;
        return sky.handle(asked, at(seconds));
    }

    std::optional<std::string> token;
    loaded_scenario played;
    cloud sky;
};

json::value data_of(const reply& answer) {
    EXPECT_EQ(answer.status, 200U) << answer.body;
    return json::parse(answer.body).at("data");
}

TEST(sim_cloud, an_order_is_shown_with_its_oddities) {
    world one;
    const json::value data = data_of(one.get(one_order));
    EXPECT_EQ(data.at("execute_uuid"), "SCT1");
    EXPECT_EQ(data.at("status"), "PROCESSING");
    EXPECT_EQ(data.at("gmt_created"), start.time_since_epoch().count());
    EXPECT_TRUE(data.at("gmt_finished").is_null());
    EXPECT_TRUE(data.at("execute_costs").is_null());
    const json::value& properties = data.at("properties");
    EXPECT_EQ(properties.at("script_name"), "deploy");
    EXPECT_EQ(properties.at("script_source"), "CUSTOM_SCRIPT");
    EXPECT_EQ(properties.at("current_execute_batch_index"), 2);
    EXPECT_EQ(properties.at("execute_param").at("success_rate"), 90);
}

TEST(sim_cloud, a_finished_order_costs_milliseconds) {
    world one;
    const json::value data = data_of(one.get(one_order, 100));
    EXPECT_EQ(data.at("status"), "FINISHED");
    EXPECT_EQ(data.at("execute_costs"), 7000);
}

TEST(sim_cloud, batches_are_listed) {
    world one;
    const json::value data = data_of(one.get(one_order + "/batches"));
    EXPECT_EQ(json::serialize(data), R"([{"batch_index":1,"total_instances":3,)"
                                     R"("rotation_strategy":"CONTINUE","properties":"canary"},)"
                                     R"({"batch_index":2,"total_instances":1,)"
                                     R"("rotation_strategy":"CONTINUE","properties":null}])");
}

TEST(sim_cloud, a_batch_is_paged_upwards_by_marker) {
    world one;
    const json::value first = data_of(one.get(one_order + "/batches/1?limit=2"));
    EXPECT_EQ(first.at("total_instances"), 3);
    const json::array& rows = first.at("execute_instances").as_array();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[1].at("status"), "ABNORMAL");
    EXPECT_EQ(rows[1].at("message"), "exit status 1");
    EXPECT_EQ(rows[1].at("target_instance").at("provider"), "ECS");
    const std::int64_t last = rows[1].at("id").as_int64();
    const json::value rest =
        data_of(one.get(one_order + "/batches/1?limit=2&marker=" + std::to_string(last)));
    ASSERT_EQ(rest.at("execute_instances").as_array().size(), 1U);
    EXPECT_EQ(rest.at("execute_instances").at(0).at("id"), last + 1);
}

TEST(sim_cloud, a_batch_can_be_filtered_by_status) {
    world one;
    const json::value data = data_of(one.get(one_order + "/batches/1?limit=50&status=ABNORMAL"));
    EXPECT_EQ(data.at("execute_instances").as_array().size(), 1U);
}

TEST(sim_cloud, bad_parameters_of_a_batch_are_refused) {
    world one;
    for (const char* bad : {"1", "1?limit=0", "1?limit=51", "1?limit=x", "1?limit=5&marker=-1",
                            "1?limit=5&status=PAUSED", "1?limit=5&status=ROLLBACKED", "0?limit=5",
                            "3?limit=5", "x?limit=5"}) {
        const reply answer = one.get(one_order + "/batches/" + bad);
        EXPECT_EQ(answer.status, 400U) << bad;
        EXPECT_THAT(answer.body, HasSubstr("COC.00010002")) << bad;
    }
}

TEST(sim_cloud, statistics_show_zero_rows_and_the_batches_of_each_status) {
    world one;
    EXPECT_EQ(one.get(one_order + "/statistics").body,
              R"({"data":{"total_instance":4,"execute_statistics":[)"
              R"({"instance_status":"READY","instance_count":0,"batch_indexes":[]},)"
              R"({"instance_status":"PROCESSING","instance_count":1,"batch_indexes":[2]},)"
              R"({"instance_status":"ABNORMAL","instance_count":1,"batch_indexes":[1]},)"
              R"({"instance_status":"CANCELED","instance_count":0,"batch_indexes":[]},)"
              R"({"instance_status":"FINISHED","instance_count":2,"batch_indexes":[1]}]}})");
}

TEST(sim_cloud, operations_change_the_ticket_and_say_so_in_the_note) {
    world one;
    const reply answer = one.put(R"({"operation_type":"PAUSE_ORDER","batch_index":1,"more":{}})");
    EXPECT_EQ(answer.body, R"({"data":"SCT1"})");
    EXPECT_EQ(answer.note.effect, "paused");
    EXPECT_EQ(data_of(one.get(one_order)).at("status"), "PAUSED");
    const reply again = one.put(R"({"operation_type":"PAUSE_ORDER"})");
    EXPECT_EQ(again.status, 400U);
    EXPECT_THAT(again.body, HasSubstr("COC.0004"));
    EXPECT_EQ(again.note.effect, "illegal");
}

TEST(sim_cloud, bad_bodies_of_operations_have_no_effect) {
    world one;
    for (const char* bad :
         {"", "[]", "{", "{}", R"({"operation_type":7})", R"({"operation_type":"RETRY_INSTANCE"})",
          R"({"operation_type":"SKIP_BATCH","batch_index":21})",
          R"({"operation_type":"SKIP_BATCH","batch_index":"1"})",
          R"({"operation_type":"CANCEL_INSTANCE","instance_id":0})",
          R"({"operation_type":"SKIP_BATCH"})", R"({"operation_type":"CANCEL_INSTANCE"})"}) {
        const reply answer = one.put(bad);
        EXPECT_EQ(answer.status, 400U) << bad;
        EXPECT_THAT(answer.body, HasSubstr("COC.00040050")) << bad;
    }
    EXPECT_EQ(data_of(one.get(one_order)).at("status"), "PROCESSING");
}

TEST(sim_cloud, the_list_is_newest_first_paged_and_filtered) {
    world one("- {id: SCT3, creator: ann, appears: 10s, batches: [{}]}\n");
    const json::value early = data_of(one.get(orders));
    EXPECT_EQ(early.at("total"), 2) << "SCT3 does not exist yet";
    const json::value first = data_of(one.get(orders + "?limit=2", 12));
    EXPECT_EQ(first.at("total"), 3);
    EXPECT_EQ(first.at("data").at(0).at("execute_uuid"), "SCT3");
    const std::int64_t last = first.at("data").at(1).at("order_id").as_int64();
    const json::value rest =
        data_of(one.get(orders + "?limit=2&marker=" + std::to_string(last), 12));
    ASSERT_EQ(rest.at("data").as_array().size(), 1U);
    EXPECT_EQ(rest.at("data").at(0).at("execute_uuid"), "SCT1");
    EXPECT_EQ(data_of(one.get(orders + "?status=FINISHED", 12)).at("total"), 1);
    EXPECT_EQ(data_of(one.get(orders + "?creator=ann", 12)).at("total"), 1);
    EXPECT_EQ(data_of(one.get(orders + "?name_like=oth", 12)).at("total"), 1);
    EXPECT_EQ(one.get(orders + "?limit=101", 12).status, 400U);
    EXPECT_EQ(one.get(orders + "?marker=0", 12).status, 400U);
}

TEST(sim_cloud, a_posted_script_becomes_a_ticket) {
    world one;
    const std::string good =
        R"({"execute_param":{"timeout":300,"success_rate":95.5,"execute_user":"root"},)"
        R"("execute_batches":[{"batch_index":1,"rotation_strategy":"CONTINUE",)"
        R"("target_instances":[{"resource_id":"r1","region_id":"cn-north-4"}]}]})";
    const json::value id = data_of(one.send("POST", "/v1/job/scripts/SC1", good, 5));
    EXPECT_EQ(id.as_string().size(), 26U);
    const json::value order = data_of(one.get(orders + "/" + json::value_to<std::string>(id), 6));
    EXPECT_EQ(order.at("properties").at("execute_param").at("success_rate"), 95.5);
    for (const auto& [part, instead] : {std::pair{"300", "5"},
                                        {"95.5", "0"},
                                        {"\"root\"", "\"\""},
                                        {"CONTINUE", "STOP"},
                                        {"\"r1\"", "null"},
                                        {":1,", ":2,"}}) {
        std::string bad = good;
        bad.replace(bad.find(part), std::string(part).size(), instead);
        EXPECT_EQ(one.send("POST", "/v1/job/scripts/SC1", bad, 7).status, 400U) << bad;
    }
}

TEST(sim_cloud, unknown_tickets_and_apis_are_told_apart) {
    world one;
    EXPECT_THAT(one.get(orders + "/SCT9").body, HasSubstr("COC.00040709"));
    EXPECT_EQ(one.get(orders + "/SCT9").status, 400U);
    EXPECT_THAT(one.get(orders + "/sp%20ace").body, HasSubstr("COC.00010002"));
    for (const char* nowhere : {"/", "/v1", "/v1/job/script/orders/SCT1/logs", "/-/sim/state"}) {
        EXPECT_EQ(one.get(nowhere).status, 404U) << nowhere;
        EXPECT_THAT(one.get(nowhere).body, HasSubstr("APIGW.0101")) << nowhere;
    }
    EXPECT_EQ(one.send("DELETE", one_order, "", 5).status, 404U);
}

TEST(sim_cloud, a_token_is_required_where_one_is_set) {
    world one("", {.required = {.token = "right"}, .control = false});
    EXPECT_EQ(one.get(one_order).status, 401U);
    one.token = "wrong";
    EXPECT_THAT(one.get(one_order).body, HasSubstr("APIGW.0301"));
    EXPECT_THAT(one.put(R"({"operation_type":"PAUSE_ORDER"})").note.effect, "none");
    one.token = "right";
    EXPECT_EQ(data_of(one.get(one_order)).at("status"), "PROCESSING");
}

TEST(sim_cloud, a_fault_before_the_effect_spares_the_ticket_and_one_after_does_not) {
    world before("faults: [{kind: reset_before, method: PUT}]\n");
    EXPECT_EQ(before.put(R"({"operation_type":"PAUSE_ORDER"})").how, delivery::reset);
    EXPECT_EQ(data_of(before.get(one_order)).at("status"), "PROCESSING");
    world after("faults: [{kind: reset_after, method: PUT}]\n");
    const reply answer = after.put(R"({"operation_type":"PAUSE_ORDER"})");
    EXPECT_EQ(answer.how, delivery::reset);
    EXPECT_EQ(answer.note.effect, "paused");
    EXPECT_EQ(data_of(after.get(one_order)).at("status"), "PAUSED");
}

TEST(sim_cloud, a_status_fault_can_hide_an_effect) {
    world one("faults: [{kind: status, status: 504, method: PUT, applied: true}]\n");
    const reply answer = one.put(R"({"operation_type":"PAUSE_ORDER"})");
    EXPECT_EQ(answer.status, 504U);
    EXPECT_EQ(data_of(one.get(one_order)).at("status"), "PAUSED");
}

TEST(sim_cloud, a_status_fault_speaks_like_service_or_gateway) {
    world one(
        "faults:\n- {kind: status, status: 400, nth: 1}\n- {kind: status, status: 429, nth: 2}\n"
        "- {kind: status, status: 503, body: 'plain', nth: 3}\n");
    EXPECT_THAT(one.get(one_order).body, Not(HasSubstr("request_id")));
    EXPECT_THAT(one.get(one_order).body, HasSubstr("APIGW.0308"));
    EXPECT_EQ(one.get(one_order).body, "plain");
}

TEST(sim_cloud, a_stale_answer_is_the_last_one_given) {
    world one("faults: [{kind: stale, path: statistics, from: 2}]\n");
    const std::string old = one.get(one_order + "/statistics", 2).body;
    EXPECT_EQ(one.get(one_order + "/statistics", 90).body, old);
    EXPECT_EQ(one.get(one_order + "/statistics", 95).body, old);
}

TEST(sim_cloud, control_acts_as_a_person_and_changes_faults_and_tickets) {
    world one("", {.required = {.token = "secret"}, .control = true});
    const reply person =
        one.send("PUT", "/-/sim/tickets/SCT1/person", R"({"operation_type":"PAUSE_ORDER"})", 5);
    EXPECT_EQ(person.note.effect, "person: paused");
    EXPECT_EQ(
        one.send("POST", "/-/sim/tickets", R"({"id":"SCT7","batches":[{"size":2}]})", 5).status,
        200U);
    EXPECT_EQ(
        one.send("POST", "/-/sim/tickets", R"({"id":"SCT7","batches":[{"size":2}]})", 5).status,
        400U);
    EXPECT_EQ(one.send("POST", "/-/sim/faults", R"([{"kind":"status","status":502}])", 5).status,
              200U);
    EXPECT_EQ(one.send("POST", "/-/sim/faults", R"({"kind":"bang"})", 5).status, 400U);
    EXPECT_EQ(one.get(one_order).status, 502U);
    const json::value state = json::parse(one.get("/-/sim/state").body);
    EXPECT_EQ(state.at("tickets").as_array().size(), 3U);
    EXPECT_EQ(state.at("tickets").at(0).at("status"), "PAUSED");
    EXPECT_EQ(state.at("faults").at(0).at("applied"), 1);
    EXPECT_EQ(one.send("DELETE", "/-/sim/faults", "", 5).status, 200U);
    EXPECT_EQ(one.get(one_order).status, 401U);
}

TEST(sim_cloud, the_log_line_shows_the_request_but_never_the_token) {
    world one;
    request asked;
    asked.method = "PUT";
    asked.target = one_order + "/operation?x=1";
    asked.body = R"({"operation_type":"PAUSE_ORDER"})";
    asked.token = "top-secret";
    asked.connection = 3;
    const reply answer = one.sky.handle(asked, at(5));
    const std::string line = log_line(asked, answer, at(0), at(5));
    EXPECT_THAT(line, Not(HasSubstr("top-secret")));
    const json::value shown = json::parse(line);
    EXPECT_EQ(shown.at("at"), "2023-11-14T22:13:20.000Z");
    EXPECT_EQ(shown.at("sim"), "2023-11-14T22:13:25.000Z");
    EXPECT_EQ(shown.at("conn"), 3);
    EXPECT_EQ(shown.at("ticket"), "SCT1");
    EXPECT_EQ(shown.at("query").at("x"), "1");
    EXPECT_EQ(shown.at("headers").at("x-auth-token"), true);
    EXPECT_EQ(shown.at("body").at("operation_type"), "PAUSE_ORDER");
    EXPECT_EQ(shown.at("effect"), "paused");
}

}  // namespace
}  // namespace coc_sim
