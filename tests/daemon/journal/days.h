#pragma once
// Days of a journal whose closed files are looked after, for the tests of that.

#include <string>

#include "daemon/journal/verify.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon::testing {

// A day of records a day.
inline void live(world& in, int days) {
    for (int day = 0; day < days; ++day) {
        for (int n = 0; n < 6; ++n) {
            in.record("SCT1", an_observation((day + n) % 10, 1));
            in.record("SCT2", a_decision());
        }
        in.settle();
        in.now += std::chrono::days(1);
        in.record("SCT1", a_decision());
        in.settle();
        in.log->tick();
        in.settle();
    }
}

inline std::string deep_verdict(memory_disk& files) {
    const auto checked = verify_journal(files, {.deep = true});
    return checked ? "good" : to_text(checked.error());
}

inline void expect_recovers(world& in) {
    const recovered state = in.fold();
    for (const auto& [id, each] : in.tickets)
        EXPECT_TRUE(same_durable_state(state.tickets.at(id), in.as_recorded(id))) << id;
}

inline void an_hour_later(world& in) {
    in.now += std::chrono::minutes(61);
    in.log->tick();
    in.settle();
}

// The oldest files are one with a checkpoint and one that was begun after a failed write.
inline void begin_with_two_that_belong_together(world& in) {
    in.start();
    in.record("SCT1", an_observation(1, 1));
    in.settle();
    in.files.fail("sync");
    in.record("SCT1", an_observation(2, 1));
    in.settle();
    in.now += std::chrono::seconds(10);
    in.log->tick();
    in.settle();
    live(in, 2);
}

}  // namespace rolloutd::daemon::testing
