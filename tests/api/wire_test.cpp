#include "api/wire.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;

// What a body gives, as one line: a failure's origin, code and detail, or "good".
template <class T>
std::string told(const result<T>& what) {
    if (what.has_value()) return "good";
    return std::string(to_text(what.error().where)) + " " + what.error().code + ": " +
           what.error().detail;
}

// The example of the page "Displaying Basic Information about Script Service Tickets".
constexpr std::string_view info_example = R"({ "data" : {
    "execute_uuid" : "SCT2023102211473xxxxxxxxxx", "gmt_created" : 1697946452186,
    "gmt_finished" : 1697946763469, "execute_costs" : 311282,
    "creator" : "xxxxxxxxxxxcontainer1", "status" : "CANCELED",
    "properties" : { "script_uuid" : "SC2023101717xxxxxxxxxxxxx", "script_name" : "xjptxxxxxxxx",
      "current_execute_batch_index" : 1,
      "execute_param" : { "resourceful" : true, "timeout" : 300, "execute_user" : "root",
        "success_rate" : 100, "script_params" : [ ] },
      "script_source" : "CUSTOM_SCRIPT" } } })";

TEST(wire_info, the_documented_example_is_read_whole) {
    policies::ticket_info expected;
    expected.id = "SCT2023102211473xxxxxxxxxx";
    expected.status = "CANCELED";
    expected.creator = "xxxxxxxxxxxcontainer1";
    expected.script_uuid = "SC2023101717xxxxxxxxxxxxx";
    expected.name = "xjptxxxxxxxx";
    expected.created = timestamp(1697946452186ms);
    expected.finished = timestamp(1697946763469ms);
    expected.current_batch = 1;
    expected.timeout = 300s;
    expected.success_rate_tenths = 1000;
    const auto info = parse_info(info_example);
    ASSERT_TRUE(info.has_value()) << told(info);
    EXPECT_TRUE(*info == expected);
}

TEST(wire_info, nothing_but_the_status_is_required) {
    const auto info = parse_info(
        R"({"data":{"execute_uuid":null,"status":"HALTED","creator":null,"gmt_created":null,
            "properties":null,"unheard_of":[{"of":1}]},"also":"unknown"})");
    ASSERT_TRUE(info.has_value()) << told(info);
    policies::ticket_info expected;
    expected.status = "HALTED";
    EXPECT_TRUE(*info == expected);
}

TEST(wire_info, numbers_may_come_as_text_or_as_floats) {
    const auto info = parse_info(R"({"data":{"status":"PAUSED","gmt_created":"1697946452186",
        "gmt_finished":1697946763469.0,"creator":4711,
        "properties":{"current_execute_batch_index":"3","script_version_name":1.5,
                      "execute_param":{"timeout":"300.0","success_rate":"98.5",
                      "script_params":[{"param_name":"a","param_value":7},{"param_name":null},
                          {"param_name":"b","param_value":null,"param_refer":{}}]}}}})");
    ASSERT_TRUE(info.has_value()) << told(info);
    EXPECT_EQ(info->created, timestamp(1697946452186ms));
    EXPECT_EQ(info->finished, timestamp(1697946763469ms));
    EXPECT_EQ(info->creator, "4711");
    EXPECT_EQ(info->current_batch, 3);
    EXPECT_EQ(info->timeout, 300s);
    EXPECT_EQ(info->success_rate_tenths, 985);
    EXPECT_EQ(info->params, (std::map<std::string, std::string>{{"a", "7"}, {"b", ""}}));
}

struct rate_case {
    std::string_view written;
    std::optional<int> tenths;
};

void PrintTo(const rate_case& given, std::ostream* out) { *out << given.written; }

class wire_success_rate : public testing::TestWithParam<rate_case> {};

TEST_P(wire_success_rate, becomes_tenths_rounded_to_the_nearest) {
    const std::string body = R"({"data":{"status":"READY","properties":{"execute_param":{)"
                             R"("success_rate":)" +
                             std::string(GetParam().written) + "}}}}";
    const auto info = parse_info(body);
    ASSERT_TRUE(info.has_value()) << told(info);
    EXPECT_EQ(info->success_rate_tenths, GetParam().tenths);
}

