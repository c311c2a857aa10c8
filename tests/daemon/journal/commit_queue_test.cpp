// Who waits, for how long, and what a disk that refuses does to them.

#include "daemon/journal/commit_queue.h"

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "daemon/journal/event_text.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

TEST(commit_queue, a_disk_that_stays_full_is_tried_again_and_again) {
    world in;
    in.options.pending_limit = 5000;
    in.start();
    in.files.fail_always("append");
    for (int n = 0; n < 20; ++n) {
        in.record("SCT1", an_observation(n % 5, 1));
        in.settle();
        in.now += std::chrono::seconds(5);
        in.log->tick();
        in.settle();
        EXPECT_FALSE(in.log->writable());
    }
    EXPECT_GT(in.log->pending_bytes(), 5000U);
    in.files.heal();
    in.now += std::chrono::seconds(5);
    in.log->tick();
    in.settle();
    EXPECT_TRUE(in.log->writable());
    expect_whole(in);
    EXPECT_TRUE(same_durable_state(in.fold().tickets.at("SCT1"), in.as_recorded("SCT1")));
}

TEST(commit_queue, one_fsync_serves_all_that_wait) {
    world in;
    in.start();
    const int before = in.files.count("sync");
    int done = 0;
    for (int n = 0; n < 100; ++n) {
        const auto where = in.record("SCT1", policies::foreign{});
        boost::asio::co_spawn(in.io, in.log->durable(where.seq),
                              [&](const std::exception_ptr&, const journal_result<void>& what) {
                                  done += what.has_value() ? 1 : 0;
                              });
    }
    in.settle();
    EXPECT_EQ(done, 100);
    EXPECT_EQ(in.files.count("sync") - before, 1);
}

TEST(commit_queue, what_is_durable_already_is_not_waited_for) {
    world in;
    in.start();
    const auto done = run_durable(in, in.log->last_seq());
    ASSERT_TRUE(done.has_value());
    EXPECT_TRUE(done->has_value());
}

TEST(commit_queue, tries_again_only_when_the_backoff_is_over) {
    world in;
    in.start();
    in.files.fail_always("sync");
    in.record("SCT1", policies::watched{});
    in.settle();
    const int tries = in.files.count("append");
    in.log->tick();
    in.record("SCT1", policies::foreign{});
    in.settle();
    EXPECT_EQ(in.files.count("append"), tries);
    in.files.heal();
    in.now -= std::chrono::hours(3);
    in.log->tick();
    in.settle();
    EXPECT_TRUE(in.log->writable()) << "a clock that was set back prolongs nothing";
}

TEST(commit_queue, a_wait_that_is_cancelled_ends) {
    world in;
    in.start();
    boost::asio::cancellation_signal stop;
    bool ended = false;
    const auto where = in.record("SCT1", policies::watched{});
    boost::asio::co_spawn(
        in.io, in.log->durable(where.seq),
        boost::asio::bind_cancellation_slot(
            stop.slot(), [&](const std::exception_ptr&, const journal_result<void>& what) {
                ended = true;
                EXPECT_FALSE(what.has_value() && in.log->durable_seq() < where.seq);
            }));
    stop.emit(boost::asio::cancellation_type::terminal);
    in.settle();
    EXPECT_TRUE(ended);
}

std::optional<journal_result<void>> run_close(world& in) {
    std::optional<journal_result<void>> got;
    boost::asio::co_spawn(
        in.io, in.log->close(),
        [&got](const std::exception_ptr&, journal_result<void> what) { got = std::move(what); });
    in.settle();
    return got;
}

TEST(commit_queue, the_end_tries_once_more_whatever_the_backoff) {
    world in;
    in.start();
    in.files.fail_always("append");
    const auto freeze = in.log->append(daemon_body{freeze_body{}});
    in.settle();
    EXPECT_FALSE(in.log->writable());
    in.files.heal();
    const auto closed = run_close(in);
    ASSERT_TRUE(closed.has_value());
    EXPECT_TRUE(closed->has_value());
    in.crash();
    const recovered state = in.fold();
    EXPECT_EQ(state.last.seq, freeze.seq);
    EXPECT_TRUE(state.fleet.ledger.frozen);
}

TEST(commit_queue, an_end_on_a_full_disk_fails_and_does_not_wait) {
    world in;
    in.start();
    in.files.fail_always("append");
    in.log->append(daemon_body{freeze_body{}});
    in.settle();
    const int tries = in.files.count("append");
    const auto closed = run_close(in);
    ASSERT_TRUE(closed.has_value());
    EXPECT_TRUE(closed->has_error());
    EXPECT_EQ(in.files.count("append"), tries + 1);
}

// A disk that neither writes nor refuses: the helper thread does not come back from its fsync.
struct hanging_disk {
    hanging_disk() {
        in.worker = helper.get_executor();
        in.start();
        run_helper();
    }
    void run_helper() {
        for (int turns = 0; turns < 10; ++turns) {
            run_loop();
            helper.restart();
            helper.poll();
        }
    }
    // What can be done now; who waits for the disk goes on waiting.
    void run_loop() {
        in.io.restart();
        in.io.poll();
    }
    void pass(std::chrono::milliseconds length) {
        in.now += length;
        in.log->tick();
        run_loop();
    }
    boost::asio::io_context helper{1};
    world in;
};

TEST(commit_queue, the_lock_is_held_until_the_last_write_is_over) {
    hanging_disk on;
    on.in.record("SCT1", policies::foreign{});
    on.run_loop();
    on.in.log.reset();
    on.run_loop();
    EXPECT_TRUE(*on.in.files.locked);
    on.run_helper();
    EXPECT_FALSE(*on.in.files.locked);
}

TEST(commit_queue, a_write_that_hangs_counts_as_failed_after_ten_seconds) {
    hanging_disk on;
    const auto where = on.in.record("SCT1", policies::foreign{});
    std::optional<journal_result<void>> ended;
    boost::asio::co_spawn(
        on.in.io, on.in.log->durable(where.seq),
        [&](const std::exception_ptr&, journal_result<void> what) { ended = std::move(what); });
    on.pass(0ms);
    on.pass(10'000ms);
    EXPECT_FALSE(ended);
    EXPECT_TRUE(on.in.log->writable());
    on.pass(1ms);
    EXPECT_FALSE(on.in.log->writable());
    EXPECT_TRUE(on.in.log->hanging());
    EXPECT_THAT(on.in.log->failure(), HasSubstr("has not ended for more than 10 s"));
    ASSERT_TRUE(ended) << "who waits is told";
    EXPECT_EQ(ended->error().why, journal_failure::kind::disk);
    const auto later = run_durable(on.in, where.seq);
    ASSERT_TRUE(later) << "who comes later does not wait at all";
    EXPECT_TRUE(later->has_error());

    on.run_helper();
    EXPECT_TRUE(on.in.log->writable());
    EXPECT_FALSE(on.in.log->hanging());
    EXPECT_EQ(on.in.log->durable_seq(), on.in.log->last_seq());
    expect_whole(on.in);
}

}  // namespace
}  // namespace rolloutd::daemon
