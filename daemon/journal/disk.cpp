#include "daemon/journal/disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <utility>

#include "config/address.h"

namespace rolloutd::daemon {

namespace {

constexpr mode_t file_mode = 0640;
constexpr mode_t folder_mode = 0750;

journal_failure refused(const std::string& what, const std::string& path) {
    return {journal_failure::kind::disk, what + ": " + std::strerror(errno), path};
}

class descriptor {
public:
    explicit descriptor(int number) : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&&) = delete;
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

private:
    int number_;
};

class real_file final : public disk_file {
public:
    real_file(descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

    journal_result<void> append(std::string_view bytes) override {
        while (!bytes.empty()) {
            const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return refused("it cannot be written", path_);
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return {};
    }

    journal_result<void> sync() override {
        if (::fdatasync(file_.get()) != 0) return refused("it cannot be synced", path_);
        return {};
    }

    journal_result<void> truncate(std::uint64_t size) override {
        if (::ftruncate(file_.get(), static_cast<off_t>(size)) != 0)
            return refused("it cannot be cut", path_);
        return {};
    }

private:
    descriptor file_;
    std::string path_;
};

class real_lock final : public disk_lock {
public:
    explicit real_lock(descriptor file) : file_(std::move(file)) {}

private:
    descriptor file_;
};

class real_disk final : public disk {
public:
    explicit real_disk(std::string root) : root_(std::move(root)) {}

    journal_result<std::vector<std::string>> list(const std::string& folder) override {
        std::vector<std::string> names;
        std::error_code error;
        const std::filesystem::directory_iterator entries(below(folder), error);
        if (error == std::errc::no_such_file_or_directory) return names;
        if (error) return unlisted(error, folder);
        for (auto at = begin(entries); at != end(entries); at.increment(error)) {
            names.push_back(at->path().filename().string());
            if (error) return unlisted(error, folder);
        }
        std::ranges::sort(names);
        return names;
    }

    journal_result<std::uint64_t> size(const std::string& path) override {
        struct stat found{};
        if (::stat(below(path).c_str(), &found) != 0) return refused("it cannot be read", path);
        return static_cast<std::uint64_t>(found.st_size);
    }

    journal_result<std::string> read(const std::string& path, std::uint64_t offset,
                                     std::size_t length) override {
        const descriptor file(::open(below(path).c_str(), O_RDONLY | O_CLOEXEC));
        if (!file) return refused("it cannot be opened", path);
        std::string bytes(length, '\0');
        std::size_t filled = 0;
        while (filled < length) {
            const ssize_t count = ::pread(file.get(), bytes.data() + filled, length - filled,
                                          static_cast<off_t>(offset + filled));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return refused("it cannot be read", path);
            if (count == 0) break;
            filled += static_cast<std::size_t>(count);
        }
        bytes.resize(filled);
        return bytes;
    }

    journal_result<void> make_folder(const std::string& folder) override {
        if (::mkdir(below(folder).c_str(), folder_mode) != 0 && errno != EEXIST)
            return refused("the folder cannot be made", folder);
        return {};
    }

    journal_result<void> sync_folder(const std::string& folder) override {
        const descriptor opened(::open(below(folder).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!opened || ::fsync(opened.get()) != 0)
            return refused("the folder cannot be synced", folder);
        return {};
    }

    journal_result<std::unique_ptr<disk_file>> create(const std::string& path) override {
        return appending(path, O_CREAT | O_EXCL);
    }

    journal_result<std::unique_ptr<disk_file>> open(const std::string& path) override {
        return appending(path, 0);
    }

    journal_result<void> rename(const std::string& from, const std::string& to) override {
        if (::rename(below(from).c_str(), below(to).c_str()) != 0)
            return refused("it cannot be renamed to " + to, from);
        return {};
    }

    journal_result<void> remove(const std::string& path) override {
        if (::unlink(below(path).c_str()) != 0 && errno != ENOENT)
            return refused("it cannot be removed", path);
        return {};
    }

    journal_result<std::uint64_t> room() override {
        struct statvfs found{};
        if (::statvfs(root_.c_str(), &found) != 0) return refused("it cannot be asked", root_);
        if ((found.f_flag & ST_RDONLY) != 0)
            return journal_failure(journal_failure::kind::disk, "the disk is read-only", root_);
        // Some file systems tell no figures; the first write that fails will tell.
        if (found.f_blocks == 0) return std::numeric_limits<std::uint64_t>::max();
        // A part may be kept for root.
        const auto blocks = ::geteuid() == 0 ? found.f_bfree : found.f_bavail;
        return static_cast<std::uint64_t>(blocks) * found.f_frsize;
    }

    journal_result<std::unique_ptr<disk_lock>> lock(const std::string& path) override {
        descriptor file(::open(below(path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, file_mode));
        if (!file) return refused("it cannot be opened", path);
        if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK) return refused("it cannot be locked", path);
            return journal_failure(journal_failure::kind::locked,
                                   "another daemon holds the lock on this state folder", path);
        }
        return std::unique_ptr<disk_lock>(std::make_unique<real_lock>(std::move(file)));
    }

private:
    std::string below(const std::string& path) const { return root_ + "/" + path; }

    static journal_failure unlisted(const std::error_code& error, const std::string& folder) {
        return {journal_failure::kind::disk, "the folder cannot be listed: " + error.message(),
                folder};
    }

    journal_result<std::unique_ptr<disk_file>> appending(const std::string& path, int flags) {
        const int how = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags;
        descriptor file(::open(below(path).c_str(), how, file_mode));
        if (!file) return refused("it cannot be opened for writing", path);
        // The umask may have taken bits away that the operators' group needs to read.
        if ((flags & O_CREAT) != 0 && ::fchmod(file.get(), file_mode) != 0)
            return refused("its mode cannot be set", path);
        return std::unique_ptr<disk_file>(std::make_unique<real_file>(std::move(file), path));
    }

    std::string root_;
};

}  // namespace

journal_result<std::string> read_whole(disk& from, const std::string& path, std::uint64_t most) {
    const auto size = from.size(path);
    if (!size) return size.error();
    if (*size > most)
        return journal_failure(journal_failure::kind::broken,
                               "it is larger than " + std::to_string(most) + " bytes", path);
    return from.read(path, 0, static_cast<std::size_t>(*size));
}

journal_result<void> write_whole(disk& to, const std::string& path, std::string_view bytes) {
    const std::string draft = path + ".tmp";
    if (auto gone = to.remove(draft); !gone) return gone;
    {
        auto file = to.create(draft);
        if (!file) return file.error();
        if (auto done = (*file)->append(bytes); !done) return done;
        if (auto done = (*file)->sync(); !done) return done;
    }
    if (auto done = to.rename(draft, path); !done) return done;
    return to.sync_folder(config::folder_of(path));
}

std::unique_ptr<disk> make_disk(std::string state_folder) {
    return std::make_unique<real_disk>(std::move(state_folder));
}

}  // namespace rolloutd::daemon
