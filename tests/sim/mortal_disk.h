#pragma once
// The disk as one process sees it: from its death on nothing that it still does reaches the disk
// beneath, which it does not own. The lock is its own, as a dead process holds none.

#include <memory>
#include <string>

#include "daemon/journal/disk.h"

namespace rolloutd::sim {

class mortal_disk final : public daemon::disk {
public:
    explicit mortal_disk(daemon::disk& beneath) : beneath_(beneath) {}

    // The process is dead.
    void die() { *alive_ = false; }

    daemon::journal_result<std::vector<std::string>> list(const std::string& folder) override;
    daemon::journal_result<std::uint64_t> size(const std::string& path) override;
    daemon::journal_result<std::string> read(const std::string& path, std::uint64_t offset,
                                             std::size_t length) override;
    daemon::journal_result<void> make_folder(const std::string& folder) override;
    daemon::journal_result<void> sync_folder(const std::string& folder) override;
    daemon::journal_result<std::unique_ptr<daemon::disk_file>> create(
        const std::string& path) override;
    daemon::journal_result<std::unique_ptr<daemon::disk_file>> open(
        const std::string& path) override;
    daemon::journal_result<void> rename(const std::string& from, const std::string& to) override;
    daemon::journal_result<void> remove(const std::string& path) override;
    daemon::journal_result<std::uint64_t> room() override;
    daemon::journal_result<std::unique_ptr<daemon::disk_lock>> lock(
        const std::string& path) override;

private:
    class mortal_file;

    daemon::journal_result<std::unique_ptr<daemon::disk_file>> mortal(
        daemon::journal_result<std::unique_ptr<daemon::disk_file>> made);

    daemon::disk& beneath_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace rolloutd::sim
