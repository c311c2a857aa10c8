#include "daemon/clock_news.h"

namespace rolloutd::daemon {

namespace {

// What a clock may be set back by without a word: time services do so now and then.
constexpr policies::duration clock_slack = std::chrono::seconds{1};

}  // namespace

void clock_news::tell(policies::duration ahead) {
    const bool off = ahead > (was_off_ ? policies::duration::zero() : clock_slack);
    if (off == was_off_) return;
    was_off_ = off;
    if (off) {
        log_.warning("clock_set_back",
                     {{"by", policies::to_text(ahead)},
                      {"consequence",
                       "rolloutd goes on from its own time, a tenth slower, until the clock has "
                       "caught up; windows and records are off by as much"}});
    } else {
        log_.info("clock_caught_up", {});
    }
}

}  // namespace rolloutd::daemon
