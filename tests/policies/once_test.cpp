// DESIGN §3 law 3, for every operation and every order of events: breadth first through the small
// world, every state once, to a depth that a quick build can afford. ROLLOUTD_ONCE_DEPTH=9 goes
// deeper. What stands in the record of a broken law is the way that leads to it.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <utility>

#include "tests/policies/small_world.h"
#include "tests/support/effort.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

// How deep, unless the environment says otherwise, and from how many states a quiet end is tried.
constexpr int usual_depth = every_nth_run == 1 ? 6 : 4;
constexpr std::size_t peace_after_each = 64;

struct visited {
    small_world world;
    std::size_t from = 0;
    std::string how;
};

struct survey {
    std::size_t states = 0;
    std::size_t transitions = 0;
    int depth = 0;
    std::size_t sent = 0;  // states in which an operation is about to be written
    std::string broken;    // the first broken law and the way to it
};

std::string way_to(const std::vector<visited>& all, std::size_t last) {
    std::string way;
    for (std::size_t at = last; at != 0; at = all[at].from)
        way = "\n  " + all[at].how + way;
    return way;
}

int depth_wanted() {
    const char* const given = std::getenv("ROLLOUTD_ONCE_DEPTH");
    return given == nullptr ? usual_depth : std::atoi(given);
}

survey explore(const small_plan& plan) {
    const small_rules rules(plan);
    survey found;
    std::vector<visited> all{{rules.begin(), 0, ""}};
    std::set<state_key::value> known{all[0].world.key()};
    std::size_t begin = 0;
    for (; found.depth < depth_wanted() && begin < all.size(); ++found.depth) {
        const std::size_t end = all.size();
        for (std::size_t at = begin; at < end; ++at) {
            for (next_world& next : rules.successors(all[at].world)) {
                ++found.transitions;
                if (!next.what.broken.empty()) {
                    found.broken = next.what.broken + way_to(all, at) + "\n  " + next.how;
                    return found;
                }
                if (!known.insert(next.what.key()).second) continue;
                if (next.what.permit) ++found.sent;
                all.push_back({std::move(next.what), at, std::move(next.how)});
            }
            // Only the way back is needed from here on.
            const small_world done = std::exchange(all[at].world, {});
            if (at % peace_after_each != 0) continue;
            const std::string wrong = rules.wrong_after_peace(done);
            if (!wrong.empty()) {
                found.broken = wrong + way_to(all, at) + "\n  and then all goes well";
                return found;
            }
        }
        begin = end;
    }
    found.states = all.size();
    return found;
}

void expect_lawful(action what) {
    const auto began = std::chrono::steady_clock::now();
    const survey found = explore({.what = what});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::printf("%s: %zu states, %zu transitions, depth %d, %.1f s\n",
                std::string(to_text(what)).c_str(), found.states, found.transitions, found.depth,
                took.count());
    EXPECT_EQ(found.broken, "");
    EXPECT_GT(found.sent, 10U) << "nothing was ever sent";
}

}  // namespace

TEST(once, a_pause_takes_effect_once_whatever_happens) { expect_lawful(action::pause); }

TEST(once, a_continue_takes_effect_once_whatever_happens) {
    expect_lawful(action::continue_ticket);
}

TEST(once, a_skip_takes_effect_once_whatever_happens) { expect_lawful(action::skip_batch); }

TEST(once, a_cancelled_instance_is_cancelled_once_whatever_happens) {
    expect_lawful(action::cancel_instance);
}

TEST(once, a_cancelled_ticket_is_cancelled_once_whatever_happens) { expect_lawful(action::cancel); }

}  // namespace rolloutd::tests
