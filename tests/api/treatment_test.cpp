// The tables of reference/coc-api.md §4.1 to §4.3, row by row: what each failure asks for when a
// read meets it, and what it means for an operation (DESIGN §6, Answers).

#include "api/treatment.h"

#include <gtest/gtest.h>

#include <ostream>

#include "api/gateway.h"
#include "api/json_reader.h"
#include "api/wire.h"
#include "api/wire_error.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;

enum class pace { usual, slower };

struct row {
    int status;
    std::string body;
    repeating read;
    pace all;
    health word;
    outcome operation;
};

void PrintTo(const row& given, std::ostream* out) { *out << given.status << " " << given.body; }

failure failure_of(int status, std::string_view body) {
    if (status == 200) return *error_in_good_answer(json_document::parse(body).value());
    http_response response;
    response.status = status;
    response.body = body;
    return parse_failure(response);
}

class error_table : public testing::TestWithParam<row> {};

TEST_P(error_table, says_how_a_failure_is_treated) {
    const row& expected = GetParam();
    const failure what = failure_of(expected.status, expected.body);
    const treatment found = treat(what);
    EXPECT_EQ(found.read, expected.read);
    EXPECT_EQ(found.slow_down, expected.all == pace::slower);
    EXPECT_EQ(found.word, expected.word);
    EXPECT_FALSE(found.pause_reads) << "nobody said Retry-After";
    EXPECT_EQ(to_text(to_answer(what).what), to_text(expected.operation));
}

std::string coc(std::string_view code) {
    return R"({"error_code":")" + std::string(code) + R"(","error_msg":"m"})";
}

// Inside functions, as these words are good names elsewhere.
std::vector<row> shapes() {
    using enum repeating;
    using enum pace;
    using enum health;
    using enum outcome;
    return {
        row{400, R"({"error_code":"COC.00040702","error_msg":"Target instance is not exist."})",
            never, usual, good, refused},
        row{401,
            R"({"error_code":"common.01010001","error_msg":"Token missing or invalid.",
                "provider_code":"049","data":null})",
            renewed, usual, good, not_executed},
        row{200, R"({"error_code":"COC.00040050","error_msg":"m","data":null})", never, usual,
            unsaid, unknown},
        row{200, R"({"error_code":"COC.00040701","error_msg":"m","data":null})", soon, usual,
            unsaid, unknown},
        row{401, R"({"error_msg":"Incorrect","error_code":"APIGW.0301","request_id":"x"})", renewed,
            usual, good, not_executed},
        row{401, R"({"error":{"code":401,"message":"wrong","title":"Unauthorized"}})", renewed,
            usual, good, not_executed},
        row{403,
            R"({"error_code":"COC.00000403","error_msg":"m","encoded_authorization_message":"x"})",
            never, usual, good, refused},
        row{404, "", never, usual, good, refused},
        row{400, "", never, usual, good, unknown},
        row{302, "", never, usual, unsaid, unknown},
        row{202, "{}", never, usual, unsaid, unknown},
        row{429, "", after_pause, slower, unsaid, not_executed},
        row{500, "<html>", soon, usual, bad, unknown},
        row{503, "", soon, usual, bad, unknown},
        row{500, coc("COC.00040701"), soon, usual, bad, unknown}};
}

INSTANTIATE_TEST_SUITE_P(shapes, error_table, testing::ValuesIn(shapes()));

std::vector<row> codes_of_coc() {
    using enum repeating;
    using enum pace;
    using enum health;
    using enum outcome;
    std::vector<row> rows{{400, coc("COC.00040701"), soon, usual, unsaid, unknown},
                          {400, coc("common.00000400"), never, usual, good, unknown},
                          {401, coc("common.01010001"), renewed, usual, good, not_executed}};
    for (const char* const code :
         {"00040709", "00040702", "00040601", "00040603", "00040604", "00040050", "00010002",
          "00010014", "00011013", "00014002", "00014102", "00014103", "00014104", "00014110",
          "00014121", "00014131", "00014132", "00014133", "00014134", "00014135", "00014138",
          "00042101", "00067003", "00101031", "00101102"})
        rows.push_back(
            {400, coc(std::string("COC.") + std::string(code)), never, usual, good, refused});
    return rows;
}

