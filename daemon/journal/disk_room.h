#pragma once
// Whether the disk has room for what an operation will write: a full disk is noticed while nothing
// is written, too, and before it has cut a record short. Asks on the helper thread, because a disk
// that hangs must not stop the loop. All members are for the loop's thread; owned by the journal.

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "daemon/journal/disk.h"
#include "policies/time.h"

namespace rolloutd::daemon {

class disk_room : public std::enable_shared_from_this<disk_room> {
public:
    // What an operation writes, from its intent to its effect, is a few KiB; so are a freeze and a
    // hold that come meanwhile.
    static constexpr std::uint64_t least_bytes = std::uint64_t{64} << 10;
    // Once it is full, so much must be free again: at the edge it would be full at every other
    // look.
    static constexpr std::uint64_t well_again_bytes = 4 * least_bytes;
    static constexpr policies::duration every = std::chrono::seconds(2);

    // `files` outlives the worker's last job.
    disk_room(disk& files, boost::asio::any_io_executor loop, boost::asio::any_io_executor worker)
        : files_(files), loop_(std::move(loop)), worker_(std::move(worker)) {}

    // Asks again when it is time to; call it about once a second.
    void look(policies::timestamp now);

    // "" while there is room, or nothing is known; else why there is none, for people.
    const std::string& problem() const { return problem_; }

private:
    void heard(const journal_result<std::uint64_t>& room);

    disk& files_;
    boost::asio::any_io_executor loop_;
    boost::asio::any_io_executor worker_;
    bool asked_ = false;  // and not answered yet
    std::optional<policies::timestamp> looked_at_;
    std::string problem_;
};

}  // namespace rolloutd::daemon
