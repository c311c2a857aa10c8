#include "tests/daemon/journal/memory_disk.h"

#include <filesystem>
#include <fstream>

#include <algorithm>

namespace rolloutd::daemon::testing {

namespace {

journal_failure refusal(const std::string& operation, const std::string& path) {
    return {journal_failure::kind::disk, operation + " refused by the test", path};
}

}  // namespace

class memory_file final : public disk_file {
public:
    memory_file(memory_disk& owner, std::shared_ptr<memory_disk::file> file, std::string path)
        : owner_(owner), file_(std::move(file)), path_(std::move(path)) {}

    journal_result<void> append(std::string_view bytes) override {
        const bool dead = owner_.dead_;
        if (owner_.refuses("append")) {
            if (!dead) file_->bytes += bytes.substr(0, bytes.size() / 2);
            return refusal("append", path_);
        }
        file_->bytes += bytes;
        return {};
    }
    journal_result<void> sync() override {
        if (owner_.refuses("sync")) return refusal("sync", path_);
        // Only what is new, as journals grow long; a cut makes all of it new.
        if (file_->cut || file_->durable.size() > file_->bytes.size()) file_->durable.clear();
        file_->cut = false;
        file_->durable.append(file_->bytes, file_->durable.size());
        return {};
    }
    journal_result<void> truncate(std::uint64_t size) override {
        if (owner_.refuses("truncate")) return refusal("truncate", path_);
        file_->bytes.resize(static_cast<std::size_t>(size));
        file_->cut = true;
        return {};
    }

private:
    memory_disk& owner_;
    std::shared_ptr<memory_disk::file> file_;
    std::string path_;
};

class memory_lock final : public disk_lock {
public:
    explicit memory_lock(std::shared_ptr<bool> locked) : locked_(std::move(locked)) {
        *locked_ = true;
    }
    ~memory_lock() override { *locked_ = false; }

private:
    std::shared_ptr<bool> locked_;
};

bool memory_disk::refuses(const std::string& operation) {
    ++counts_[operation];
    if (operation == dies_at_.first && --dies_at_.second == 0) dead_ = true;
    if (dead_ && operation != "read") return true;
    const auto found = failures_.find(operation);
    if (found == failures_.end()) return false;
    if (found->second < 0) return true;
    if (--found->second > 0) return false;
    failures_.erase(found);
    return true;
}

int memory_disk::count(const std::string& operation) const {
    const auto found = counts_.find(operation);
    return found == counts_.end() ? 0 : found->second;
}

journal_result<std::vector<std::string>> memory_disk::list(const std::string& folder) {
    std::set<std::string> names;
    for (const auto& [path, each] : files)
        if (path.starts_with(folder + "/")) {
            const std::string rest = path.substr(folder.size() + 1);
            names.insert(rest.substr(0, rest.find('/')));
        }
    return std::vector<std::string>(names.begin(), names.end());
}

journal_result<std::uint64_t> memory_disk::size(const std::string& path) {
    if (!files.contains(path)) return refusal("size: no such file", path);
    return files.at(path)->bytes.size();
}

journal_result<std::string> memory_disk::read(const std::string& path, std::uint64_t offset,
                                              std::size_t length) {
    if (!files.contains(path) || unreadable.contains(path) || refuses("read"))
        return refusal("read", path);
    const std::string& bytes = files.at(path)->bytes;
    const auto from = std::min<std::uint64_t>(offset, bytes.size());
    return bytes.substr(static_cast<std::size_t>(from), length);
}

journal_result<void> memory_disk::make_folder(const std::string& folder) {
    if (refuses("make_folder")) return refusal("make_folder", folder);
    return {};
}

journal_result<void> memory_disk::sync_folder(const std::string& folder) {
    if (refuses("sync_folder")) return refusal("sync_folder", folder);
    for (auto& [path, each] : files)
        if (path.starts_with(folder + "/")) each->named = true;
    std::erase_if(unnamed_, [&](const auto& each) { return each.path.starts_with(folder + "/"); });
    return {};
}

journal_result<std::unique_ptr<disk_file>> memory_disk::create(const std::string& path) {
    if (refuses("create") || files.contains(path)) return refusal("create", path);
    files[path] = std::make_shared<file>();
    return open(path);
}

journal_result<std::unique_ptr<disk_file>> memory_disk::open(const std::string& path) {
    if (refuses("open") || !files.contains(path)) return refusal("open", path);
    return std::unique_ptr<disk_file>(std::make_unique<memory_file>(*this, files.at(path), path));
}

journal_result<void> memory_disk::rename(const std::string& from, const std::string& to) {
    if (refuses("rename") || !files.contains(from)) return refusal("rename", from);
    // Another name for the same bytes, which a crash may not know.
    const auto moved = std::make_shared<file>(*files.at(from));
    moved->named = false;
    unname(to, true);
    unname(from, true);
    files[to] = moved;
    return {};
}

journal_result<void> memory_disk::remove(const std::string& path) {
    if (refuses("remove")) return refusal("remove", path);
    unname(path, false);
    return {};
}

void memory_disk::unname(const std::string& path, bool renamed) {
    const auto found = files.find(path);
    if (found == files.end()) return;
    if (found->second->named) unnamed_.push_back({path, found->second, renamed});
    files.erase(found);
}

journal_result<std::uint64_t> memory_disk::room() {
    if (refuses("room")) return refusal("room", "");
    return free_bytes;
}

journal_result<std::unique_ptr<disk_lock>> memory_disk::lock(const std::string& path) {
    if (*locked) return journal_failure(journal_failure::kind::locked, "locked", path);
    return std::unique_ptr<disk_lock>(std::make_unique<memory_lock>(locked));
}

void memory_disk::crash(std::size_t keep) {
    std::erase_if(files, [](const auto& each) { return !each.second->named; });
    bool comes_back = true;
    for (const lost_name& each : unnamed_) {
        if (each.renamed || comes_back) files.emplace(each.path, each.what);
        if (!each.renamed) comes_back = keep == 0;
    }
    unnamed_.clear();
    for (auto& [path, each] : files) {
        const std::string lost = each->bytes.size() > each->durable.size()
                                     ? each->bytes.substr(each->durable.size())
                                     : std::string();
        each->bytes = each->durable + lost.substr(0, keep);
        each->durable = each->bytes;
    }
    heal();
}

void memory_disk::write_out(const std::string& folder) const {
    for (const auto& [name, each] : files) {
        const std::filesystem::path path = std::filesystem::path(folder) / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << each->bytes;
    }
}

}  // namespace rolloutd::daemon::testing
