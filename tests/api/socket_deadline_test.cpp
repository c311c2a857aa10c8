#include "api/socket_deadline.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/error.hpp>

#include "tests/api/sockets.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using test::tcp;

// A connection on which nothing is ever said.
class socket_deadline_test : public testing::Test {
protected:
    socket_deadline_test() : listener(loop, test::loopback("127.0.0.1")), socket(loop) {
        socket.connect(listener.local_endpoint());
        deadline = std::make_shared<socket_deadline>(socket.lowest_layer());
        begin_to_read();
    }

    void begin_to_read() {
        socket.async_read_some(boost::asio::buffer(byte),
                               [this](const error_code& error, std::size_t) { ended = error; });
    }

    static steady_time soon() { return std::chrono::steady_clock::now() + 20ms; }

    boost::asio::io_context loop;
    tcp::acceptor listener;
    tcp::socket socket;
    std::shared_ptr<socket_deadline> deadline;
    std::array<char, 1> byte{};
    std::optional<error_code> ended;
};

TEST_F(socket_deadline_test, what_takes_too_long_is_a_timeout) {
    const steady_time until = soon();
    deadline->begin(until);
    loop.run();
    EXPECT_GE(std::chrono::steady_clock::now(), until);
    ASSERT_TRUE(ended);
    EXPECT_EQ(deadline->judged(*ended), boost::beast::error::timeout);
    EXPECT_FALSE(socket.is_open());
}

TEST_F(socket_deadline_test, a_deadline_that_is_past_ends_it_at_once) {
    deadline->begin(std::chrono::steady_clock::now() - 1s);
    loop.run();
    ASSERT_TRUE(ended);
    EXPECT_EQ(deadline->judged(*ended), boost::beast::error::timeout);
}

TEST_F(socket_deadline_test, the_latest_word_counts_whether_it_is_later_or_sooner) {
    deadline->begin(soon());
    deadline->end();
    const steady_time later = soon() + 40ms;
    deadline->begin(later);
    loop.run();
    EXPECT_GE(std::chrono::steady_clock::now(), later);
    EXPECT_FALSE(socket.is_open());

    tcp::socket other(loop);
    other.connect(listener.local_endpoint());
    const auto hasty = std::make_shared<socket_deadline>(other.lowest_layer());
    hasty->begin(std::chrono::steady_clock::now() + 1h);
    hasty->begin(soon());
    loop.restart();
    loop.run();
    EXPECT_FALSE(other.is_open());
}

TEST_F(socket_deadline_test, what_ended_in_time_is_left_alone) {
    deadline->begin(soon());
    deadline->end();
    loop.run_for(60ms);
    EXPECT_FALSE(ended);
    EXPECT_TRUE(socket.is_open());
    EXPECT_EQ(deadline->judged(boost::asio::error::eof), boost::asio::error::eof);
    EXPECT_FALSE(deadline->judged(error_code()));
}

TEST_F(socket_deadline_test, one_that_is_gone_closes_nothing) {
    deadline->begin(soon());
    deadline.reset();
    loop.run_for(60ms);
    EXPECT_TRUE(socket.is_open());
}

}  // namespace
}  // namespace rolloutd::api
