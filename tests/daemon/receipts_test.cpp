#include "daemon/receipts.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "api/manual_clock.h"
#include "tests/api/run.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon::testing {
namespace {

using namespace std::chrono_literals;

struct open_journal : world {
    open_journal() { start(); }
};

struct writing : open_journal {
    std::future<bool> ask(sequence seq) {
        return boost::asio::co_spawn(io, paper.written(seq, 2s), boost::asio::use_future);
    }
    // What can be done now; a wait for the disk may be left.
    void turn() { api::test::settle(io); }
    void end() {
        auto done = boost::asio::co_spawn(io, paper.stop(), boost::asio::use_future);
        turn();
        done.get();
    }
    api::manual_clock time{io.get_executor(), now};
    receipts paper{io.get_executor(), time, *log};
};

TEST(receipts, what_is_on_the_disk_is_acknowledged) {
    writing in;
    const policies::stamp where = in.record("SCT1", a_decision());
    auto answer = in.ask(where.seq);
    in.settle();
    EXPECT_TRUE(answer.get());
    auto again = in.ask(where.seq);
    in.settle();
    EXPECT_TRUE(again.get());
    in.end();
}

TEST(receipts, a_disk_that_refuses_is_told_at_once) {
    writing in;
    in.settle();
    in.files.fail_always("append");
    in.files.fail_always("create");
    auto answer = in.ask(in.record("SCT1", a_decision()).seq);
    in.settle();
    EXPECT_FALSE(answer.get());
    auto again = in.ask(in.log->last_seq());
    in.settle();
    EXPECT_FALSE(again.get());
    in.end();
}

TEST(receipts, a_disk_that_hangs_keeps_nobody_for_long) {
    writing in;
    // A record of which nobody ever writes the end.
    auto answer = in.ask(in.log->last_seq() + 100);
    in.turn();
    in.time.advance_to(in.time.now() + 2s);
    in.turn();
    EXPECT_FALSE(answer.get());
    in.end();
}

}  // namespace
}  // namespace rolloutd::daemon::testing