INSTANTIATE_TEST_SUITE_P(
    spellings, wire_success_rate,
    testing::Values(rate_case{"100", 1000}, rate_case{"100.0", 1000}, rate_case{"\"100.0\"", 1000},
                    rate_case{"98.5", 985}, rate_case{"33.3", 333}, rate_case{"1", 10},
                    rate_case{"99.94", 999}, rate_case{"99.96", 1000}, rate_case{"9.85E1", 985},
                    rate_case{"\" 90 \"", 900}, rate_case{"0", std::nullopt},
                    rate_case{"0.9", std::nullopt}, rate_case{"101", std::nullopt},
                    rate_case{"-5", std::nullopt}, rate_case{"1e999", std::nullopt},
                    rate_case{"\"nan\"", std::nullopt}, rate_case{"\"90%\"", std::nullopt},
                    rate_case{"\"\"", std::nullopt}, rate_case{"null", std::nullopt},
                    rate_case{"true", std::nullopt}, rate_case{"[90]", std::nullopt}));

TEST(wire_info, nonsense_in_optional_members_is_as_good_as_none) {
    const auto info = parse_info(R"({"data":{"status":"READY","gmt_created":-1,"gmt_finished":9e300,
        "properties":{"current_execute_batch_index":1.5,
                      "execute_param":{"timeout":99999999999,"script_params":{"x":1}}}}})");
    ASSERT_TRUE(info.has_value()) << told(info);
    policies::ticket_info expected;
    expected.status = "READY";
    EXPECT_TRUE(*info == expected);
}

struct bad_body {
    std::string_view body;
    std::string_view says;
};

void PrintTo(const bad_body& given, std::ostream* out) { *out << given.body; }

class wire_bad_info : public testing::TestWithParam<bad_body> {};

TEST_P(wire_bad_info, is_a_content_failure_that_names_the_place) {
    const auto info = parse_info(GetParam().body);
    EXPECT_NE(told(info).find(GetParam().says), std::string::npos) << told(info);
    EXPECT_TRUE(told(info).starts_with("content bad_content: ")) << told(info);
}

INSTANTIATE_TEST_SUITE_P(
    bodies, wire_bad_info,
    testing::Values(bad_body{"", "not JSON"}, bad_body{"<html>", "not JSON"},
                    bad_body{"{\"data\":", "not JSON"}, bad_body{"{} {}", "not JSON"},
                    bad_body{"{\"data\":{\"status\":\"\xff\"}}", "not JSON"},
                    bad_body{"[]", "the answer is not an object"},
                    bad_body{"null", "the answer is missing"}, bad_body{"{}", "data is missing"},
                    bad_body{R"({"data":null})", "data is missing"},
                    bad_body{R"({"data":"SCT1"})", "data is not an object"},
                    bad_body{R"({"data":{}})", "data.status is missing"},
                    bad_body{R"({"data":{"status":null}})", "data.status is missing"},
                    bad_body{R"({"data":{"status":""}})", "data.status is empty"},
                    bad_body{R"({"data":{"status":["READY"]}})", "data.status is not text"},
                    bad_body{R"({"error_code":"COC.00000000","data":null})", "data is missing"}));

TEST(wire_json, nesting_and_size_are_bounded) {
    const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
    EXPECT_NE(told(parse_info(deep)).find("not JSON"), std::string::npos);
    const std::string large = "{\"data\":\"" + std::string(9 * 1024 * 1024, 'x') + "\"}";
    EXPECT_NE(told(parse_info(large)).find("larger than 8 MiB"), std::string::npos);
}

