#include "daemon/sign_of_life.h"

namespace rolloutd::daemon {

bool sign_of_life::is_due(policies::timestamp now, const pulse& journal,
                          std::optional<std::chrono::milliseconds> patience) {
    const bool idle = journal.durable == journal.last;
    if (!moved_ || idle || journal.excused || journal.durable != durable_before_) moved_ = now;
    durable_before_ = journal.durable;
    if (!patience || now - *moved_ > *patience / 2) return false;
    if (given_ && now - *given_ < *patience / 3) return false;
    given_ = now;
    return true;
}

}  // namespace rolloutd::daemon
