#pragma once
// What a rule says of one subject, or of any of its subjects, as one: walked through in time. Pure.

#include <vector>

#include "policies/trial/trial_runner.h"

namespace rolloutd::policies::trial {

class verdict_sweep {
public:
    // Of the rule and subject that the expectation names. Both must outlive this.
    verdict_sweep(const trial_run& run, const expectation& of);

    // The moments that the expectation speaks of: where it begins, and where anything changes.
    std::vector<duration> times() const;

    // What it says at that moment; forwards only. True of any subject is true of all together, else
    // undetermined, else unmatched, else false.
    verdict_point move_to(duration at);

private:
    struct change {
        duration at{};
        std::size_t subject = 0;
        const verdict_point* point = nullptr;
    };

    const expectation& of_;
    std::vector<change> changes_;
    std::vector<const verdict_point*> now_;  // by subject
    std::size_t next_ = 0;
};

}  // namespace rolloutd::policies::trial
