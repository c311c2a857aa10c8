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
    void acquire(const std::string& name, steady_time deadline = steady_time::max(),
                 lane kind = lane::ordinary) {
        asio::co_spawn(loop, places.acquire(deadline, kind),
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
    void acquire_urgently(const std::string& name) {
        acquire(name, steady_time::max(), lane::urgent);
    }
    void cancel(const std::string& name) { signals[name].emit(asio::cancellation_type::terminal); }

    asio::io_context loop{1};
    std::map<std::string, asio::cancellation_signal> signals;
    slots places{loop.get_executor(), 3, 2};  // two of them for anybody
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

TEST_F(slots_test, one_place_is_kept_for_the_urgent) {
    for (const std::string name : {"a", "b", "c"})
        acquire(name);
    EXPECT_EQ(places.held(), 2u);
    acquire_urgently("u");
    EXPECT_TRUE(mine.contains("u"));
    EXPECT_EQ(places.held(), 3u);
    give_back("u");
    EXPECT_FALSE(mine.contains("c")) << "it is kept for the next urgent one";
    give_back("a");
    EXPECT_TRUE(mine.contains("c"));
}

TEST_F(slots_test, the_urgent_go_first_and_have_a_queue_of_their_own) {
    for (const std::string name : {"a", "b", "c", "d", "e"})
        acquire(name);
    EXPECT_EQ(words, std::vector<std::string>{"e queue_full"});
    for (const std::string name : {"u", "v", "w"})
        acquire_urgently(name);
    EXPECT_EQ(places.waiting(), 4u);
    give_back("a");
    EXPECT_TRUE(mine.contains("v"));
    give_back("b");
    EXPECT_TRUE(mine.contains("w"));
    give_back("u");
    EXPECT_TRUE(mine.contains("c"));
    give_back("v");
    EXPECT_TRUE(mine.contains("d"));
    for (const std::string name : {"w", "c", "d"})
        give_back(name);
    EXPECT_EQ(places.held(), 0u);
}

TEST(slots_of_one, serve_everybody_the_urgent_first) {
    asio::io_context loop(1);
    slots places(loop.get_executor(), 1, 4);
    std::vector<std::string> order;
    std::optional<slots::slot> held = test::run(loop, places.acquire(steady_time::max())).value();
    const auto come = [&](const std::string& name, lane kind) {
        asio::co_spawn(loop, places.acquire(steady_time::max(), kind),
                       [&order, name](std::exception_ptr, const result<slots::slot>&) {
                           order.push_back(name);
                       });
    };
    come("ordinary", lane::ordinary);
    come("urgent", lane::urgent);
    settle(loop);
    EXPECT_EQ(order, std::vector<std::string>());
    held.reset();
    settle(loop);
    EXPECT_EQ(order, (std::vector<std::string>{"urgent", "ordinary"}));
}

}  // namespace
}  // namespace rolloutd::api
