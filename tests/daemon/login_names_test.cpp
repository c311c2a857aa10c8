#include "daemon/login_names.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <semaphore>

#include "api/manual_clock.h"

namespace rolloutd::daemon::testing {
namespace {

namespace asio = boost::asio;

struct asking : ::testing::Test {
    asio::io_context io{1};
    api::manual_clock time{io.get_executor(),
                           *policies::parse_timestamp("2026-11-21T10:15:30.123Z")};

    std::future<std::string> begin(login_names& names, uid_t uid) {
        return asio::co_spawn(io, names.of(uid), asio::use_future);
    }
    std::string ask(login_names& names, uid_t uid) {
        auto told = begin(names, uid);
        io.restart();
        io.run();
        return told.get();
    }
};

TEST_F(asking, a_user_is_called_what_the_system_calls_him) {
    system_names names(io.get_executor(), time);
    EXPECT_EQ(ask(names, 0), "root");
    EXPECT_EQ(ask(names, 3'999'999'999U), "") << "nobody has this number";
}

TEST_F(asking, the_system_is_asked_once) {
    std::atomic<int> asked = 0;
    system_names names(io.get_executor(), time, [&asked](uid_t uid) {
        ++asked;
        return "user" + std::to_string(uid);
    });
    EXPECT_EQ(ask(names, 7), "user7");
    EXPECT_EQ(ask(names, 7), "user7");
    EXPECT_EQ(asked, 1);
}

TEST_F(asking, nobody_waits_for_a_directory_that_does_not_answer) {
    std::counting_semaphore<8> answers(0);
    system_names names(io.get_executor(), time, [&answers](uid_t) {
        answers.acquire();
        return std::string("late");
    });
    std::vector<std::future<std::string>> told;
    for (uid_t uid = 1; uid <= 5; ++uid)
        told.push_back(begin(names, uid));
    while (io.poll() > 0) {}
    EXPECT_EQ(told[4].wait_for(std::chrono::seconds{0}), std::future_status::ready)
        << "four threads are enough to wait for one directory";
    time.advance(policies::duration{200});
    while (io.poll() > 0) {}
    for (auto& each : told)
        EXPECT_EQ(each.get(), "");
    answers.release(4);
    io.run();
    EXPECT_EQ(ask(names, 2), "late") << "what came too late for one is known to the next";
}

TEST_F(asking, an_answer_that_comes_after_the_end_goes_nowhere) {
    std::promise<void> gone;
    std::promise<void> over;
    {
        system_names names(io.get_executor(), time,
                           [gone = gone.get_future().share(), &over](uid_t) {
                               gone.wait();
                               over.set_value();
                               return std::string("late");
                           });
        auto told = begin(names, 1);
        io.poll();
        time.advance(policies::duration{200});
        while (io.poll() > 0) {}
        EXPECT_EQ(told.get(), "");
    }
    gone.set_value();
    over.get_future().wait();
    io.run();
}

}  // namespace
}  // namespace rolloutd::daemon::testing
