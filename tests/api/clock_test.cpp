#include "api/clock.h"

#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::run;
using test::settle;
namespace asio = boost::asio;

TEST(system_clock_port, sleeps_at_least_as_long_as_asked_and_is_woken_by_a_ring) {
    asio::io_context loop{1};
    system_clock_port time(loop.get_executor());
    const steady_time before = time.steady_now();
    run(loop, time.sleep_for(25ms));
    EXPECT_GE(time.steady_now() - before, 25ms);

    const std::unique_ptr<alarm> bell = time.make_alarm();
    bool woken = false;
    asio::co_spawn(loop, bell->wait_until(until_rung),
                   [&woken](std::exception_ptr error) { woken = error == nullptr; });
    settle(loop);
    EXPECT_FALSE(woken);
    bell->ring();
    settle(loop);
    EXPECT_TRUE(woken);
    run(loop, bell->wait_until(timestamp::min()));
}

}  // namespace
}  // namespace rolloutd::api