TEST(wire_json, texts_of_any_length_are_cut_between_characters) {
    // 0x01 is written as six characters in the journal, where a record may not pass 1 MiB.
    const std::string name = std::string(255, 'n') + "\u00e9" + std::string(1'000'000, 'n');
    std::string controls;
    for (int k = 0; k < 10'000; ++k)
        controls += "\\u0001";
    const auto info = parse_info(R"({"data":{"status":")" + controls + R"(","properties":{)" +
                                 R"("script_name":")" + name + R"("}}})");
    ASSERT_TRUE(info.has_value()) << told(info);
    EXPECT_EQ(info->status, std::string(256, '\x01'));
    EXPECT_EQ(info->name, std::string(255, 'n'));
}

TEST(wire_json, lists_of_any_length_are_refused) {
    std::string rows;
    std::string batches;
    for (int k = 1; k <= 201; ++k) {
        rows += k == 1 ? "" : ",";
        batches += k == 1 ? "" : ",";
        rows += R"({"instance_status":"S)" + std::to_string(k) + R"(","instance_count":0})";
        batches += R"({"batch_index":)" + std::to_string(k) + R"(,"total_instances":1})";
    }
    EXPECT_EQ(told(parse_batches(R"({"data":[)" + batches + "]}")),
              "content bad_content: data has more than 200 batches");
    EXPECT_EQ(told(parse_statistics(R"({"data":{"total_instance":1,"execute_statistics":[)" + rows +
                                    "]}}")),
              "content bad_content: data.execute_statistics has more than 50 statuses");
}

TEST(wire_json, a_good_status_with_an_error_code_and_no_data_is_the_services_failure) {
    const auto info =
        parse_info(R"({"error_code":"COC.00040709","error_msg":"order not found","data":null})");
    EXPECT_EQ(told(info), "service COC.00040709: order not found");
    EXPECT_TRUE(is_not_found(info.error()));
    EXPECT_TRUE(parse_info(R"({"error_code":"COC.1","data":{"status":"READY"}})").has_value());
    EXPECT_TRUE(parse_info(R"({"error_code":0,"data":{"status":"READY"}})").has_value());
}

TEST(wire_batches, the_documented_example_and_null_labels) {
    const auto rows = parse_batches(R"({"data":[
        {"batch_index":2,"total_instances":"10","rotation_strategy":"PAUSE","properties":"canary"},
        {"batch_index":1,"total_instances":1,"rotation_strategy":"CONTINUE","properties":null}]})");
    ASSERT_TRUE(rows.has_value()) << told(rows);
    const std::vector<policies::batch_info> expected{{1, 1, "CONTINUE", ""},
                                                     {2, 10, "PAUSE", "canary"}};
    EXPECT_TRUE(*rows == expected);
    EXPECT_TRUE(parse_batches(R"({"data":[]})")->empty());
}

class wire_bad_batches : public testing::TestWithParam<bad_body> {};

TEST_P(wire_bad_batches, is_a_content_failure_that_names_the_place) {
    EXPECT_EQ(told(parse_batches(GetParam().body)),
              "content bad_content: " + std::string(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    bodies, wire_bad_batches,
    testing::Values(
        bad_body{R"({"data":{}})", "data is not a list"},
        bad_body{R"({"data":[{"total_instances":1}]})", "data[0].batch_index is missing"},
        bad_body{R"({"data":[{"batch_index":1,"total_instances":1},{"batch_index":"two"}]})",
                 "data[1].batch_index is not an integer"},
        bad_body{R"({"data":[{"batch_index":0,"total_instances":1}]})",
                 "data[0].batch_index is 0, not within 1 to 2147483647"},
        bad_body{R"({"data":[{"batch_index":1,"total_instances":-1}]})",
                 "data[0].total_instances is -1, not within 0 to 2147483647"},
        bad_body{R"({"data":[7]})", "data[0].batch_index is missing"},
        bad_body{R"({"data":[{"batch_index":3,"total_instances":1},
                             {"batch_index":3,"total_instances":1}]})",
                 "data names batch 3 twice"}));

TEST(wire_statistics, rows_are_kept_as_they_come_with_batches_in_order) {
    const auto stats = parse_statistics(R"({"data":{"total_instance":"4","execute_statistics":[
        {"instance_status":"READY","instance_count":0,"batch_indexes":[]},
        {"instance_status":"FINISHED","instance_count":3.0,"batch_indexes":[2,"1",2]},
        {"instance_status":"MELTED","instance_count":1,"batch_indexes":null}]}})");
    ASSERT_TRUE(stats.has_value()) << told(stats);
    EXPECT_EQ(stats->total, 4);
    const std::vector<policies::status_row> expected{
        {"READY", 0, {}}, {"FINISHED", 3, {1, 2}}, {"MELTED", 1, {}}};
    EXPECT_TRUE(stats->rows == expected);
}

TEST(wire_statistics, what_is_missing_is_named) {
    EXPECT_EQ(told(parse_statistics(R"({"data":{"execute_statistics":[]}})")),
              "content bad_content: data.total_instance is missing");
    EXPECT_EQ(told(parse_statistics(R"({"data":{"total_instance":1,"execute_statistics":null}})")),
              "content bad_content: data.execute_statistics is missing");
    EXPECT_EQ(told(parse_statistics(R"({"data":{"total_instance":1,"execute_statistics":[
                  {"instance_status":"READY","batch_indexes":[]}]}})")),
              "content bad_content: data.execute_statistics[0].instance_count is missing");
    EXPECT_EQ(
        told(parse_statistics(R"({"data":{"total_instance":99999999999}})")),
        "content bad_content: data.total_instance is 99999999999, not within 0 to 2147483647");
}

