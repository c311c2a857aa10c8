#pragma once
// What waits to be told to one target: bounded in number and in age, in order, each message once.
// Says when the next may be sent, and how long to leave a target alone that did not take it. Pure:
// the time, a steady one, and the dice are handed in. Owned by a courier.

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "daemon/notices/notice.h"

namespace rolloutd::daemon {

using policies::duration;
using moment = std::chrono::steady_clock::time_point;

struct outbox_limits {
    std::size_t most = 1000;                         // that wait; the oldest give way
    duration oldest = std::chrono::hours{1};         // then a message is given up
    duration first_pause = std::chrono::seconds{1};  // after a failure; doubled by the next
    duration longest_pause = std::chrono::minutes{1};
    duration longest_asked = std::chrono::minutes{10};  // of what a target may ask for
};

// What became of a try: the target has it; it does not want this one; it could not be told, and may
// be told later.
enum class reception { taken, refused, failed };

class outbox {
public:
    explicit outbox(outbox_limits limits = {}) : limits_(limits) {}

    // Puts it behind what waits, unless the same message waits already.
    void add(notice what, moment now);

    // The first ones, at most `most`, as soon as the target may be tried; else none. They are under
    // way until answered().
    std::vector<notice> next(moment now, std::size_t most);

    // What became of those that were under way, or of a message past the queue. `dice` in [0, 1)
    // spreads the pause; `asked` is how long the target wants to be left alone.
    void answered(reception how, moment now, double dice,
                  std::optional<duration> asked = std::nullopt);

    // When next() may give something; nothing while nothing waits.
    std::optional<moment> due() const;

    // Until when the target is left alone; nothing when it is not.
    const std::optional<moment>& rests_until() const { return rests_until_; }

    // What waits and what was lost, for another courier to the same target; those under way are
    // sent once more. It is empty from then on.
    outbox handed_down();

    // The target is tried at once, whatever its pause.
    void hurry() { rests_until_.reset(); }

    std::size_t waiting() const { return waiting_.size(); }
    // Given up since the last message that was taken: what the receiver does not know.
    std::uint64_t lost() const { return lost_; }
    // Ever, for want of room, and for age.
    std::uint64_t dropped() const { return dropped_; }
    std::uint64_t expired() const { return expired_; }

private:
    struct entry {
        notice what;
        moment since;
    };
    void give_up_old(moment now);

    outbox_limits limits_;
    std::deque<entry> waiting_;
    std::size_t under_way_ = 0;  // the first ones of those
    std::optional<moment> rests_until_;
    int failures_ = 0;  // in a row
    std::uint64_t lost_ = 0;
    std::uint64_t lost_told_ = 0;  // of them, when the last try began
    std::uint64_t dropped_ = 0;
    std::uint64_t expired_ = 0;
};

}  // namespace rolloutd::daemon
