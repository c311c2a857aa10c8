#include "api/task_group.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <vector>

#include "api/manual_clock.h"
#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::run;
using test::settle;
namespace asio = boost::asio;

class task_group_test : public testing::Test {
protected:
    asio::awaitable<void> sleep_then_note(duration length, std::string what) {
        co_await time.sleep_for(length);
        notes.push_back(what);
    }

    asio::awaitable<void> fail(std::string what) {
        co_await time.sleep_for(0ms);
        throw std::runtime_error(what);
    }

    asio::awaitable<void> sleep_for_ever_and_note_the_end() {
        try {
            co_await time.sleep_for(24h);
        } catch (const boost::system::system_error& error) {
            notes.push_back(error.code().message());
            throw;
        }
    }

    asio::awaitable<void> throw_aborted() {
        co_await time.sleep_for(0ms);
        throw boost::system::system_error(boost::asio::error::operation_aborted);
    }

    task_group make_group() {
        return task_group(loop.get_executor(),
                          [this](std::string_view name, std::exception_ptr error) {
                              try {
                                  std::rethrow_exception(error);
                              } catch (const std::exception& what) {
                                  notes.push_back(std::string(name) + ": " + what.what());
                              }
                          });
    }

    asio::io_context loop{1};
    manual_clock time{loop.get_executor(), timestamp(1'000'000ms)};
    std::vector<std::string> notes;
};

TEST_F(task_group_test, join_waits_for_the_slowest_child) {
    task_group group = make_group();
    group.spawn("fast", sleep_then_note(1s, "fast"));
    group.spawn("slow", sleep_then_note(5s, "slow"));
    bool joined = false;
    asio::co_spawn(loop, group.join(), [&](std::exception_ptr) { joined = true; });
    settle(loop);
    time.advance(1s);
    settle(loop);
    EXPECT_EQ(notes, std::vector<std::string>{"fast"});
    EXPECT_FALSE(joined);
    EXPECT_EQ(group.running(), 1u);
    time.advance(4s);
    settle(loop);
    EXPECT_TRUE(joined);
    EXPECT_EQ(notes.back(), "slow");
}

TEST_F(task_group_test, an_exception_is_reported_with_the_childs_name_and_spares_the_others) {
    task_group group = make_group();
    group.spawn("broken", fail("no such thing"));
    group.spawn("healthy", sleep_then_note(1s, "healthy"));
    settle(loop);
    time.advance(1s);
    run(loop, group.join());
    EXPECT_EQ(notes, (std::vector<std::string>{"broken: no such thing", "healthy"}));
}

TEST_F(task_group_test, cancel_ends_every_child_and_is_not_reported_as_an_error) {
    task_group group = make_group();
    group.spawn("one", sleep_for_ever_and_note_the_end());
    group.spawn("two", sleep_for_ever_and_note_the_end());
    settle(loop);
    group.cancel();
    run(loop, group.join());
    EXPECT_EQ(notes, (std::vector<std::string>{"Operation canceled", "Operation canceled"}));
    EXPECT_EQ(group.running(), 0u);
    EXPECT_EQ(time.sleepers(), 0u);
}

TEST_F(task_group_test, one_child_can_be_cancelled_by_its_name_and_spares_the_others) {
    task_group group = make_group();
    group.spawn("first", sleep_for_ever_and_note_the_end());
    group.spawn("second", sleep_then_note(5s, "second"));
    settle(loop);
    group.cancel("first");
    settle(loop);
    EXPECT_EQ(group.running(), 1u);
    EXPECT_EQ(notes.size(), 1u) << "its end, and no error";
    time.advance(5s);
    run(loop, group.join());
    EXPECT_EQ(notes.back(), "second");
}

TEST_F(task_group_test, an_abort_that_nobody_asked_for_is_an_error) {
    task_group group = make_group();
    group.spawn("odd", throw_aborted());
    run(loop, group.join());
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_TRUE(notes[0].starts_with("odd: "));
}

TEST_F(task_group_test, a_child_spawned_after_cancel_ends_at_its_first_wait) {
    task_group group = make_group();
    group.cancel();
    group.spawn("late", sleep_for_ever_and_note_the_end());
    run(loop, group.join());
    EXPECT_EQ(group.running(), 0u);
    EXPECT_EQ(time.sleepers(), 0u);
}

TEST_F(task_group_test,
       cancelling_the_one_who_joins_cancels_the_children_and_still_waits_for_them) {
    task_group group = make_group();
    group.spawn("child", sleep_for_ever_and_note_the_end());
    asio::cancellation_signal signal;
    bool joined = false;
    asio::co_spawn(
        loop, group.join(),
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { joined = true; }));
    settle(loop);
    EXPECT_FALSE(joined);
    signal.emit(asio::cancellation_type::terminal);
    settle(loop);
    EXPECT_TRUE(joined);
    EXPECT_EQ(notes, std::vector<std::string>{"Operation canceled"});
}

TEST_F(task_group_test, thousands_of_short_children_leave_nothing_behind) {
    task_group group = make_group();
    for (int i = 0; i < 5000; ++i) {
        group.spawn("child", sleep_then_note(0ms, "x"));
        settle(loop);
    }
    run(loop, group.join());
    EXPECT_EQ(notes.size(), 5000u);
}

TEST(task_group_death, a_child_left_running_is_a_broken_invariant) {
    EXPECT_DEATH(
        {
            asio::io_context loop{1};
            manual_clock time(loop.get_executor(), timestamp{});
            task_group group(loop.get_executor(), nullptr);
            group.spawn("forgotten", time.sleep_for(1h));
            settle(loop);
        },
        "running_ == 0");
}

}  // namespace
}  // namespace rolloutd::api
