#include <limits>

#include "api/cloud_gateway.h"
#include "api/http_pool.h"
#include "tests/api/peer.h"
#include "tests/api/run.h"
#include "tests/api/scripted_http.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::ok;
using test::run;
using test::then;

// A cloud that does its worst, over real sockets, with the daemon's own limits. What it got rid of
// bounds what we can have kept: our buffers, and the system's.
constexpr std::size_t bounded = 64'000'000;

const std::string head_ok = "HTTP/1.1 200 OK\r\n";
const std::string chunked = head_ok + "Transfer-Encoding: chunked\r\n\r\n";

class hostile_server : public testing::Test {
protected:
    hostile_server() { rebuild(); }

    void rebuild() {
        pool_settings settings;
        settings.where = server.where();
        pool = http_pool::make(loop.get_executor(), settings).value();
        cloud_settings patient;
        patient.timeout = timeout;
        cloud = std::make_unique<cloud_gateway>(cloud_ports(time, *pool, tokens, seen), patient);
    }

    // An operation: the one thing that must not happen twice. "unknown header_too_large".
    std::string operate() {
        const answer got = run(loop, cloud->operate("SCT1", policies::operation(), write_check()));
        test::settle(loop);
        detail = got.message;
        return std::string(to_text(got.what)) + " " + got.error_code;
    }

    // Sends one operation, and sees that it was sent once and that its connection is gone.
    std::string operate_once() {
        const std::size_t before = server.requests().size();
        const std::size_t poured = server.poured();
        const std::string told = operate();
        EXPECT_EQ(server.requests().size(), before + 1);
        EXPECT_EQ(pool->idle(), 0u);
        EXPECT_EQ(pool->busy(), 0u);
        EXPECT_LT(server.poured() - poured, bounded);
        return told;
    }

    std::string read(const std::string& body) {
        server.say(ok(body));
        const auto got = run(loop, cloud->read_info("SCT1"));
        if (got.has_value()) return "good";
        detail = got.error().detail;
        return std::string(to_text(got.error().where)) + " " + got.error().code;
    }

    boost::asio::io_context loop{1};
    test::peer server{loop};
    system_clock_port time{loop.get_executor()};
    test::scripted_tokens tokens;
    test::noting_observer seen;
    duration timeout = 10s;
    std::unique_ptr<http_pool> pool;
    std::unique_ptr<cloud_gateway> cloud;
    std::string detail;
};

TEST_F(hostile_server, a_body_of_ten_gigabytes_is_refused_by_its_length) {
    server.pour(head_ok + "Content-Length: 10737418240\r\n\r\n", std::string(65536, 'x'));
    EXPECT_EQ(operate_once(), "unknown body_too_large");
}

TEST_F(hostile_server, a_body_without_an_end_is_given_up) {
    server.pour(chunked, "10000\r\n" + std::string(65536, 'x') + "\r\n");
    EXPECT_EQ(operate_once(), "unknown body_too_large");
    server.pour(head_ok + "\r\n", std::string(65536, 'x'));
    EXPECT_EQ(operate_once(), "unknown body_too_large");
}

TEST_F(hostile_server, a_chunk_that_claims_more_than_there_is_room_for_is_refused) {
    for (const std::string size : {"280000000", "ffffffffffffffff", "10000000000000000"}) {
        server.pour(chunked + size + "\r\n", std::string(65536, 'x'));
        const std::string told = operate_once();
        EXPECT_TRUE(told == "unknown body_too_large" || told == "unknown not_http") << told;
    }
}

TEST_F(hostile_server, headers_without_an_end_are_given_up) {
    server.pour(head_ok, "X-Filler: " + std::string(1000, 'x') + "\r\n");
    EXPECT_EQ(operate_once(), "unknown header_too_large");
    server.pour(head_ok + "X-Filler: ", std::string(65536, 'x'));
    EXPECT_EQ(operate_once(), "unknown header_too_large");
    server.pour("HTTP/1.1 200 ", std::string(65536, 'x'));
    EXPECT_EQ(operate_once(), "unknown header_too_large");
    server.say(head_ok + "X-Large: " + std::string(1'000'000, 'x') + "\r\n\r\n", then::hang);
    EXPECT_EQ(operate_once(), "unknown header_too_large");
    EXPECT_LT(server.poured(), bounded / 4) << "where 16 KiB are enough, little is read";
}

TEST_F(hostile_server, interim_answers_without_an_end_are_given_up) {
    server.pour("", "HTTP/1.1 102 Processing\r\n\r\n");
    EXPECT_EQ(operate_once(), "unknown not_http");
    EXPECT_NE(detail.find("interim"), std::string::npos) << detail;
}

TEST_F(hostile_server, chunk_extensions_and_trailers_without_an_end_are_given_up) {
    server.pour(chunked + "5;", "name=value;");
    EXPECT_EQ(operate_once(), "unknown header_too_large");
    server.pour(chunked + "5", std::string(65536, '0'));
    EXPECT_TRUE(operate_once().starts_with("unknown "));
    server.pour(chunked + "2\r\n{}\r\n0\r\n", "X-Trailer: " + std::string(1000, 'x') + "\r\n");
    EXPECT_EQ(operate_once(), "unknown header_too_large");
}

