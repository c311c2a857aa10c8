#pragma once
// The port to the folder that holds journal, snapshots and lock. The journal sees files only
// through it, so that tests and the simulation can hand in one that fails, fills up or forgets what
// was not synced. Calls block; while a journal runs, its writes come from the helper thread, one at
// a time, and reads may come from the loop's thread beside them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/journal/failure.h"

namespace rolloutd::daemon {

// A file that is only ever appended to, and cut after a failure.
class disk_file {
public:
    virtual ~disk_file() = default;
    // All of it or a failure, after which the file may hold a part.
    virtual journal_result<void> append(std::string_view bytes) = 0;
    virtual journal_result<void> sync() = 0;
    virtual journal_result<void> truncate(std::uint64_t size) = 0;
};

// Held as long as the object lives.
class disk_lock {
public:
    virtual ~disk_lock() = default;
};

// Paths are relative to the state folder ("journal/000000000001.jsonl").
class disk {
public:
    virtual ~disk() = default;

    // Names of the files in a folder, ascending; a folder that is not there is empty.
    virtual journal_result<std::vector<std::string>> list(const std::string& folder) = 0;
    virtual journal_result<std::uint64_t> size(const std::string& path) = 0;
    // At most `length` bytes from `offset`; fewer only at the end.
    virtual journal_result<std::string> read(const std::string& path, std::uint64_t offset,
                                             std::size_t length) = 0;

    virtual journal_result<void> make_folder(const std::string& folder) = 0;
    virtual journal_result<void> sync_folder(const std::string& folder) = 0;
    // A new file, mode 0640 whatever the umask; a failure when it is there already.
    virtual journal_result<std::unique_ptr<disk_file>> create(const std::string& path) = 0;
    virtual journal_result<std::unique_ptr<disk_file>> open(const std::string& path) = 0;
    virtual journal_result<void> rename(const std::string& from, const std::string& to) = 0;
    virtual journal_result<void> remove(const std::string& path) = 0;

    // Bytes that may still be written in the state folder; a failure where nothing may be.
    virtual journal_result<std::uint64_t> room() = 0;

    // flock on the file, which is made when missing; kind::locked when somebody else holds it.
    virtual journal_result<std::unique_ptr<disk_lock>> lock(const std::string& path) = 0;
};

// A whole file of at most `most` bytes.
journal_result<std::string> read_whole(disk& from, const std::string& path, std::uint64_t most);

// A new file with these bytes, durable together with its name; replaces what is there.
journal_result<void> write_whole(disk& to, const std::string& path, std::string_view bytes);

// The machine's own, below `state_folder` (which must exist). Never creates outside of it.
std::unique_ptr<disk> make_disk(std::string state_folder);

}  // namespace rolloutd::daemon
