#include "tests/sim/mortal_disk.h"

#include <utility>

namespace rolloutd::sim {

using namespace daemon;

namespace {

journal_failure dead() { return {journal_failure::kind::disk, "the process is dead", ""}; }

class no_lock final : public disk_lock {};

}  // namespace

class mortal_disk::mortal_file final : public disk_file {
public:
    mortal_file(std::unique_ptr<disk_file> beneath, std::shared_ptr<bool> alive)
        : beneath_(std::move(beneath)), alive_(std::move(alive)) {}

    journal_result<void> append(std::string_view bytes) override {
        return *alive_ ? beneath_->append(bytes) : dead();
    }
    journal_result<void> sync() override { return *alive_ ? beneath_->sync() : dead(); }
    journal_result<void> truncate(std::uint64_t size) override {
        return *alive_ ? beneath_->truncate(size) : dead();
    }

private:
    std::unique_ptr<disk_file> beneath_;
    std::shared_ptr<bool> alive_;
};

journal_result<std::unique_ptr<disk_file>> mortal_disk::mortal(
    journal_result<std::unique_ptr<disk_file>> made) {
    if (!made) return made;
    std::unique_ptr<disk_file> wrapped = std::make_unique<mortal_file>(std::move(*made), alive_);
    return wrapped;
}

journal_result<std::vector<std::string>> mortal_disk::list(const std::string& folder) {
    if (!*alive_) return dead();
    return beneath_.list(folder);
}
journal_result<std::uint64_t> mortal_disk::size(const std::string& path) {
    if (!*alive_) return dead();
    return beneath_.size(path);
}
journal_result<std::string> mortal_disk::read(const std::string& path, std::uint64_t offset,
                                              std::size_t length) {
    if (!*alive_) return dead();
    return beneath_.read(path, offset, length);
}
journal_result<void> mortal_disk::make_folder(const std::string& folder) {
    return *alive_ ? beneath_.make_folder(folder) : dead();
}
journal_result<void> mortal_disk::sync_folder(const std::string& folder) {
    return *alive_ ? beneath_.sync_folder(folder) : dead();
}
journal_result<std::unique_ptr<disk_file>> mortal_disk::create(const std::string& path) {
    if (!*alive_) return dead();
    return mortal(beneath_.create(path));
}
journal_result<std::unique_ptr<disk_file>> mortal_disk::open(const std::string& path) {
    if (!*alive_) return dead();
    return mortal(beneath_.open(path));
}
journal_result<void> mortal_disk::rename(const std::string& from, const std::string& to) {
    return *alive_ ? beneath_.rename(from, to) : dead();
}
journal_result<void> mortal_disk::remove(const std::string& path) {
    return *alive_ ? beneath_.remove(path) : dead();
}
journal_result<std::uint64_t> mortal_disk::room() { return beneath_.room(); }

journal_result<std::unique_ptr<disk_lock>> mortal_disk::lock(const std::string&) {
    if (!*alive_) return dead();
    return std::unique_ptr<disk_lock>(std::make_unique<no_lock>());
}

}  // namespace rolloutd::sim
