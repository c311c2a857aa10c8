// The process dies at each step of a rotation, or the disk refuses there: what is found afterwards
// is whole, and is the state as of the last durable record.

#include <gmock/gmock.h>

#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;

// Every state that there was, by the number of the last record that had been applied.
struct remembered {
    std::map<sequence, std::map<ticket_id, policies::ticket_state>> states;

    void note(world& in) {
        std::map<ticket_id, policies::ticket_state> now;
        for (const auto& [id, each] : in.tickets)
            now.emplace(id, in.as_recorded(id));
        states[in.log->last_seq()] = std::move(now);
    }

    // As of the newest record that is not behind `seq`; records of the daemon change no ticket.
    const std::map<ticket_id, policies::ticket_state>& at(sequence seq) const {
        return std::prev(states.upper_bound(seq))->second;
    }
};

// A story with several rotations, in the midst of which a disk operation fails.
void live(world& in, remembered& known) {
    for (int n = 0; n < 16; ++n) {
        in.record("SCT" + std::to_string(n % 5), an_observation(n % 9, 1));
        known.note(in);
        if (n % 3 == 2) in.settle();
        if (n % 4 == 3) in.log->tick();
    }
    in.settle();
}

class dying_at : public ::testing::TestWithParam<std::string> {};

TEST_P(dying_at, any_step_of_a_rotation_loses_nothing_that_was_durable) {
    int steps = 0;
    for (int nth = 1; nth < 200; ++nth) {
        for (const std::size_t kept : {std::size_t{0}, std::size_t{60}, std::size_t{1} << 20}) {
            world in;
            remembered known;
            in.options.rotate = 12'000;
            in.options.keeping.compress = true;
            in.start();
            known.note(in);
            // What comes after the failure fails as well: the process is gone.
            in.files.fail_from(GetParam(), nth);
            live(in, known);
            const bool met = in.files.failed();
            const sequence durable = in.log->durable_seq();
            in.crash(kept);
            if (!met) {
                EXPECT_GT(steps, 3);
                return;
            }
            ++steps;
            const auto state = in.open();
            ASSERT_TRUE(state) << GetParam() << nth << to_text(state.error());
            EXPECT_GE(state->last.seq, durable) << GetParam() << nth;
            const auto& then = known.at(state->last.seq);
            ASSERT_EQ(state->tickets.size(), then.size()) << GetParam() << nth << " " << kept;
            for (const auto& [id, each] : then)
                EXPECT_TRUE(same_durable_state(state->tickets.at(id), each)) << id << nth;
        }
    }
    ADD_FAILURE() << "the story has an end";
}

TEST_P(dying_at, any_step_and_then_a_power_cut_loses_nothing_that_became_durable_between) {
    int steps = 0;
    for (int nth = 1; nth < 200; ++nth) {
        world in;
        in.options.rotate = 12'000;
        in.options.keeping.compress = true;
        remembered known;
        in.files.fail_from(GetParam(), nth);
        if (in.open()) {
            in.log->start({});
            known.note(in);
            live(in, known);
        }
        const bool met = in.files.failed();
        in.kill();
        if (!met) {
            EXPECT_GT(steps, 3);
            return;
        }
        ++steps;
        in.start();
        const sequence last = in.record("SCT1", a_decision()).seq;
        ASSERT_TRUE(run_durable(in, last)->has_value()) << GetParam() << nth;
        const policies::ticket_state then = in.as_recorded("SCT1");
        in.crash();
        const auto state = in.open();
        ASSERT_TRUE(state) << GetParam() << nth << to_text(state.error());
        EXPECT_EQ(state->last.seq, last) << GetParam() << nth;
        if (state->last.seq != last) continue;
        EXPECT_TRUE(same_durable_state(state->tickets.at("SCT1"), then)) << GetParam() << nth;
        expect_whole(in);
    }
    ADD_FAILURE() << "the story has an end";
}

INSTANTIATE_TEST_SUITE_P(each, dying_at,
                         ::testing::Values("append", "sync", "create", "rename", "sync_folder",
                                           "remove"));

TEST(a_full_disk, piles_up_no_snapshots_and_goes_on_when_there_is_room) {
    world in;
    in.options.rotate = 12'000;
    in.start();
    in.files.fail_always("append");
    for (int n = 0; n < 200; ++n) {
        if (n % 20 == 0) in.record("SCT1", an_observation(n / 20, 1));
        in.now += std::chrono::seconds(1);
        in.log->tick();
        in.settle();
    }
    EXPECT_FALSE(in.log->writable());
    const sequence last = in.log->last_seq();
    EXPECT_LE(last, 2U + 10U + 3U) << "the records, and hardly a checkpoint beside them";
    in.files.heal();
    in.now += std::chrono::seconds(10);
    in.log->tick();
    in.settle();
    EXPECT_TRUE(in.log->writable());
    EXPECT_EQ(in.log->durable_seq(), in.log->last_seq());
    expect_whole(in);
    EXPECT_TRUE(same_durable_state(in.fold().tickets.at("SCT1"), in.as_recorded("SCT1")));
}

}  // namespace
}  // namespace rolloutd::daemon