TEST_F(hostile_server, a_slow_drip_ends_at_the_deadline) {
    timeout = 100ms;
    rebuild();
    server.drip(head_ok, "X-Slow: y\r\n");
    EXPECT_EQ(operate_once(), "unknown timeout");
    server.drip(chunked, "1\r\nx\r\n");
    EXPECT_EQ(operate_once(), "unknown timeout");
    server.drip("", "HTTP/1.1 100 Continue\r\n\r\n");
    const std::string told = operate_once();
    EXPECT_TRUE(told == "unknown timeout" || told == "unknown not_http") << told;
}

TEST_F(hostile_server, lengths_that_lie_or_contradict_themselves_are_refused) {
    const std::string two = "{}";
    for (const std::string lengths :
         {"Content-Length: -1\r\n", "Content-Length: 2\r\nContent-Length: 3\r\n",
          "Content-Length: 2, 3\r\n", "Content-Length: +2\r\n", "Content-Length: 0x2\r\n",
          "Content-Length: 99999999999999999999999\r\n", "Content-Length: \r\n",
          "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"}) {
        server.say(head_ok + lengths + "\r\n" + two, then::hang);
        EXPECT_EQ(operate_once(), "unknown not_http") << lengths;
    }
    server.say(head_ok + "Content-Length: 100\r\n\r\n" + two, then::close);
    EXPECT_EQ(operate_once(), "unknown truncated");
    // Shorter than what comes: the rest belongs to nothing.
    server.say(head_ok + "Content-Length: 14\r\n\r\n" + R"({"data":"SCT1"})", then::hang);
    EXPECT_TRUE(operate_once().starts_with("unknown "));
}

