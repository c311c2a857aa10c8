#pragma once
// What the property tests of the engine share: chance with a seed, random policies, and the laws
// that each step has to keep (DESIGN §3, §6). Nothing here knows what a story is about.

#include <random>
#include <string>
#include <vector>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

// Numbers below a bound, the same with every standard library.
class chances {
public:
    explicit chances(unsigned seed) : engine_(seed) {}
    int below(int bound) { return static_cast<int>(engine_() % static_cast<unsigned>(bound)); }
    bool one_in(int n) { return below(n) == 0; }
    template <class Each>
    const Each& among(const std::vector<Each>& all) {
        return all[static_cast<std::size_t>(below(static_cast<int>(all.size())))];
    }

private:
    std::mt19937 engine_;
};

// Two policies of four rules, whose ticket rules hold by one of these conditions.
std::vector<a_policy> random_policies(chances& luck, const std::vector<std::string>& conditions);
std::vector<a_policy> random_policies(chances& luck);

// What the fleet does meanwhile: freezes and thaws, a breaker, limits that are used up, blindness.
void change_fleet(chances& luck, rollout_story& story);
void change_settings(chances& luck, policies::settings& rules);

// An act of a person, on what there is and on what there is not.
policies::operator_act random_act(chances& luck, const policies::ticket_state& state);
// What became of the operation that is on its way.
policies::input random_answer(chances& luck, policies::sequence intent);

// Takes the step and checks every law: twice the same, never an operation that is illegal for the
// ticket's state, never two for one ticket, and nothing at all on what is undetermined.
void take_lawfully(rollout_story& story, const policies::input& what);

}  // namespace rolloutd::tests
