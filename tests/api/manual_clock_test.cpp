#include "api/manual_clock.h"

#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::settle;
namespace asio = boost::asio;

TEST(manual_clock, wakes_in_the_order_of_the_due_times) {
    asio::io_context loop{1};
    manual_clock time(loop.get_executor(), timestamp{});
    std::vector<int> order;
    for (const int seconds : {3, 1, 2})
        asio::co_spawn(loop, time.sleep_for(std::chrono::seconds(seconds)),
                       [&order, seconds](std::exception_ptr) { order.push_back(seconds); });
    settle(loop);
    EXPECT_EQ(time.next_due(), timestamp(1s));
    time.advance(1h);
    settle(loop);
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
    EXPECT_EQ(time.next_due(), std::nullopt);
}

TEST(manual_clock, never_goes_back_and_its_steady_time_goes_with_it) {
    asio::io_context loop{1};
    manual_clock time(loop.get_executor(), timestamp(5s));
    const steady_time before = time.steady_now();
    time.advance_to(timestamp(3s));
    EXPECT_EQ(time.now(), timestamp(5s));
    time.advance(2s);
    EXPECT_EQ(time.now(), timestamp(7s));
    EXPECT_EQ(time.steady_now() - before, 2s);
}

}  // namespace
}  // namespace rolloutd::api
