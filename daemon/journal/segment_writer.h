#pragma once
// The files of the journal as they are written: appends, syncs, and after a failure cuts the file
// back to what is durable and goes on in a new one. Runs on the helper thread only; knows nothing
// of records but their numbers. Owned by the commit queue.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "daemon/journal/disk.h"
#include "daemon/journal/record.h"

namespace rolloutd::daemon {

// Lines that go to one file.
struct segment_part {
    sequence first = 0;
    sequence last = 0;
    bool begins = false;   // a new file, whose first line is a checkpoint
    std::string snapshot;  // of that checkpoint: durable before the line that names it
    std::string lines;
    std::string hash;  // of the last line
};

class segment_writer {
public:
    // Goes on in `segment`, of which `size` bytes are durable; "" begins a new file.
    segment_writer(disk& files, std::string segment, std::uint64_t size);

    // Returns when the lines are durable. After a failure nothing of them counts as written, and
    // the same lines may be handed in again.
    std::optional<journal_failure> commit(const segment_part& what);

private:
    journal_result<void> cut();
    journal_result<void> begin(const segment_part& what);
    journal_result<void> write(const segment_part& what);

    disk& files_;
    std::string segment_;
    std::uint64_t durable_;
    std::unique_ptr<disk_file> file_;
    bool cut_due_ = false;
    bool unnamed_ = false;  // the folder does not know the file's name durably yet
};

}  // namespace rolloutd::daemon
