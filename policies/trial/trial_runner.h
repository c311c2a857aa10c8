#pragma once
// Runs one test: simulated time, a simulated ticket, and policies::step() called as the daemon's
// watcher calls it: at every interval, earlier where the engine asks for it, at once after an
// intent, a lost answer or an operator's act. Limits of the fleet, freeze and breaker are folded by
// fleet_ledger, as the daemon's journal does it. Nothing is waited for and no clock is asked.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policies/engine.h"
#include "policies/trial/trial.h"

namespace rolloutd::policies::trial {

struct seen_decision {
    duration at{};
    decided what;
};

struct seen_effect {
    duration at{};
    intended of;
    effect_kind effect = effect_kind::unknown;
    std::string detail;
};

// What a person asked for with rolloutctl, and why nothing came of it; "" when it was taken.
struct seen_act {
    duration at{};
    operator_step what;
    std::string refused;
};

// What a rule said from `at` on.
struct verdict_point {
    duration at{};
    std::optional<verdict> says;  // none: the policy does not match the ticket
    std::string reason;
    std::vector<evidence_item> evidence;
};

// What a fact was from `at` on, as text, and whether it was as expected.
struct fact_point {
    duration at{};
    std::string value;
    bool as_expected = false;
};

struct trial_run {
    std::vector<seen_decision> decisions;
    std::vector<seen_effect> effects;
    std::vector<seen_act> acts;
    // By rule and subject. For batch and instance rules the subject with number 0 says whether the
    // rule was judged at all: false while it was.
    std::map<rule_key, std::vector<verdict_point>> verdicts;
    std::map<std::size_t, std::vector<fact_point>> facts;  // by index in trial_test::expect
    duration span{};                                       // up to the last reading
    int readings = 0;
    std::string stopped;  // why it ended before its time; "" when it did not
};

// A reading just judged. `at` is since the start of the test; the state stands until `next`.
struct standing {
    const ticket_state& state;
    const settings& rules;
    timestamp now;
    duration at{};
    duration next{};
    bool blind = false;
};
using onlooker = std::function<void(const standing&)>;

// `look`, when given, is called after every reading.
trial_run run_trial(const trial_file& file, const trial_test& test, const onlooker& look = {});

}  // namespace rolloutd::policies::trial