INSTANTIATE_TEST_SUITE_P(codes_of_coc, error_table, testing::ValuesIn(codes_of_coc()));

std::vector<row> codes_of_the_gateway() {
    using enum repeating;
    using enum pace;
    using enum health;
    using enum outcome;
    std::vector<row> rows;
    for (const std::string family : {"APIGW.", "APIG.", "APIC."}) {
        const auto add = [&](int status, std::string_view code, row what) {
            what.status = status;
            what.body = coc(family + std::string(code));
            rows.push_back(std::move(what));
        };
        const row forbidden{0, "", never, usual, good, refused};
        const row stranger{0, "", renewed, usual, good, not_executed};
        const row broken{0, "", soon, usual, bad, unknown};
        const row wrong{0, "", never, usual, good, unknown};
        add(404, "0101", forbidden);
        add(413, "0201", forbidden);
        for (const int status : {400, 414, 494})
            add(status, "0201", wrong);
        for (const int status : {500, 502, 504})
            add(status, "0201", broken);
        for (const char* const code : {"0301", "0303", "0305", "0307", "0311"})
            add(401, code, stranger);
        for (const char* const code : {"0302", "0304", "0306", "0310", "0401", "0402", "0404"})
            add(403, code, forbidden);
        add(429, "0308", row{0, "", after_pause, slower, unsaid, not_executed});
        for (const char* const code : {"0601", "0605", "0606", "0608", "0609", "0611", "0612"})
            add(500, code, broken);
        add(400, "0602", wrong);
        add(400, "0607", wrong);
        add(502, "0610", broken);
        add(503, "0613", broken);
    }
    return rows;
}

INSTANTIATE_TEST_SUITE_P(codes_of_the_gateway, error_table,
                         testing::ValuesIn(codes_of_the_gateway()));

TEST(treatment, the_gateways_word_for_throttling_slows_down_whatever_its_status) {
    EXPECT_TRUE(treat(failure_of(503, coc("APIG.0308"))).slow_down);
    EXPECT_FALSE(treat(failure_of(503, coc("COC.00000308"))).slow_down);
}

TEST(treatment, an_unavailable_service_may_ask_to_be_left_alone) {
    failure what = failure_of(503, "");
    what.retry_after = 7s;
    EXPECT_EQ(treat(what), (treatment{repeating::after_pause, false, true, health::bad}));
    EXPECT_EQ(to_answer(what).what, outcome::unknown);
}

TEST(treatment, a_broken_network_is_worth_another_try) {
    for (const bool sent : {false, true}) {
        failure what(origin::network, "reset", "the connection was reset");
        what.sent = sent;
        EXPECT_EQ(treat(what), (treatment{repeating::soon, false, false, health::bad}));
        EXPECT_EQ(to_answer(what).what, sent ? outcome::unknown : outcome::not_executed);
    }
}

TEST(treatment, what_we_held_back_ourselves_says_nothing_about_the_cloud) {
    for (const char* const code :
         {"throttled", "breaker_open", "keys_refused", "iam_unavailable"}) {
        const failure what(origin::gateway, code, "d");
        EXPECT_EQ(treat(what), (treatment{repeating::after_pause, false, false, health::unsaid}))
            << code;
        EXPECT_EQ(to_answer(what).what, outcome::not_executed) << code;
    }
    const failure bad_id = bad_request("not an id");
    EXPECT_EQ(treat(bad_id), (treatment{repeating::never, false, false, health::unsaid}));
}

TEST(treatment, a_refusal_by_iam_is_none_of_the_operation) {
    failure what(origin::gateway, "iam_refused", "wrong password");
    for (const int status : {400, 401, 403, 404}) {
        what.http_status = status;
        EXPECT_EQ(to_answer(what).what, outcome::not_executed) << status;
    }
}

TEST(treatment, an_answer_that_cannot_be_read_is_left_to_the_next_reading) {
    failure what = bad_content("unexpected end");
    what.http_status = 200;
    what.sent = true;
    EXPECT_EQ(treat(what), (treatment{repeating::never, false, false, health::unsaid}));
    EXPECT_EQ(to_answer(what).what, outcome::unknown);
}

}  // namespace
}  // namespace rolloutd::api
