#include "policies/margin.h"

#include <algorithm>

#include "policies/fact_view.h"
#include "policies/hypothesis.h"
#include "policies/narrowed.h"
#include "policies/rule_scope.h"
#include "policies/supposable.h"
#include "policies/told_words.h"

namespace rolloutd::policies {

namespace {

constexpr duration horizon = std::chrono::hours{1};
constexpr duration finest{500};
// Every number up to here is asked; beyond, by doubling.
constexpr int one_by_one = 16;
// Steps that an expression may take at first, and by how much more it gets when that is too little:
// what a question is charged is at most so many times what it takes.
constexpr int first_steps = 32;
constexpr int more_steps = 4;
// What one rule may take of what there is for all of them.
constexpr std::int64_t share_of_one = 6;

class questions {
public:
    questions(const nearness_of& asked, const context& around, margin_budget& left)
        : asked_(asked), around_(around), left_(left), own_(left.steps / share_of_one) {}

    bool holds(const ticket_state& state, timestamp at) {
        while (!spent()) {
            --left_.questions;
            const fact_view view{state, at, false};
            rule_scope scope{view, asked_.owner, asked_.who, around_.rules.zones.get()};
            scope.limit_steps(steps_);
            const bool met = scope.is_met(asked_.what);
            charge(std::int64_t{steps_} * scope.evaluations());
            if (!scope.out_of_steps() || steps_ == cel::budget{}.steps) return met;
            steps_ = std::min(steps_ * more_steps, cel::budget{}.steps);
        }
        return false;
    }

    // The smallest number in 1..most for which it is as asked; 0 when none was found.
    template <typename Asked>
    int smallest(int most, const Asked& asked) {
        int before = 0;
        for (int count = 1; count <= most; count = count < one_by_one ? count + 1 : count * 2) {
            if (asked(count)) return narrowed(before, count, 1, asked);
            before = count;
        }
        return most > before && asked(most) ? narrowed(before, most, 1, asked) : 0;
    }

    // The largest number in least..most up to which it stays as asked, given that it is at `least`.
    template <typename Asked>
    int largest(int least, int most, const Asked& asked) {
        const auto ceases = [&](int more) { return !asked(least + more); };
        const int first = least < most ? smallest(most - least, ceases) : 0;
        return first == 0 ? most : least + first - 1;
    }

    bool spent() const { return left_.questions <= 0 || left_.steps <= 0 || own_ <= 0; }

private:
    void charge(std::int64_t steps) {
        left_.steps -= steps;
        own_ -= steps;
    }

    const nearness_of& asked_;
    const context& around_;
    margin_budget& left_;
    std::int64_t own_;
    int steps_ = first_steps;
};

std::optional<timestamp> by_time(questions& ask, const ticket_state& state, timestamp now) {
    if (!ask.holds(state, now + horizon)) return std::nullopt;
    const auto holds = [&](duration::rep length) {
        return ask.holds(state, now + duration{length});
    };
    return now + duration{narrowed<duration::rep>(0, horizon.count(), finest.count(), holds)};
}

void by_change(questions& ask, const ticket_state& state, const context& around, bool now_true,
               margin& found) {
    hypothesis next{state, around.now};
    const auto becomes = [&](int failed, int finished) {
        return ask.holds(next.after(failed, finished), around.now) != now_true;
    };
    if (!now_true) {
        found.failures = ask.smallest(found.open, [&](int k) { return becomes(k, 0); });
        if (found.failures > 0) {
            const int k = found.failures;
            found.among = ask.largest(k, found.open, [&](int n) { return becomes(k, n - k); });
        }
    }
    found.finishes = ask.smallest(found.open, [&](int k) { return becomes(0, k); });
}

std::string more_of(int count, std::string_view one, std::string_view many) {
    return std::to_string(count) + " more " + std::string(count == 1 ? one : many);
}

std::string still_open(const margin& what) {
    return std::to_string(what.open) + " that are still open" + (what.of_batch ? " in it" : "");
}

}  // namespace

margin margin_of(const nearness_of& asked, const ticket_state& state, const context& around,
                 margin_budget& left) {
    margin found;
    if (!state.last || state.blind) return found;
    questions ask{asked, around, left};
    const bool now_true = asked.is == verdict::yes;
    if (!now_true) found.at = by_time(ask, state, around.now);
    const fact_view view{state, around.now, false};
    const supposable may = may_suppose(asked.owner, asked.what, asked.who, view);
    found.open = may.most;
    found.all = may.all;
    found.of_batch = asked.who.kind == subject_kind::batch;
    found.each_tried = may.most <= one_by_one;
    if (may.most > 0) by_change(ask, state, around, now_true, found);
    // Half an answer is none.
    return ask.spent() ? margin{.cut = true} : found;
}

std::vector<std::string> sentences_of(const margin& what, verdict is, timestamp now) {
    if (what.cut) return {"how near it is would take too long to work out here"};
    std::vector<std::string> said;
    const bool now_true = is == verdict::yes;
    const std::string becomes = now_true ? " would make it false" : " would make it true";
    if (what.failures > 0) {
        std::string text = more_of(what.failures, "failure", "failures");
        if (what.among > what.failures) {
            const bool whole = what.among == what.open && what.all;
            text += whole ? " of the " + still_open(what)
                          : " of the next " + std::to_string(what.among);
        }
        said.push_back(text + becomes);
    }
    if (what.finishes > 0) {
        said.push_back(more_of(what.finishes, "that finishes", "that finish") + becomes);
    }
    if (what.at) {
        said.push_back("time alone makes it true at " + moment_said(*what.at, now) +
                       ", if nothing changes until then");
    }
    // Of mixtures of the two nothing is known.
    if (said.empty() && !now_true && what.open > 0 && what.all && what.each_tried) {
        said.push_back("neither failures alone nor finishes alone of the " + still_open(what) +
                       " make it true");
    }
    return said;
}

}  // namespace rolloutd::policies
