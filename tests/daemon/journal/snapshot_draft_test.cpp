// The next snapshot is written while the daemon goes on, and is right at the moment it is needed.

#include "daemon/journal/snapshot_draft.h"

#include <gmock/gmock.h>

#include <random>

#include "daemon/journal/verify.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;

std::string name(unsigned n) { return "SCT" + std::to_string(100 + n); }

// What anybody may do to a ticket between two slices.
void something_happens(world& in, std::mt19937& random) {
    const std::string id = name(static_cast<unsigned>(random() % 40));
    switch (random() % 6) {
        case 0: in.record(id, policies::watched{}); break;
        case 1: in.record(id, policies::unwatched{"FINISHED"}); break;
        case 2: in.log->append(id, policies::event(policies::foreign{})); break;  // without a state
        case 3: in.record(id, a_decision()); break;
        default: in.record(id, an_observation(static_cast<int>(random() % 9), 1)); break;
    }
    if (!in.tickets.contains(id)) return;
    in.tickets.at(id).id = id;
}

// Live state and what the journal counts, against what a snapshot tells.
void expect_same(const recovered& read, const world& in) {
    EXPECT_EQ(read.fleet, in.log->fleet());
    ASSERT_EQ(read.tickets.size(), in.tickets.size());
    for (const auto& [id, state] : in.tickets) {
        ASSERT_TRUE(read.tickets.contains(id)) << id;
        EXPECT_TRUE(same_durable_state(read.tickets.at(id), in.as_recorded(id))) << id;
    }
}

TEST(snapshot_draft, is_right_whatever_changes_between_its_slices) {
    std::mt19937 random(1);
    for (int round = 0; round < 25; ++round) {
        world in;
        in.start();
        for (int n = 0; n < 60; ++n)
            something_happens(in, random);
        const ticket_source states = [&](const ticket_id& from) -> const policies::ticket_state* {
            const auto found = in.tickets.lower_bound(from);
            return found == in.tickets.end() ? nullptr : &found->second;
        };
        const redaction hide{in.options.redact, in.log->fleet().salt};
        snapshot_draft draft(states, in.log->fleet(), hide);
        const int slices = static_cast<int>(random() % 60);
        for (int n = 0; n < slices; ++n) {
            draft.slice(1);
            const sequence before = in.log->last_seq();
            // Every ticket may have changed: the journal says which by its records.
            something_happens(in, random);
            if (in.log->last_seq() > before)
                for (unsigned each = 0; each < 40; ++each)
                    if (random() % 8 == 0) draft.changed(name(each));
            in.settle();
            const std::string last = in.lines(in.files.list("journal")->back()).back();
            const std::size_t at = last.find("\"ticket\":\"");
            if (at != std::string::npos) draft.changed(last.substr(at + 10, 6));
        }
        const auto read = parse_snapshot(draft.finish());
        ASSERT_TRUE(read) << to_text(read.error());
        expect_same(*read, in);
    }
}

TEST(snapshot_draft, comes_to_an_end_when_little_changes) {
    world in;
    in.start();
    for (unsigned n = 0; n < 30; ++n)
        in.record(name(n), an_observation(1, 1));
    const ticket_source states = [&](const ticket_id& from) -> const policies::ticket_state* {
        const auto found = in.tickets.lower_bound(from);
        return found == in.tickets.end() ? nullptr : &found->second;
    };
    snapshot_draft draft(states, in.log->fleet(), {});
    int slices = 0;
    while (!draft.nearly_whole() && slices < 100) {
        draft.slice(4'000);
        ++slices;
    }
    EXPECT_GT(slices, 10) << "a slice is a part";
    EXPECT_LT(slices, 100);
    for (unsigned n = 0; n < 30; ++n)
        draft.changed(name(n));
    EXPECT_FALSE(draft.nearly_whole());
}

// The journal begins the next file by itself when the snapshot is ready, before the file is full.
TEST(snapshot_draft, a_file_that_is_nearly_full_is_followed_by_the_next_between_two_records) {
    world in;
    in.options.rotate = 30'000;
    in.start();
    for (unsigned n = 0; in.files.list("journal")->size() < 3; ++n) {
        ASSERT_LT(n, 400U);
        in.record(name(n % 7), an_observation(static_cast<int>(n % 9), 1));
        in.now += std::chrono::seconds(1);
        in.settle();
    }
    for (const std::string& each : *in.files.list("journal"))
        EXPECT_LE(in.bytes(each).size(), 30'000U);
    expect_whole(in);
    in.crash();
    const auto folded = in.fold();
    EXPECT_GT(folded.verified_from, 1U);
    for (const auto& [id, state] : in.tickets) {
        auto shown = state;
        shown.last = redaction{in.options.redact, folded.fleet.salt}(*shown.last);
        EXPECT_TRUE(same_durable_state(folded.tickets.at(id), shown)) << id;
    }
}

// Slices of one snapshot, and records between them: the journal itself says what has changed.
TEST(snapshot_draft, what_is_recorded_between_two_slices_is_in_the_snapshot) {
    world in;
    in.options.rotate = 1'600'000;
    in.start();
    std::mt19937 random(9);
    for (unsigned n = 0; n < 300; ++n)
        in.record(name(n), an_observation(1, 1));
    in.settle();
    ASSERT_EQ(in.files.list("journal")->size(), 1U);
    for (int n = 0; in.files.list("journal")->size() < 2; ++n) {
        ASSERT_LT(n, 20'000);
        const std::string id = name(static_cast<unsigned>(random() % 300));
        if (random() % 50 == 0) {
            in.record(id, policies::unwatched{"FINISHED"});
        } else if (in.tickets.contains(id)) {
            in.record(id, a_decision());
        } else {
            in.record(id, an_observation(3, 1));
        }
        in.io.restart();
        in.io.poll_one();
    }
    in.settle();
    std::map<ticket_id, policies::ticket_state> live;
    for (const auto& [id, state] : in.tickets)
        live.emplace(id, in.as_recorded(id));
    in.crash();
    const auto folded = in.fold();
    EXPECT_GT(folded.verified_from, 300U);
    ASSERT_EQ(folded.tickets.size(), live.size());
    for (const auto& [id, state] : live)
        EXPECT_TRUE(same_durable_state(folded.tickets.at(id), state)) << id;
}

TEST(snapshot_draft, is_begun_before_midnight_and_used_by_the_first_record_of_the_day) {
    world in;
    in.now = time_of("2026-11-21T23:59:40.000Z");
    in.start();
    for (unsigned n = 0; n < 5; ++n)
        in.record(name(n), an_observation(1, 1));
    for (int n = 0; n < 25; ++n) {
        in.now += std::chrono::seconds(1);
        if (n % 4 == 0) in.record(name(1), an_observation(n % 9, 1));
        in.log->tick();
        in.settle();
    }
    EXPECT_EQ(in.files.list("journal")->size(), 2U);
    expect_whole(in);
    const auto folded = in.fold();
    EXPECT_GT(folded.verified_from, 1U);
    for (const auto& [id, state] : in.tickets)
        EXPECT_TRUE(same_durable_state(folded.tickets.at(id), in.as_recorded(id))) << id;
}

}  // namespace
}  // namespace rolloutd::daemon
