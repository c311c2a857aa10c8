#pragma once
// A disk whose every line that becomes durable is told to somebody, in order and once. Hands
// everything on to another disk, which it does not own. The referee sits behind it.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "daemon/journal/disk.h"

namespace rolloutd::sim {

class tapped_disk final : public daemon::disk {
public:
    // A line of a segment of the journal, without its LF. May be empty: then nobody hears.
    using hearer = std::function<void(const std::string& line)>;

    tapped_disk(daemon::disk& beneath, hearer tell) : beneath_(beneath), tell_(std::move(tell)) {}

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
    class tapped_file;

    daemon::journal_result<std::unique_ptr<daemon::disk_file>> tapped(
        daemon::journal_result<std::unique_ptr<daemon::disk_file>> made, const std::string& path);

    daemon::disk& beneath_;
    hearer tell_;
};

}  // namespace rolloutd::sim
