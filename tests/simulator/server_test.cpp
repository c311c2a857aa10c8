// Each endpoint and each fault over a real socket, plain and TLS.

#include "tests/simulator/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/simulator/test_client.h"
#include "tests/simulator/test_support.h"

namespace coc_sim {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string sct1 = "/v1/job/script/orders/SCT1";
const std::string pause_body = R"({"operation_type":"PAUSE_ORDER"})";

// A server on a free port, run by a thread of its own until the end of the test.
class running {
public:
    explicit running(const std::string& faults = "", server_options options = {})
        : server_(options, played(faults), {.required = {}, .control = true}, log_of(log_file())),
          thread_([this] { server_.run(); }) {}
    ~running() {
        server_.stop();
        thread_.join();
        std::filesystem::remove(log_file());
    }

    std::uint16_t port() const { return server_.port(); }
    std::string url() const { return server_.url(); }

    std::vector<std::string> log() const {
        std::ifstream in(log_file());
        std::vector<std::string> lines;
        for (std::string line; std::getline(in, line);)
            lines.push_back(line);
        return lines;
    }

    static std::string temporary(const std::string& suffix) {
        const auto* const info = ::testing::UnitTest::GetInstance()->current_test_info();
        return ::testing::TempDir() + "coc_sim_" + info->name() + "_" + std::to_string(::getpid()) +
               suffix;
    }

private:
    static std::string log_file() { return temporary(".log"); }
    static request_log log_of(const std::string& file) { return request_log(file); }

    static scenario played(const std::string& faults) {
        loaded_scenario loaded = load_scenario(
            "tickets: [{id: SCT1, batches: [{size: 4, hangs: [1]}, {size: 2}]}]\n" + faults,
            "s.yaml");
        EXPECT_TRUE(loaded.issues.empty()) << loaded.issues.front();
        return std::move(loaded.value);
    }

