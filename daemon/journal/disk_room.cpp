#include "daemon/journal/disk_room.h"

#include <boost/asio/post.hpp>

namespace rolloutd::daemon {

namespace asio = boost::asio;

void disk_room::look(policies::timestamp now) {
    // A clock that was set back must not make it wait.
    const bool recent = looked_at_ && now >= *looked_at_ && now - *looked_at_ < every;
    if (asked_ || recent) return;
    asked_ = true;
    looked_at_ = now;
    asio::post(worker_, [self = shared_from_this()] {
        asio::post(self->loop_, [self, room = self->files_.room()] { self->heard(room); });
    });
}

void disk_room::heard(const journal_result<std::uint64_t>& room) {
    asked_ = false;
    const std::uint64_t needed = problem_.empty() ? least_bytes : well_again_bytes;
    problem_.clear();
    if (!room) {
        problem_ = to_text(room.error());
    } else if (*room < needed) {
        problem_ = "the disk is full: " + std::to_string(*room >> 10) + " KiB are left, " +
                   std::to_string(needed >> 10) + " KiB are needed";
    }
}

}  // namespace rolloutd::daemon
