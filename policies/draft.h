#pragma once
// A step in the making: the events concluded so far, and the state as it will be once they are
// folded. The state is copied only when there is a first event, so that the many steps which
// conclude nothing cost no copy. Used by the engine's parts only.

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "policies/ticket_state.h"

namespace rolloutd::policies {

class draft {
public:
    draft(const ticket_state& base, timestamp now) : base_(&base), now_(now) {}

    const ticket_state& state() const { return folded_ ? *folded_ : *base_; }
    const std::vector<event>& events() const { return events_; }
    std::vector<event> take_events() { return std::move(events_); }

    // Makes the event that has to come before any other one of this step.
    void open_with(std::function<event()> opening) { opening_ = std::move(opening); }

    // Records the opening event now, although nothing may follow it.
    void open() {
        if (!opening_) return;
        const event first = opening_();
        opening_ = nullptr;
        append(first);
    }

    void add(const event& what) {
        open();
        append(what);
    }

    const rule_state& rule(const rule_key& key) const {
        static const rule_state untouched;
        const auto at = state().rules.find(key);
        return at == state().rules.end() ? untouched : at->second;
    }

private:
    void append(const event& what) {
        if (!folded_) folded_ = *base_;
        // The journal numbers records when they are appended; here only the order matters.
        apply(*folded_, what, {.seq = 0, .at = now_});
        events_.push_back(what);
    }

    const ticket_state* base_;
    timestamp now_;
    std::optional<ticket_state> folded_;
    std::function<event()> opening_;
    std::vector<event> events_;
};

}  // namespace rolloutd::policies