    server server_;
    std::thread thread_;
};

std::string fault(const std::string& text) { return "faults: [{" + text + "}]\n"; }

TEST(sim_server, every_endpoint_answers_on_one_connection) {
    const running one;
    test_client client(one.port());
    EXPECT_THAT(client.get(sct1).body, StartsWith(R"({"data":{"execute_uuid":"SCT1")"));
    EXPECT_THAT(client.get(sct1 + "/batches").body, StartsWith(R"({"data":[{"batch_index":1)"));
    EXPECT_THAT(client.get(sct1 + "/batches/1?limit=50&marker=0").body,
                StartsWith(R"({"data":{"batch_index":1)"));
    EXPECT_THAT(client.get(sct1 + "/statistics").body,
                StartsWith(R"({"data":{"total_instance":6)"));
    EXPECT_THAT(client.get("/v1/job/script/orders?limit=10").body,
                StartsWith(R"({"data":{"total":1)"));
    EXPECT_EQ(client.put(sct1 + "/operation", pause_body).body, R"({"data":"SCT1"})");
    const std::string order =
        R"({"execute_param":{"timeout":300,"success_rate":100,"execute_user":"root"},)"
        R"("execute_batches":[{"batch_index":1,"rotation_strategy":"PAUSE",)"
        R"("target_instances":[{"resource_id":"r","region_id":"z"}]}]})";
    const seen_answer posted =
        client.exchange("POST /v1/job/scripts/SC1 HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                        std::to_string(order.size()) + "\r\n\r\n" + order);
    EXPECT_THAT(posted.body, StartsWith(R"({"data":"SCT2)"));
    EXPECT_THAT(posted.headers, HasSubstr("X-Request-Id: "));
    const auto log = one.log();
    ASSERT_EQ(log.size(), 7U);
    for (const std::string& line : log)
        EXPECT_THAT(line, HasSubstr(R"("conn":1,)"));
}

TEST(sim_server, each_connection_has_its_number_in_the_log) {
    const running one;
    test_client first(one.port());
    test_client second(one.port());
    first.get(sct1);
    second.get(sct1);
    first.get(sct1);
    const auto log = one.log();
    ASSERT_EQ(log.size(), 3U);
    EXPECT_THAT(log[0], HasSubstr(R"("conn":1,)"));
    EXPECT_THAT(log[1], HasSubstr(R"("conn":2,)"));
    EXPECT_THAT(log[2], HasSubstr(R"("conn":1,)"));
}

TEST(sim_server, the_simulated_clock_runs_at_its_speed) {
    server_options fast;
    fast.speed = 10'000;
    const running one("", fast);
    test_client client(one.port());
    client.put("/-/sim/tickets/SCT1/person", R"({"operation_type":"SKIP_BATCH","batch_index":1})");
    std::string body;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (body.find("FINISHED\",\"prop") == std::string::npos &&
           std::chrono::steady_clock::now() < deadline)
        body = client.get(sct1).body;
    EXPECT_THAT(body, HasSubstr(R"("status":"FINISHED")")) << "3 s of the simulation are 0.3 ms";
}

TEST(sim_server, a_delayed_answer_comes_late_and_whole) {
    const running one(fault("kind: delay, delay: 120ms"));
    const auto begin = std::chrono::steady_clock::now();
    const seen_answer seen = test_client(one.port()).get(sct1);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(120));
    EXPECT_TRUE(seen.complete);
    EXPECT_EQ(seen.status, 200);
}

TEST(sim_server, a_status_fault_leaves_the_connection_open) {
    const running one(fault("kind: status, status: 503, code: APIGW.0613, nth: 1"));
    test_client client(one.port());
    const seen_answer seen = client.get(sct1);
    EXPECT_EQ(seen.status, 503);
    EXPECT_THAT(seen.body, HasSubstr("APIGW.0613"));
    EXPECT_EQ(client.get(sct1).status, 200);
}

TEST(sim_server, a_reset_before_has_no_effect_and_a_reset_after_has) {
    for (const std::string kind : {"reset_before", "reset_after"}) {
        const running one(fault("kind: " + kind + ", method: PUT"));
        const seen_answer seen = test_client(one.port()).put(sct1 + "/operation", pause_body);
        EXPECT_EQ(seen.status, 0);
        EXPECT_TRUE(seen.reset);
        const std::string now = test_client(one.port()).get(sct1).body;
        const std::string status = kind == "reset_after" ? "PAUSED" : "PROCESSING";
        EXPECT_THAT(now, HasSubstr("\"status\":\"" + status)) << kind;
        EXPECT_THAT(one.log().at(0), HasSubstr("\"status\":null"));
        EXPECT_THAT(one.log().at(0), HasSubstr("\"fault\":\"" + kind));
    }
}

TEST(sim_server, a_truncated_body_ends_before_its_length) {
    const running one(fault("kind: truncate"));
    const seen_answer seen = test_client(one.port()).get(sct1);
    EXPECT_EQ(seen.status, 200);
    EXPECT_FALSE(seen.complete);
    EXPECT_FALSE(seen.timed_out);
    EXPECT_THAT(seen.body, StartsWith(R"({"data":)"));
}

TEST(sim_server, garbage_comes_as_if_it_were_json) {
    const running one(fault("kind: garbage"));
    const seen_answer seen = test_client(one.port()).get(sct1);
    EXPECT_EQ(seen.status, 200);
    EXPECT_TRUE(seen.complete);
    EXPECT_THAT(seen.headers, HasSubstr("Content-Type: application/json"));
    EXPECT_THAT(seen.body, HasSubstr("<<not json>>"));
}

TEST(sim_server, a_hang_answers_nothing_and_keeps_others_going) {
    const running one(fault("kind: hang, nth: 1"));
    test_client patient(one.port(), false, 150);
    const seen_answer seen = patient.get(sct1);
    EXPECT_TRUE(seen.timed_out);
    EXPECT_EQ(seen.status, 0);
    EXPECT_EQ(test_client(one.port()).get(sct1).status, 200);
}

TEST(sim_server, a_stale_answer_hides_what_has_happened) {
    const running one(fault("kind: stale, method: GET, from: 2"));
    test_client client(one.port());
    const std::string before = client.get(sct1).body;
    client.put(sct1 + "/operation", pause_body);
    EXPECT_EQ(client.get(sct1).body, before);
}

TEST(sim_server, a_wrong_content_type_and_a_huge_body_are_sent) {
    const running one(
        "faults: [{kind: wrong_type, nth: 1}, {kind: huge, size: 3000000, nth: 2}]\n");
    test_client client(one.port());
    EXPECT_THAT(client.get(sct1).headers, HasSubstr("text/html"));
    const seen_answer huge = client.get(sct1);
    EXPECT_TRUE(huge.complete);
    EXPECT_GT(huge.body.size(), 3'000'000U);
}

TEST(sim_server, a_connection_can_end_without_a_word_after_an_answer) {
    const running one(fault("kind: close, nth: 1"));
    test_client client(one.port());
    const seen_answer first = client.get(sct1);
    EXPECT_TRUE(first.complete);
    EXPECT_EQ(first.headers.find("close"), std::string::npos);
    EXPECT_EQ(client.get(sct1).status, 0);
    EXPECT_EQ(test_client(one.port()).get(sct1).status, 200);
}

TEST(sim_server, bytes_that_are_no_http_end_only_their_connection) {
    const running one;
    EXPECT_EQ(test_client(one.port()).exchange("\x16\x03\x01 nonsense\r\n\r\n").status, 0);
    EXPECT_EQ(test_client(one.port()).get(sct1).status, 200);
}

TEST(sim_server, it_serves_https) {
    server_options options;
    options.tls_cert = running::temporary(".pem");
    options.tls_key = running::temporary(".key");
    write_certificate(options.tls_cert, options.tls_key);
    {
        const running one(fault("kind: truncate, nth: 3"), options);
        EXPECT_THAT(one.url(), StartsWith("https://127.0.0.1:"));
        test_client client(one.port(), true);
        ASSERT_TRUE(client.connected());
        EXPECT_EQ(client.get(sct1).status, 200);
        EXPECT_EQ(client.get(sct1).status, 200);
        EXPECT_FALSE(client.get(sct1).complete);
        EXPECT_EQ(test_client(one.port()).get(sct1).status, 0) << "plain HTTP is not answered";
    }
    std::filesystem::remove(options.tls_cert);
    std::filesystem::remove(options.tls_key);
}

TEST(sim_server, a_port_in_use_or_a_missing_certificate_is_an_error) {
    const running one;
    server_options taken;
    taken.port = one.port();
    EXPECT_THROW(server(taken, {}, {}, {}), std::exception);
    server_options no_file;
    no_file.tls_cert = no_file.tls_key = "/nowhere.pem";
    EXPECT_THROW(server(no_file, {}, {}, {}), std::exception);
}

}  // namespace
}  // namespace coc_sim
