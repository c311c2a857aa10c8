#include "api/slots.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <list>
#include <map>

#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::settle;
namespace asio = boost::asio;

class slots_test : public testing::Test {
protected:
    // What comes is kept: a slot in `mine`, anything else as a word in `words`.
    void acquire(const std::string& name, steady_time deadline = steady_time::max()) {
        asio::co_spawn(loop, places.acquire(deadline),
                       asio::bind_cancellation_slot(
                           signals[name].slot(),
                           [this, name](std::exception_ptr error, result<slots::slot> got) {
                               if (error)
                                   words.push_back(name + " cancelled");
                               else if (got.has_error())
                                   words.push_back(name + " " + got.error().code);
                               else
                                   mine[name] = std::move(*got);
                           }));
        settle(loop);
    }
    void give_back(const std::string& name) {
        mine.erase(name);
        settle(loop);
    }
    void cancel(const std::string& name) { signals[name].emit(asio::cancellation_type::terminal); }

    asio::io_context loop{1};
    std::map<std::string, asio::cancellation_signal> signals;
    slots places{loop.get_executor(), 2, 2};
    std::map<std::string, slots::slot> mine;
    std::vector<std::string> words;
};

TEST_F(slots_test, a_place_goes_to_who_has_waited_longest) {
    for (const std::string name : {"a", "b", "c", "d"})
        acquire(name);
    EXPECT_EQ(mine.size(), 2u);
    EXPECT_EQ(places.waiting(), 2u);
    give_back("a");
    EXPECT_TRUE(mine.contains("c"));
    EXPECT_FALSE(mine.contains("d"));
    EXPECT_EQ(places.held(), 2u);
    give_back("b");
    EXPECT_TRUE(mine.contains("d"));
    give_back("c");
    give_back("d");
    EXPECT_EQ(places.held(), 0u);
}

TEST_F(slots_test, the_queue_is_bounded_and_waiting_has_an_end) {
    acquire("a");
    acquire("b");
    acquire("late", steady_time::min());
    EXPECT_EQ(words, std::vector<std::string>{"late timeout"});
    for (const std::string name : {"c", "d", "e"})
        acquire(name);
    EXPECT_EQ(words.back(), "e queue_full");
    EXPECT_EQ(places.waiting(), 2u);
    cancel("c");
    cancel("d");
    settle(loop);
}

TEST_F(slots_test, who_is_cancelled_leaves_the_queue_and_takes_no_place_along) {
    for (const std::string name : {"a", "b", "c", "d"})
        acquire(name);
    cancel("c");
    settle(loop);
    EXPECT_EQ(words, std::vector<std::string>{"c cancelled"});
    EXPECT_EQ(places.waiting(), 1u);
    // Cancelled and granted in the same turn: the place must come back.
    cancel("d");
    mine.erase("a");
    settle(loop);
    EXPECT_EQ(words.back(), "d cancelled");
    EXPECT_EQ(places.held(), 1u);
    give_back("b");
    EXPECT_EQ(places.held(), 0u);
}

TEST_F(slots_test, a_slot_may_be_moved_about_and_is_given_back_once) {
    acquire("a");
    acquire("b");
    mine["a"] = std::move(mine["b"]);
    EXPECT_EQ(places.held(), 1u);
    mine.clear();
    EXPECT_EQ(places.held(), 0u);
}

}  // namespace
}  // namespace rolloutd::api
