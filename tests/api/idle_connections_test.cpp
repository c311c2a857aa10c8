#include "api/idle_connections.h"

#include <boost/asio/io_context.hpp>

#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;

// Tells when it is destroyed, which is when a real one is closed.
class noted_connection final : public http_connection {
public:
    noted_connection(int& open, bool dead) : open_(open), dead_(dead) { ++open_; }
    ~noted_connection() override { --open_; }
    boost::asio::awaitable<result<http_response>> exchange(const http_request&,
                                                           steady_time) override {
        co_return http_response();
    }
    bool reusable() const override { return true; }
    bool looks_dead() const override { return dead_; }
    const connection_facts& facts() const override { return facts_; }

private:
    int& open_;
    bool dead_;
    connection_facts facts_;
};

class idle_connections_test : public testing::Test {
protected:
    std::unique_ptr<http_connection> make(bool dead = false) {
        return std::make_unique<noted_connection>(open, dead);
    }
    boost::asio::io_context loop{1};
    int open = 0;
};

TEST_F(idle_connections_test, the_latest_kept_is_the_first_taken) {
    idle_connections idle(loop.get_executor(), 1min);
    EXPECT_EQ(idle.take(), nullptr);
    auto first = make();
    auto second = make();
    const http_connection* const latest = second.get();
    idle.keep(std::move(first));
    idle.keep(std::move(second));
    EXPECT_EQ(idle.take().get(), latest);
    EXPECT_EQ(idle.size(), 1u);
}

TEST_F(idle_connections_test, one_that_looks_dead_is_closed_instead_of_given) {
    idle_connections idle(loop.get_executor(), 1min);
    idle.keep(make());
    idle.keep(make(true));
    idle.keep(make(true));
    EXPECT_FALSE(idle.take()->looks_dead());
    EXPECT_EQ(open, 0);
}

TEST_F(idle_connections_test, they_are_closed_by_themselves_and_nothing_is_left_running) {
    idle_connections idle(loop.get_executor(), 5ms);
    idle.keep(make());
    idle.keep(make());
    EXPECT_EQ(open, 2);
    // Returns when there is nothing left to wait for.
    loop.run_for(10s);
    EXPECT_TRUE(loop.stopped());
    EXPECT_EQ(open, 0);
    EXPECT_EQ(idle.size(), 0u);
    idle.keep(make());
    loop.restart();
    loop.run_for(10s);
    EXPECT_EQ(open, 0);
}

TEST_F(idle_connections_test, none_is_given_that_is_too_old_even_before_its_timer_has_fired) {
    idle_connections idle(loop.get_executor(), 0ms);
    idle.keep(make());
    EXPECT_EQ(idle.take(), nullptr);
    EXPECT_EQ(open, 0);
}

TEST_F(idle_connections_test, all_can_be_closed_and_the_end_closes_them_too) {
    {
        idle_connections idle(loop.get_executor(), 1min);
        idle.keep(make());
        idle.keep(make());
        idle.close_all();
        EXPECT_EQ(open, 0);
        idle.keep(make());
    }
    EXPECT_EQ(open, 0);
    // The timer's handler finds nobody.
    loop.run_for(10s);
    EXPECT_TRUE(loop.stopped());
}

}  // namespace
}  // namespace rolloutd::api
