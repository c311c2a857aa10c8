#include "daemon/fleet_switches.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "tests/daemon/journal/world.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {

namespace {

const policies::person ana{.uid = 1000, .author = "ana", .reason = "data centre move"};

struct switched : world {
    switched() { start(); }
    fleet_switches switches() { return fleet_switches({*log, stops, said}); }
    const policies::fleet_ledger& ledger() const { return log->fleet().ledger; }

    brakes stops;
    memory_log said;
};

}  // namespace

TEST(fleet_switches, a_freeze_takes_effect_in_memory_at_once) {
    switched in;
    in.switches().freeze(ana);
    EXPECT_TRUE(in.stops.frozen);
    EXPECT_TRUE(in.ledger().frozen);
    in.settle();
    EXPECT_TRUE(in.fold().fleet.ledger.frozen) << "and is remembered";
}

TEST(fleet_switches, a_thaw_needs_a_durable_record) {
    switched in;
    in.switches().freeze(ana);
    fleet_switches levers = in.switches();
    auto done = boost::asio::co_spawn(in.io, levers.thaw(ana), boost::asio::use_future);
    EXPECT_TRUE(in.stops.frozen) << "not before it is on disk";
    in.settle();
    EXPECT_TRUE(done.get());
    EXPECT_FALSE(in.stops.frozen);
    EXPECT_FALSE(in.fold().fleet.ledger.frozen);
    EXPECT_EQ(in.fold().fleet.ledger.thawed_at, in.now);
}

TEST(fleet_switches, a_freeze_that_comes_while_a_thaw_is_written_stands) {
    switched in;
    in.switches().freeze(ana);
    in.settle();
    fleet_switches levers = in.switches();
    auto done = boost::asio::co_spawn(in.io, levers.thaw(ana), boost::asio::use_future);
    // The thaw has its record and waits for the disk.
    in.io.restart();
    in.io.run_one();
    levers.freeze({.uid = 1001, .author = "bo", .reason = "not yet"});
    in.settle();
    EXPECT_TRUE(done.get());
    EXPECT_TRUE(in.stops.frozen) << "the later word counts";
    EXPECT_TRUE(in.fold().fleet.ledger.frozen);
}

TEST(fleet_switches, closing_the_breaker_is_recorded_and_remembered) {
    switched in;
    policies::decided tripped;
    tripped.reason = policies::suppression::breaker;
    tripped.detail = "tickets_per_hour: 50 tickets in the last hour, 50 allowed";
    in.record("SCT1", tripped);
    EXPECT_TRUE(in.ledger().breaker_open);
    in.settle();
    EXPECT_TRUE(in.fold().fleet.ledger.breaker_open) << "it survives a restart";
    in.switches().close_breaker(ana);
    in.settle();
    EXPECT_FALSE(in.fold().fleet.ledger.breaker_open);
    EXPECT_EQ(in.fold().fleet, in.log->fleet()) << "live and recovered are the same fold";
}

}  // namespace rolloutd::daemon::testing
