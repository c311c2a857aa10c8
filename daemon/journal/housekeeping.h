#pragma once
// What is done to the closed files of a journal beside its daily work: the part that recovery left
// out is verified, closed files are compressed, and the oldest are removed. On the helper thread, a
// piece at a time, so that a write that somebody waits for never waits for more than one piece.
// Never touches the newest file, nor what recovery may need. Owned by the journal.

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "daemon/journal/compressed_file.h"
#include "daemon/journal/verify.h"

namespace rolloutd::daemon {

struct retention {
    bool compress = false;
    policies::duration keep{};     // how long the records of a file are kept; zero: for ever
    std::uint64_t keep_bytes = 0;  // of journal and snapshots together; 0: as many as there are
};

class housekeeping : public std::enable_shared_from_this<housekeeping> {
public:
    // `files` outlives the worker's last job.
    housekeeping(disk& files, boost::asio::any_io_executor loop,
                 boost::asio::any_io_executor worker, retention how);

    // Verifies up to that record, which must have that hash. Once, and before any tidy(). What the
    // disk does not let be read is tried again by the next tidy().
    void check(chain until);
    // Compresses and removes; nothing while it is at work, or after damage was found. `writable`:
    // the newest file is durable, and there is room for one more.
    void tidy(timestamp now, bool writable);
    // Held until the last piece is over.
    void hold(std::shared_ptr<disk_lock> lock) { lock_ = std::move(lock); }
    // No further piece is begun.
    void stop() { stopped_ = true; }

    bool busy() const { return busy_; }
    // The damage that was found in what recovery left out; nothing when there is none so far.
    const std::optional<journal_failure>& damage() const { return damage_; }
    // Why the last check() or tidy() did not come to its end; "" when it did.
    const std::string& problem() const { return problem_; }
    // The same while what recovery left out has not been verified for that.
    const std::string& unverified() const { return unverified_; }

private:
    void begin();
    void post();
    void begin_check();
    journal_result<bool> piece();
    journal_result<bool> tidy_piece();
    journal_result<void> drop_rubbish(const std::vector<std::string>& names);
    bool begin_compressing(const std::vector<std::string>& names);
    journal_result<void> compress_piece();
    journal_result<std::size_t> oldest_group(const std::vector<std::string>& names);
    journal_result<bool> is_old(const std::vector<std::string>& names, std::size_t group);
    journal_result<bool> is_too_much();
    journal_result<void> remove(const std::vector<std::string>& names, std::size_t group);
    void end(journal_result<bool> how);

    disk& files_;
    boost::asio::any_io_executor loop_;
    boost::asio::any_io_executor worker_;
    retention how_;
    std::shared_ptr<disk_lock> lock_;
    // The worker's while busy_.
    std::unique_ptr<chain_check> checking_;
    std::unique_ptr<file_compressor> compressing_;
    std::string closed_;  // the file that is being compressed
    timestamp now_;
    bool writable_ = true;
    bool old_may_go_ = false;
    // The loop's.
    bool busy_ = false;
    bool was_tidied_ = false;
    std::optional<chain> unchecked_;  // until where recovery left it to be verified
    std::optional<journal_failure> damage_;
    std::string problem_;
    std::string unverified_;
    std::atomic<bool> stopped_ = false;
};

}  // namespace rolloutd::daemon
