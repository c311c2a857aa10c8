// What receivers do to a courier over real sockets: none of it takes memory, time or order away.

#include <gmock/gmock.h>

#include "tests/api/peer.h"
#include "tests/api/run.h"
#include "tests/api/sockets.h"
#include "tests/daemon/notices/a_courier.h"

namespace rolloutd::daemon::testing {
namespace {

using api::test::ok;
using api::test::peer;
using api::test::then;
using ::testing::HasSubstr;

// Deadlines of sockets are those of the real clock.
struct over_sockets : ::testing::Test {
    courier_stage on;
    api::system_clock_port real{on.io.get_executor()};
    peer receiver{on.io};
    policies::duration patience = delivery_patience;

    delivery send_to(const api::endpoint& where) {
        notice_target to = a_target(target_kind::webhook);
        to.where = where;
        auto client = make_notice_client(on.io.get_executor(), to);
        EXPECT_TRUE(client.has_value());
        courier::parts around{real,
                              on.log,
                              on.counters,
                              on.self,
                              [this] { return on.newest; },
                              [this] { return on.lasting; },
                              [] {},
                              [] { return 0.5; },
                              patience};
        courier carrier(std::move(around), to, std::move(*client), "");
        return api::test::run(on.io, carrier.send_alone(a_message("a")));
    }
};

TEST_F(over_sockets, a_message_arrives_whole) {
    receiver.say(ok("thanks"));
    EXPECT_EQ(send_to(receiver.where()).how, reception::taken);
    ASSERT_EQ(receiver.requests().size(), 1U);
    EXPECT_THAT(receiver.requests()[0], HasSubstr("POST /hook HTTP/1.1\r\n"));
    EXPECT_THAT(receiver.requests()[0], HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_THAT(receiver.requests()[0], HasSubstr("\"summary\":\"web/bad of SCT1 holds\""));
}

TEST_F(over_sockets, a_body_without_end_is_not_read_to_its_end_and_its_status_counts) {
    receiver.pour("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n",
                  std::string(65536, 'x'));
    EXPECT_EQ(send_to(receiver.where()).how, reception::taken);
    EXPECT_LT(receiver.poured(), std::size_t{8} << 20U);
    receiver.pour("HTTP/1.1 200 OK\r\n\r\n", std::string(65536, 'x'));
    EXPECT_EQ(send_to(receiver.where()).how, reception::taken);
    receiver.pour("HTTP/1.1 503 Oh\r\n\r\n", std::string(65536, 'x'));
    EXPECT_EQ(send_to(receiver.where()).how, reception::failed);
}

TEST_F(over_sockets, an_error_a_redirect_and_a_cut_answer_have_failed) {
    receiver.say("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(send_to(receiver.where()).why, "it answered 500");
    receiver.say(
        "HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    EXPECT_THAT(send_to(receiver.where()).why, HasSubstr("redirects are not followed"));
    receiver.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", then::close);
    EXPECT_EQ(send_to(receiver.where()).how, reception::failed);
    receiver.say("SSH-2.0-OpenSSH\r\n", then::close);
    EXPECT_EQ(send_to(receiver.where()).how, reception::failed);
    EXPECT_EQ(receiver.requests().size(), 4U) << "each was sent once";
}

TEST_F(over_sockets, nobody_there_is_said_and_a_silent_one_is_left_at_the_deadline) {
    const api::test::nobody absent(on.io);
    api::endpoint where = receiver.where();
    where.port = absent.where().port();
    EXPECT_EQ(send_to(where).how, reception::failed);
    receiver.fall_silent();
    patience = 50ms;
    EXPECT_EQ(send_to(receiver.where()).how, reception::failed);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
