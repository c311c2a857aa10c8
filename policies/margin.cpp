#include "policies/margin.h"

#include <algorithm>

#include "policies/fact_view.h"
#include "policies/hypothesis.h"
#include "policies/rule_scope.h"

namespace rolloutd::policies {

namespace {

constexpr duration horizon = std::chrono::hours{1};
constexpr duration finest{500};
// Every number up to here is asked; beyond, by doubling.
constexpr int one_by_one = 16;

class questions {
public:
    questions(const policy& owner, const rule& what, const subject& who, const context& around,
              margin_budget& left)
        : owner_(owner), rule_(what), who_(who), around_(around), left_(left) {}

    bool holds(const ticket_state& state, timestamp at) {
        if (left_.questions <= 0) return false;
        --left_.questions;
        const fact_view view{state, at, false};
        const rule_scope scope{view, owner_, who_, around_.rules.zones.get()};
        return scope.is_met(rule_);
    }

    // The smallest number in 1..most for which it is as asked; 0 when none was found.
    template <typename Asked>
    int smallest(int most, const Asked& asked) {
        int before = 0;
        for (int count = 1; count <= most; count = count < one_by_one ? count + 1 : count * 2) {
            if (asked(count)) return narrowed(before, count, asked);
            before = count;
        }
        return most > before && asked(most) ? narrowed(before, most, asked) : 0;
    }

    // The largest number in least..most up to which it stays as asked, given that it is at `least`.
    template <typename Asked>
    int largest(int least, int most, const Asked& asked) {
        const auto ceases = [&](int more) { return !asked(least + more); };
        const int first = least < most ? smallest(most - least, ceases) : 0;
        return first == 0 ? most : least + first - 1;
    }

    bool spent() const { return left_.questions <= 0; }

private:
    template <typename Asked>
    int narrowed(int too_few, int enough, const Asked& asked) {
        while (enough - too_few > 1) {
            const int middle = too_few + (enough - too_few) / 2;
            (asked(middle) ? enough : too_few) = middle;
        }
        return enough;
    }

    const policy& owner_;
    const rule& rule_;
    const subject& who_;
    const context& around_;
    margin_budget& left_;
};

std::optional<timestamp> by_time(questions& ask, const ticket_state& state, timestamp now) {
    if (!ask.holds(state, now + horizon)) return std::nullopt;
    duration::rep too_early = 0;
    duration::rep late_enough = horizon.count();
    while (late_enough - too_early > finest.count()) {
        const duration::rep middle = too_early + (late_enough - too_early) / 2;
        (ask.holds(state, now + duration{middle}) ? late_enough : too_early) = middle;
    }
    return now + duration{late_enough};
}

std::string more_of(int count, std::string_view one, std::string_view many) {
    return std::to_string(count) + " more " + std::string(count == 1 ? one : many);
}

}  // namespace

margin margin_of(const policy& owner, const rule& what, const subject& who, verdict is,
                 const ticket_state& state, const context& around, margin_budget& left) {
    margin found;
    const bool works =
        state.last && classify(state.last->info.status) == status_word::processing && !state.blind;
    if (!state.last || state.blind) return found;
    questions ask{owner, what, who, around, left};
    const bool now_true = is == verdict::yes;
    if (!now_true) found.at = by_time(ask, state, around.now);
    if (!works) return found;
    hypothesis next{state, around.now};
    found.open = next.open();
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
    // Half an answer is none.
    if (ask.spent()) found = margin{};
    return found;
}

std::vector<std::string> sentences_of(const margin& what, verdict is) {
    std::vector<std::string> said;
    const bool now_true = is == verdict::yes;
    const std::string becomes = now_true ? " would make it false" : " would make it true";
    if (what.failures > 0) {
        std::string text = more_of(what.failures, "failure", "failures");
        if (what.among > what.failures) {
            text += what.among == what.open
                        ? " of the " + std::to_string(what.open) + " that are still open"
                        : " of the next " + std::to_string(what.among);
        }
        said.push_back(text + becomes);
    }
    if (what.finishes > 0) {
        said.push_back(more_of(what.finishes, "that finishes", "that finish") + becomes);
    }
    if (what.at) {
        said.push_back("time alone makes it true at " + to_text(*what.at).substr(11, 8) +
                       ", if nothing changes until then");
    }
    if (said.empty() && !now_true && what.open > 0) {
        said.push_back("none of the " + std::to_string(what.open) +
                       " that are still open can make it true by failing or finishing");
    }
    return said;
}

}  // namespace rolloutd::policies
