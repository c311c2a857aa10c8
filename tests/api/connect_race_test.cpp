#include "api/connect_race.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "tests/api/run.h"
#include "tests/api/sockets.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::blackhole;
using test::loopback;
using test::nobody;
using test::run;
using test::tcp;

race_rules rules(duration stagger, duration patience = 10s) {
    race_rules how;
    how.stagger = stagger;
    how.deadline = std::chrono::steady_clock::now() + patience;
    return how;
}

class connect_race : public testing::Test {
protected:
    // "127.0.0.2" when that address won, else the failure's code.
    std::string winner(const tcp_addresses& addresses, race_rules how) {
        auto raced = run(loop, connect_first(loop.get_executor(), addresses, how));
        if (raced.has_error()) {
            EXPECT_EQ(raced.error().where, origin::network);
            EXPECT_FALSE(raced.error().sent);
            words = raced.error().detail;
            return raced.error().code;
        }
        return (*raced)->remote_endpoint().address().to_string();
    }

    static std::string text(const tcp::endpoint& where) {
        std::ostringstream words;
        words << where;
        return words.str();
    }

    bool visited(tcp::acceptor& who) {
        who.non_blocking(true);
        boost::system::error_code none;
        tcp::socket visitor(loop);
        who.accept(visitor, none);
        return !none;
    }

    boost::asio::io_context loop{1};
    tcp::acceptor good{loop, loopback("127.0.0.2")};
    tcp::acceptor good6{loop, loopback("::1")};
    std::string words;
};

TEST(interleave, families_take_turns_beginning_with_the_first_ones) {
    const auto a = [](std::uint16_t n) { return loopback("192.0.2.1", n); };
    const auto b = [](std::uint16_t n) { return loopback("2001:db8::1", n); };
    EXPECT_EQ(interleave({}), tcp_addresses{});
    EXPECT_EQ(interleave({a(1), a(2)}), (tcp_addresses{a(1), a(2)}));
    EXPECT_EQ(interleave({b(1), b(2), b(3), a(1), a(2)}),
              (tcp_addresses{b(1), a(1), b(2), a(2), b(3)}));
    EXPECT_EQ(interleave({a(1), b(1), b(2), a(2)}), (tcp_addresses{a(1), b(1), a(2), b(2)}));
}

TEST_F(connect_race, the_first_address_wins_when_it_answers_and_no_other_is_troubled) {
    EXPECT_EQ(winner({good.local_endpoint(), good6.local_endpoint()}, rules(5s)), "127.0.0.2");
    EXPECT_FALSE(visited(good6));
    EXPECT_EQ(winner({good6.local_endpoint(), good.local_endpoint()}, rules(5s)), "::1");
}

TEST_F(connect_race, an_address_that_swallows_everything_is_not_waited_for) {
    const blackhole lost(loop);
    const blackhole lost6(loop, "::1");
    EXPECT_EQ(winner({lost.where(), good.local_endpoint()}, rules(1ms)), "127.0.0.2");
    EXPECT_EQ(winner({lost6.where(), good.local_endpoint()}, rules(1ms)), "127.0.0.2");
    EXPECT_EQ(winner({lost6.where(), lost.where(), good6.local_endpoint()}, rules(1ms)), "::1");
}

TEST_F(connect_race, the_next_attempt_begins_at_once_when_the_last_has_failed) {
    const nobody home(loop);
    const tcp_addresses all{home.where(), home.where(), good.local_endpoint()};
    EXPECT_EQ(winner(all, rules(1min, 10s)), "127.0.0.2");
}

TEST_F(connect_race, an_attempt_waits_its_turn) {
    const blackhole lost(loop);
    EXPECT_EQ(winner({lost.where(), good.local_endpoint()}, rules(1min, 30ms)), "timeout");
    EXPECT_FALSE(visited(good));
    EXPECT_EQ(words, text(lost.where()) + ": no answer");
}

TEST_F(connect_race, when_all_are_bad_each_is_named_with_what_happened) {
    const nobody home(loop);
    const nobody home6(loop, "::1");
    EXPECT_EQ(winner({home.where(), home6.where()}, rules(1min)), "refused_connection");
    EXPECT_EQ(words, text(home.where()) + ": Connection refused; " + text(home6.where()) +
                         ": Connection refused");
    const blackhole lost(loop);
    EXPECT_EQ(winner({lost.where(), home.where()}, rules(1ms, 50ms)), "timeout");
    EXPECT_EQ(words,
              text(lost.where()) + ": no answer; " + text(home.where()) + ": Connection refused");
    EXPECT_EQ(winner({good.local_endpoint()}, rules(1ms, -1s)), "timeout");
}

TEST_F(connect_race, no_address_at_all_is_not_called_a_lack_of_time) {
    EXPECT_EQ(winner({}, rules(1min)), "resolve");
    EXPECT_EQ(words, "there is no address to try");
    EXPECT_EQ(winner({}, rules(1min, -1s)), "resolve");
}

TEST_F(connect_race, those_who_lose_are_closed) {
    const blackhole lost(loop);
    const std::ptrdiff_t before = test::open_files();
    {
        const tcp_addresses all{lost.where(), good.local_endpoint(), good6.local_endpoint()};
        const auto raced = run(loop, connect_first(loop.get_executor(), all, rules(0s)));
        ASSERT_TRUE(raced.has_value());
        EXPECT_EQ(test::open_files(), before + 1);
    }
    EXPECT_EQ(test::open_files(), before);
}

TEST_F(connect_race, cancelling_it_closes_all) {
    const blackhole lost(loop);
    const std::ptrdiff_t before = test::open_files();
    boost::asio::cancellation_signal signal;
    bool aborted = false;
    const auto note = [&](std::exception_ptr error, const auto&) { aborted = error != nullptr; };
    const tcp_addresses all{lost.where(), lost.where(), lost.where()};
    boost::asio::co_spawn(loop, connect_first(loop.get_executor(), all, rules(0s)),
                          boost::asio::bind_cancellation_slot(signal.slot(), note));
    test::settle(loop);
    EXPECT_EQ(test::open_files(), before + 3);
    signal.emit(boost::asio::cancellation_type::terminal);
    test::settle(loop);
    EXPECT_TRUE(aborted);
    EXPECT_EQ(test::open_files(), before);
}

}  // namespace
}  // namespace rolloutd::api
