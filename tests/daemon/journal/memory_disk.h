#pragma once
// A disk in memory for tests: knows what was synced and what was not, can crash, and can refuse.
// Not thread-safe: for tests whose worker is the loop.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/journal/disk.h"

namespace rolloutd::daemon::testing {

class memory_disk final : public disk {
public:
    struct file {
        std::string bytes;
        std::string durable;  // as of the last sync
        bool cut = false;     // truncated since
        bool named = false;   // the folder was synced since it was made or renamed
    };

    journal_result<std::vector<std::string>> list(const std::string& folder) override;
    journal_result<std::uint64_t> size(const std::string& path) override;
    journal_result<std::string> read(const std::string& path, std::uint64_t offset,
                                     std::size_t length) override;
    journal_result<void> make_folder(const std::string& folder) override;
    journal_result<void> sync_folder(const std::string& folder) override;
    journal_result<std::unique_ptr<disk_file>> create(const std::string& path) override;
    journal_result<std::unique_ptr<disk_file>> open(const std::string& path) override;
    journal_result<void> rename(const std::string& from, const std::string& to) override;
    journal_result<void> remove(const std::string& path) override;
    journal_result<std::uint64_t> room() override;
    journal_result<std::unique_ptr<disk_lock>> lock(const std::string& path) override;

    // What the next process finds after the power was lost: synced bytes, and of the others the
    // first `keep`. A rename that its folder was not synced after has not happened; nor have such
    // removals, or only the first of them where `keep` is not 0: disks keep no order.
    void crash(std::size_t keep = 0);

    // The n-th operation of this name from now on (1: the next) fails; "append" writes half before.
    void fail(const std::string& operation, int nth = 1) { failures_[operation] = nth; }
    void fail_always(const std::string& operation) { failures_[operation] = -1; }
    // The n-th operation of this name, and everything after it, fails: the process dies there.
    void fail_from(const std::string& operation, int nth) { dies_at_ = {operation, nth}; }
    bool failed() const { return dead_; }  // whether it came to that
    // The process is dead: nothing that it has still posted reaches the disk.
    void die() { dead_ = true; }
    void heal() {
        failures_.clear();
        dies_at_ = {};
        dead_ = false;
    }
    int count(const std::string& operation) const;
    // Puts all of it into a real folder, for people and programs that look into it.
    void write_out(const std::string& folder) const;

    std::map<std::string, std::shared_ptr<file>> files;
    std::uint64_t free_bytes = std::uint64_t{1} << 30;
    std::set<std::string> unreadable;  // paths whose reads fail
    // What holds it may live longer than this disk.
    std::shared_ptr<bool> locked = std::make_shared<bool>(false);

private:
    friend class memory_file;
    bool refuses(const std::string& operation);
    void unname(const std::string& path, bool renamed);

    // Names that are gone, while their folder has not been synced since.
    struct lost_name {
        std::string path;
        std::shared_ptr<file> what;
        bool renamed = false;
    };
    std::vector<lost_name> unnamed_;

    std::map<std::string, int> failures_;
    std::map<std::string, int> counts_;
    std::pair<std::string, int> dies_at_;
    bool dead_ = false;
};

}  // namespace rolloutd::daemon::testing