TEST_F(hostile_server, answers_in_advance_are_thrown_away) {
    server.say(ok(R"({"data":"SCT1"})") + ok(R"({"data":"SCT1"})") + ok("{}"));
    EXPECT_EQ(operate_once(), "accepted ");
    server.say("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
    EXPECT_TRUE(operate_once().starts_with("refused ")) << "its own answer, not the one before";
}

TEST_F(hostile_server, a_compressed_answer_is_named_as_such) {
    const std::string gzip("\x1f\x8b\x08\x00\x00\x00\x00\x00", 8);
    server.say(head_ok + "Content-Encoding: gzip\r\nContent-Length: 8\r\n\r\n" + gzip, then::hang);
    EXPECT_EQ(operate_once(), "unknown compressed");
    EXPECT_NE(detail.find("Content-Encoding: gzip"), std::string::npos) << detail;
    // A status that says enough is heard without its body.
    server.say(
        "HTTP/1.1 403 No\r\nConnection: close\r\nContent-Encoding: gzip\r\n"
        "Content-Length: 8\r\n\r\n" +
        gzip);
    EXPECT_TRUE(operate_once().starts_with("refused "));
}

TEST_F(hostile_server, a_redirect_is_not_followed) {
    test::peer elsewhere(loop);
    const std::string there = "http://127.0.0.1:" + std::to_string(elsewhere.where().port) + "/";
    for (const std::string status : {"301", "302", "303", "307", "308"}) {
        server.say("HTTP/1.1 " + status + " Moved\r\nLocation: " + there +
                       "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                   then::close);
        EXPECT_TRUE(operate_once().starts_with("unknown ")) << status;
    }
    EXPECT_EQ(elsewhere.connections(), 0u);
}

TEST_F(hostile_server, json_of_the_wrong_kind_is_a_content_failure) {
    const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
    EXPECT_EQ(read(deep), "content bad_content");
    std::string objects;
    for (int i = 0; i < 100'000; ++i)
        objects += R"({"data":)";
    EXPECT_EQ(read(objects), "content bad_content");
    EXPECT_EQ(read("{\"data\":{\"status\":\"\xff\xfe\xc0\x80\"}}"), "content bad_content");
    EXPECT_EQ(read("\xef\xbb\xbf\xff"), "content bad_content");
    EXPECT_EQ(read(std::string(1'000'000, '\0')), "content bad_content");
    EXPECT_EQ(read(""), "content bad_content");
    EXPECT_EQ(read(R"({"data":{"status":"PAUSED"}} {"data":{"status":"FINISHED"}})"),
              "content bad_content");
}

TEST_F(hostile_server, numbers_that_are_none_are_a_content_failure) {
    const std::string digits(1'000'000, '9');
    for (const std::string& number :
         {digits, "\"" + digits + "\"", std::string("1e999"), std::string("\"1e999\""),
          std::string("-") + digits, std::string("\"0x10\""), std::string("1.5"),
          std::string("true"), std::string("[1]")}) {
        server.say(ok(R"({"data":{"total_instance":)" + number + R"(,"execute_statistics":[]}})"));
        const auto got = run(loop, cloud->read_statistics("SCT1"));
        ASSERT_TRUE(got.has_error()) << number.substr(0, 10);
        EXPECT_EQ(got.error().code, "bad_content") << number.substr(0, 10);
        EXPECT_LT(got.error().detail.size(), 1000u);
    }
}

std::string page_of(const std::vector<std::string>& ids, int total) {
    std::string rows;
    for (const std::string& id : ids)
        rows += (rows.empty() ? "" : ",") + (R"({"id":)" + id + R"(,"status":"READY"})");
    return R"({"data":{"batch_index":1,"total_instances":)" + std::to_string(total) +
           R"(,"execute_instances":[)" + rows + "]}}";
}

TEST_F(hostile_server, ids_beyond_2_to_the_31_are_read_as_they_are_and_beyond_2_to_the_63_refused) {
    server.say(ok(page_of({"2147483648", "9223372036854775807"}, 2)));
    const auto good = run(loop, cloud->read_batch("SCT1", 1, batch_options()));
    ASSERT_TRUE(good.has_value()) << good.error().detail;
    ASSERT_EQ(good->instances.size(), 2u);
    EXPECT_EQ(good->instances[0].id, 2147483648);
    EXPECT_EQ(good->instances[1].id, std::numeric_limits<std::int64_t>::max());
    for (const std::string id : {"9223372036854775808", "-1", "99999999999999999999999999"}) {
        server.say(ok(page_of({id}, 1)));
        const auto bad = run(loop, cloud->read_batch("SCT1", 1, batch_options()));
        ASSERT_TRUE(bad.has_error()) << id;
        EXPECT_EQ(bad.error().where, origin::content) << id;
    }
}

TEST_F(hostile_server, a_marker_that_never_advances_ends_the_reading) {
    std::vector<std::string> fifty;
    for (int i = 1; i <= 50; ++i)
        fifty.push_back(std::to_string(i));
    for (int i = 0; i < 500; ++i)
        server.say(ok(page_of(fifty, 1000)));
    const auto got = run(loop, cloud->read_batch("SCT1", 1, batch_options()));
    ASSERT_TRUE(got.has_error());
    EXPECT_EQ(got.error().where, origin::content);
    EXPECT_LE(server.requests().size(), 40u) << got.error().detail;
}

TEST_F(hostile_server, a_list_that_never_advances_ends_too) {
    for (int i = 0; i < 500; ++i)
        server.say(ok(R"({"data":{"total":9,"data":[{"order_id":9,"execute_uuid":"SCT9"}]}})"));
    const auto got = run(loop, cloud->list(list_filter()));
    ASSERT_TRUE(got.has_error());
    EXPECT_NE(got.error().detail.find("does not advance"), std::string::npos) << got.error().detail;
    EXPECT_EQ(server.requests().size(), 2u);
}

class hostile_tls : public testing::Test {
protected:
    std::string refusal(test::peer& server) {
        pool_settings settings;
        settings.where = server.where("localhost");
        settings.where.tls = true;
        settings.ca_file = trusted.path();
        const auto pool = http_pool::make(loop.get_executor(), settings).value();
        http_request request;
        request.method = "PUT";
        request.target = "/x";
        const steady_time deadline = std::chrono::steady_clock::now() + 5s;
        const auto got = run(loop, pool->send(request, deadline));
        test::settle(loop);
        EXPECT_TRUE(server.requests().empty()) << "nothing of the request may be seen";
        EXPECT_EQ(pool->idle(), 0u);
        if (got.has_value()) return got->body;
        EXPECT_EQ(got.error().code, "tls");
        EXPECT_FALSE(got.error().sent);
        return got.error().detail;
    }

    void expect_reason(test::peer& server, const std::string& reason) {
        const std::string words = refusal(server);
        EXPECT_NE(words.find(reason), std::string::npos) << words;
        EXPECT_NE(words.find("localhost"), std::string::npos) << words;
    }

    boost::asio::io_context loop{1};
    test::key_pair authority = test::make_authority("a test's authority");
    test::temporary_file trusted{authority.certificate};
};

TEST_F(hostile_tls, each_certificate_that_proves_nothing_is_refused_with_its_reason) {
    test::peer other(loop, test::make_certificate(authority, "DNS:other.example"));
    expect_reason(other, "hostname mismatch");
    test::peer below(loop, test::make_certificate(authority, "DNS:*.localhost,DNS:local*"));
    expect_reason(below, "hostname mismatch");
    test::peer old(loop, test::make_certificate(authority, "DNS:localhost", -60));
    expect_reason(old, "certificate has expired");
    test::peer own(loop, test::make_authority("localhost"));
    expect_reason(own, "self-signed certificate");
    test::peer unknown(loop, test::make_certificate(test::make_authority("x"), "DNS:localhost"));
    expect_reason(unknown, "unable to get local issuer certificate");
}

TEST_F(hostile_tls, a_port_that_does_not_speak_tls_is_told_apart) {
    test::peer plain(loop);
    plain.greet("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    expect_reason(plain, "TLS handshake with localhost");
    test::peer mail(loop);
    mail.greet("220 mail.example ESMTP\r\n");
    expect_reason(mail, "TLS handshake with localhost");
}

}  // namespace
}  // namespace rolloutd::api
