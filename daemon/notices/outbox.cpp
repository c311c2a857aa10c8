#include "daemon/notices/outbox.h"

#include <algorithm>
#include <utility>

#include "api/retries.h"
#include "policies/check.h"

namespace rolloutd::daemon {

void outbox::add(notice what, moment now) {
    const auto same = [&](const entry& each) { return each.what.id == what.id; };
    if (std::ranges::any_of(waiting_, same)) return;
    if (waiting_.size() >= limits_.most) {
        ++dropped_;
        ++lost_;
        // Those under way may have been heard already.
        if (waiting_.size() == under_way_) return;
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(under_way_));
    }
    waiting_.push_back({std::move(what), now});
}

void outbox::give_up_old(moment now) {
    while (!waiting_.empty() && now - waiting_.front().since > limits_.oldest) {
        waiting_.pop_front();
        ++expired_;
        ++lost_;
    }
}

std::vector<notice> outbox::next(moment now, std::size_t most) {
    ROLLOUTD_CHECK(under_way_ == 0);
    give_up_old(now);
    std::vector<notice> first;
    if (rests_until_ && now < *rests_until_) return first;
    under_way_ = std::min(most, waiting_.size());
    for (std::size_t i = 0; i < under_way_; ++i)
        first.push_back(waiting_[i].what);
    lost_told_ = lost_;
    return first;
}

void outbox::answered(reception how, moment now, double dice, std::optional<duration> asked) {
    const std::size_t tried = std::exchange(under_way_, 0);
    if (how == reception::failed) {
        constexpr int most_doublings = 16;
        const int doublings = std::min(failures_++, most_doublings);
        const duration pause =
            std::min(limits_.first_pause * (1 << doublings), limits_.longest_pause);
        const duration wanted = std::min(asked.value_or(duration::zero()), limits_.longest_asked);
        rests_until_ = now + std::max(wanted, api::between(pause / 2, pause, dice));
        return;
    }
    failures_ = 0;
    rests_until_.reset();
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(tried));
    if (how == reception::refused)
        lost_ += tried;
    else
        lost_ -= std::exchange(lost_told_, 0);
}

outbox outbox::handed_down() {
    outbox next(limits_);
    next.waiting_ = std::exchange(waiting_, {});
    next.lost_ = lost_;
    *this = outbox(limits_);
    return next;
}

std::optional<moment> outbox::due() const {
    if (waiting_.empty()) return std::nullopt;
    // What is given up for its age makes room, and is counted, in time.
    const moment too_old = waiting_.front().since + limits_.oldest;
    if (!rests_until_) return waiting_.front().since;
    return std::min(*rests_until_, too_old + duration{1});
}

}  // namespace rolloutd::daemon