constexpr std::string_view page_members = R"("batch_index":1,"total_instances":2,
    "execute_instances":[{"id":1588,"target_instance":{"resource_id":"r-1","agent_sn":"s",
      "agent_status":null,"region_id":null,"project_id":null,
      "properties":{"host_name":"web-1","fixed_ip":"10.0.0.1","floating_ip":null,
        "region_id":"cn-north-7","zone_id":"cn-north-7c","application":null}},
      "gmt_created":1697946452436,"execute_costs":311031,"status":"CANCELED","message":"log"},
     {"id":"510450000","target_instance":null,"status":null,"message":null,"cmd_uuid":"x"}])";

TEST(wire_batch_page, is_read_with_and_without_the_wrapper) {
    const std::string bare = "{" + std::string(page_members) + "}";
    const std::string wrapped = "{\"data\":" + bare + "}";
    for (const std::string& body : {bare, wrapped}) {
        const auto page = parse_batch_page(body);
        ASSERT_TRUE(page.has_value()) << told(page);
        EXPECT_EQ(page->index, 1);
        EXPECT_EQ(page->size, 2);
        const std::vector<policies::instance_info> expected{
            {1588, "CANCELED", "web-1", "10.0.0.1", "cn-north-7", "cn-north-7c", "r-1", ""},
            {510450000, "", "", "", "", "", "", ""}};
        EXPECT_TRUE(page->instances == expected);
    }
}

TEST(wire_batch_page, messages_are_kept_on_demand_and_cut_between_characters) {
    const std::string start(1023, 'a');
    const std::string body =
        R"({"data":{"execute_instances":[{"id":1,"message":")" + start + "\u00e9zzz\"}]}}";
    EXPECT_EQ(parse_batch_page(body)->instances.at(0).message, "");
    EXPECT_EQ(parse_batch_page_with_messages(body)->instances.at(0).message, start);
}

TEST(wire_batch_page, an_instance_without_a_usable_id_is_refused) {
    for (const std::string_view id : {"null", "0", "-3", "1.5", "\"x\"", "99999999999999999999"}) {
        const auto page =
            parse_batch_page(R"({"data":{"execute_instances":[{"id":)" + std::string(id) + "}]}}");
        EXPECT_NE(told(page).find("data.execute_instances[0].id is "), std::string::npos) << id;
    }
    EXPECT_EQ(told(parse_batch_page("{}")), "content bad_content: data is missing");
    EXPECT_TRUE(parse_batch_page(R"({"data":{"execute_instances":null}})")->instances.empty());
}

// Each row is wrong in its own way; only the first is told, or the way to the last of them would be
// walked as often as there are rows.
TEST(wire_list, a_page_of_nothing_but_bad_rows_is_refused_for_its_first) {
    std::string rows = "{}";
    for (int n = 0; n < 80'000; ++n)
        rows += ",{}";
    const auto page = parse_list_page(R"({"data":{"data":[)" + rows + "]}}");
    EXPECT_NE(told(page).find("data.data[0]."), std::string::npos) << told(page);
}

TEST(wire_list, rows_have_ids_that_may_go_into_a_path) {
    const auto rows = parse_list_page(R"({"data":{"total":1,"data":[{"order_id":74,
        "order_name":"deploy-web","execute_uuid":"SCT2023083109562601af694bf",
        "gmt_created":1697946452186,"gmt_finished":null,"execute_costs":null,"creator":"me",
        "status":"ABNORMAL","properties":{"region_ids":"cn-north-4"}}]}})");
    ASSERT_TRUE(rows.has_value()) << told(rows);
    ASSERT_EQ(rows->size(), 1u);
    EXPECT_EQ(rows->front().order_id, 74);
    EXPECT_EQ(rows->front().order_name, "deploy-web");
    EXPECT_EQ(rows->front().finished, std::nullopt);
    EXPECT_EQ(
        told(parse_list_page(R"({"data":{"data":[{"order_id":1,"execute_uuid":"../../etc"}]}})")),
        "content bad_content: data.data[0].execute_uuid is not a ticket's id");
}

TEST(wire_id, only_what_is_safe_in_a_path) {
    EXPECT_TRUE(is_valid_id("SCT2023083109562601af694bf"));
    EXPECT_TRUE(is_valid_id("a_b-C"));
    for (const std::string_view bad :
         {"", "SCT2023083109562601af694bfX", "a/b", "a b", "a?b", "a%2e", "a\n", "\xc3\xa9", "."})
        EXPECT_FALSE(is_valid_id(bad)) << bad;
}

}  // namespace
}  // namespace rolloutd::api
