// The fold: from the newest good snapshot, or from the beginning, to the same state.

#include "daemon/journal/fold.h"

#include <gmock/gmock.h>

#include "daemon/journal/event_text.h"
#include "daemon/journal/verify.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(fold, begins_at_the_newest_good_snapshot) {
    world in;
    in.options.rotate = 3500;
    in.start();
    for (int n = 0; n < 12; ++n)
        in.record("SCT1", an_observation(n, 1));
    in.log->append(daemon_body(freeze_body{}));
    in.record("SCT1", policies::held{});
    in.settle();
    const recovered newest = in.fold();
    EXPECT_GT(newest.verified_from, 3U);
    EXPECT_TRUE(newest.fleet.ledger.frozen);
    EXPECT_TRUE(newest.fleet.held.contains("SCT1"));
    for (auto& [path, file] : in.files.files)
        if (path.starts_with("snapshots/")) file->bytes[10] ^= 1;
    const recovered all = in.fold();
    EXPECT_EQ(all.verified_from, 1U);
    EXPECT_EQ(all.fleet, newest.fleet);
    EXPECT_TRUE(same_durable_state(all.tickets.at("SCT1"), newest.tickets.at("SCT1")));
    in.files.files.erase("journal/000000000001.jsonl");
    EXPECT_THAT(to_text(fold_journal(in.files).error()), HasSubstr("nothing to start from"));
}

TEST(fold, what_people_did_survives_in_journal_and_snapshot) {
    world in;
    in.start();
    const policies::person ana{1000, "ana", "looking"};
    in.record("SCT1", an_observation(3, 1));
    in.record("SCT1", a_decision());
    policies::proposed asked;
    asked.policy = "web-fleet";
    asked.rule = "escalate";
    asked.what.what = policies::action::cancel;
    asked.expires = in.now + std::chrono::hours(1);
    in.record("SCT1", asked);
    in.record("SCT1", policies::held{ana});
    in.record("SCT1", policies::foreign{policies::action::skip_batch, "seen", {}, {}, 2, 0});
    in.record("SCT1", policies::foreign{policies::action::pause, "seen", {}, {}, {}, 0});
    in.settle();
    const policies::ticket_state& live = in.tickets.at("SCT1");
    ASSERT_EQ(live.proposals.size(), 1U);
    ASSERT_TRUE(live.people.hold && live.people.paused && live.people.meddled);
    EXPECT_TRUE(same_durable_state(in.fold().tickets.at("SCT1"), in.as_recorded("SCT1")));
    const auto read = parse_snapshot(snapshot_text(in.tickets, in.log->fleet()));
    ASSERT_TRUE(read) << to_text(read.error());
    EXPECT_TRUE(same_durable_state(read->tickets.at("SCT1"), live));
    EXPECT_THAT(read->fleet.held, ElementsAre(std::pair{std::string("SCT1"), ana}));
    in.record("SCT1", policies::unwatched{"FINISHED"});
    in.settle();
    EXPECT_TRUE(in.fold().fleet.held.empty()) << "a ticket that is over is held no more";
}

TEST(fold, a_snapshot_gives_the_same_state_back) {
    world in;
    in.start();
    for (int n = 0; n < 6; ++n) {
        in.record("SCT1", an_observation(n, 1));
        policies::verdict_changed turned;
        turned.policy = "web-fleet";
        turned.rule = "hung-host";
        turned.who = {policies::subject_kind::instance, 51045000000 + n};
        turned.to = policies::verdict::yes;
        turned.episode = 1;
        in.record("SCT1", turned);
        in.record("SCT1", a_decision());
        if (n == 3) in.record("SCT1", an_intent());
        in.now += std::chrono::seconds(5);
        const auto read = parse_snapshot(snapshot_text(in.tickets, in.log->fleet()));
        ASSERT_TRUE(read) << to_text(read.error());
        EXPECT_TRUE(same_durable_state(read->tickets.at("SCT1"), in.tickets.at("SCT1")));
        EXPECT_EQ(read->fleet, in.log->fleet());
    }
    for (const std::string bad : {"", "{}", "[]", "{\"fleet\":1,\"tickets\":{}}",
                                  "{\"fleet\":{},\"tickets\":{\"a\":{\"rules\":{\"x\":{}}}}}"})
        EXPECT_FALSE(parse_snapshot(bad)) << bad;
}

TEST(fold, an_empty_state_is_nothing_seen_yet) {
    world in;
    const auto state = in.open();
    ASSERT_TRUE(state);
    EXPECT_EQ(state->last.seq, 0U);
    EXPECT_TRUE(state->tickets.empty());
}

TEST(fold, a_broken_chain_stops_the_start_and_says_where) {
    world in;
    in.start();
    in.record("SCT1", policies::watched{});
    in.record("SCT1", a_decision());
    in.settle();
    const std::size_t third = in.bytes().find("\"seq\":3");
    in.bytes()[third + 60] ^= 1;
    const auto state = in.open();
    ASSERT_FALSE(state);
    EXPECT_EQ(state.error().why, journal_failure::kind::broken);
    EXPECT_EQ(to_text(state.error()),
              "journal/000000000001.jsonl:3: record 3: its hash does not match its bytes");
}

// A daemon whose disk refuses for a moment: what was pending goes to a new file without checkpoint.
TEST(fold, a_change_that_moved_to_a_new_file_still_stands_on_the_reading_before_it) {
    world in;
    in.start();
    in.record("SCT1", an_observation(1));
    in.settle();
    in.files.fail("sync");
    in.record("SCT1", an_observation(2));
    in.settle();
    in.now += std::chrono::seconds(10);
    in.log->tick();
    in.settle();
    ASSERT_EQ(in.log->durable_seq(), in.log->last_seq());
    const policies::ticket_state live = in.as_recorded("SCT1");
    in.crash();
    const auto found = fold_journal(in.files);
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_TRUE(same_durable_state(found->tickets.at("SCT1"), live));
}

// The breaker's record stands between a decision's record and its application.
TEST(fold, no_snapshot_is_taken_between_a_decision_and_the_breaker_that_it_opens) {
    world in;
    in.start();
    policies::decided tripped = std::get<policies::decided>(a_decision());
    tripped.outcome = policies::decision_outcome::propose;
    tripped.reason = policies::suppression::breaker;
    policies::ticket_state& state = in.tickets["SCT1"];
    state.id = "SCT1";
    const policies::stamp where = in.log->append("SCT1", tripped);
    in.now += std::chrono::days(1);
    breaker_body opened;
    opened.reason = "operations_per_minute";
    opened.open = true;
    in.log->append(daemon_body(opened));
    policies::apply(state, tripped, where);
    in.record("SCT1", an_observation(1));
    in.settle();
    const policies::ticket_state live = in.as_recorded("SCT1");
    in.crash();
    EXPECT_TRUE(same_durable_state(in.fold().tickets.at("SCT1"), live));
}

// File systems may leave a long run of zeros behind when the power fails.
TEST(fold, a_torn_tail_may_be_longer_than_a_record) {
    world in;
    in.start();
    in.record("SCT1", an_observation(1));
    in.settle();
    const sequence last = in.log->last_seq();
    in.log.reset();
    in.bytes() += std::string(std::size_t{3} << 20, '\0');
    const auto state = in.open();
    ASSERT_TRUE(state) << to_text(state.error());
    EXPECT_EQ(state->last.seq, last);
    EXPECT_EQ(state->torn->bytes, std::size_t{3} << 20);
}

}  // namespace
}  // namespace rolloutd::daemon
