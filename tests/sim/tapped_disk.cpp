#include "tests/sim/tapped_disk.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "tests/sim/heap.h"

namespace rolloutd::sim {

using namespace daemon;

// Appends wait here until a sync makes them last; what is cut before that was never durable.
class tapped_disk::tapped_file final : public disk_file {
public:
    tapped_file(std::unique_ptr<disk_file> beneath, const hearer& tell, std::uint64_t size)
        : beneath_(std::move(beneath)), tell_(tell), told_(size) {}

    journal_result<void> append(std::string_view bytes) override {
        const heap::outside here;
        auto done = beneath_->append(bytes);
        if (done && tell_) waiting_ += bytes;
        return done;
    }

    journal_result<void> sync() override {
        const heap::outside here;
        auto done = beneath_->sync();
        if (!done) return done;
        std::size_t from = 0;
        for (std::size_t end = waiting_.find('\n'); end != std::string::npos;
             end = waiting_.find('\n', from)) {
            tell_(waiting_.substr(from, end - from));
            from = end + 1;
        }
        waiting_.erase(0, from);
        told_ += from;
        return done;
    }

    journal_result<void> truncate(std::uint64_t size) override {
        const heap::outside here;
        const std::uint64_t kept = size > told_ ? size - told_ : 0;
        waiting_.resize(std::min(waiting_.size(), static_cast<std::size_t>(kept)));
        return beneath_->truncate(size);
    }

private:
    std::unique_ptr<disk_file> beneath_;
    const hearer& tell_;
    std::string waiting_;
    std::uint64_t told_;
};

journal_result<std::unique_ptr<disk_file>> tapped_disk::tapped(
    journal_result<std::unique_ptr<disk_file>> made, const std::string& path) {
    if (!made) return made;
    const auto size = beneath_.size(path);
    static const hearer nobody;
    const hearer& told = path.starts_with("journal/") ? tell_ : nobody;
    std::unique_ptr<disk_file> wrapped =
        std::make_unique<tapped_file>(std::move(*made), told, size ? *size : 0);
    return wrapped;
}

journal_result<std::vector<std::string>> tapped_disk::list(const std::string& folder) {
    return beneath_.list(folder);
}
journal_result<std::uint64_t> tapped_disk::size(const std::string& path) {
    return beneath_.size(path);
}
journal_result<std::string> tapped_disk::read(const std::string& path, std::uint64_t offset,
                                              std::size_t length) {
    return beneath_.read(path, offset, length);
}
journal_result<void> tapped_disk::make_folder(const std::string& folder) {
    return beneath_.make_folder(folder);
}
journal_result<void> tapped_disk::sync_folder(const std::string& folder) {
    const heap::outside here;
    return beneath_.sync_folder(folder);
}
journal_result<std::unique_ptr<disk_file>> tapped_disk::create(const std::string& path) {
    const heap::outside here;
    return tapped(beneath_.create(path), path);
}
journal_result<std::unique_ptr<disk_file>> tapped_disk::open(const std::string& path) {
    const heap::outside here;
    return tapped(beneath_.open(path), path);
}
journal_result<void> tapped_disk::rename(const std::string& from, const std::string& to) {
    const heap::outside here;
    return beneath_.rename(from, to);
}
journal_result<void> tapped_disk::remove(const std::string& path) {
    const heap::outside here;
    return beneath_.remove(path);
}
journal_result<std::uint64_t> tapped_disk::room() { return beneath_.room(); }

journal_result<std::unique_ptr<disk_lock>> tapped_disk::lock(const std::string& path) {
    return beneath_.lock(path);
}

}  // namespace rolloutd::sim
