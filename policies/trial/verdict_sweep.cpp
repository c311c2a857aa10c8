#include "policies/trial/verdict_sweep.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace rolloutd::policies::trial {

namespace {

int rank(const verdict_point& what) {
    if (!what.says) return 1;
    if (*what.says == verdict::yes) return 3;
    return *what.says == verdict::undetermined ? 2 : 0;
}

}  // namespace

verdict_sweep::verdict_sweep(const trial_run& run, const expectation& of) : of_(of) {
    for (const auto& [key, points] : run.verdicts) {
        if (key.policy != of.policy || key.rule != of.rule) continue;
        if (of.who && key.who.number != 0 && key.who != *of.who) continue;
        for (const verdict_point& each : points)
            changes_.push_back({.at = each.at, .subject = now_.size(), .point = &each});
        now_.push_back(nullptr);
    }
    // Points of one subject lie in one vector, in the order in which they came.
    std::ranges::sort(changes_, {}, [](const change& each) {
        return std::tuple{each.at, each.subject, each.point};
    });
}

std::vector<duration> verdict_sweep::times() const {
    std::set<duration> found{of_.when.from};
    for (const change& each : changes_) {
        if (of_.when.contains(each.at)) found.insert(each.at);
    }
    return {found.begin(), found.end()};
}

verdict_point verdict_sweep::move_to(duration at) {
    for (; next_ < changes_.size() && changes_[next_].at <= at; ++next_) {
        now_[changes_[next_].subject] = changes_[next_].point;
    }
    verdict_point made{.at = at, .says = verdict::no, .reason = {}, .evidence = {}};
    for (const verdict_point* each : now_) {
        if (each != nullptr && rank(*each) > rank(made)) made = *each;
    }
    return made;
}

}  // namespace rolloutd::policies::trial
