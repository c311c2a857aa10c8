#include "daemon/local_socket.h"

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace rolloutd::daemon {

namespace {

std::string because(const std::string& what) { return what + ": " + std::strerror(errno); }

std::optional<std::string> check_folder(const std::filesystem::path& folder) {
    struct stat about{};
    if (::lstat(folder.c_str(), &about) != 0) {
        if (errno != ENOENT) return because(folder.string());
        if (::mkdir(folder.c_str(), 0755) != 0) return because("cannot make " + folder.string());
        return std::nullopt;
    }
    if (!S_ISDIR(about.st_mode)) return folder.string() + " is not a folder";
    const bool sticky = (about.st_mode & S_ISVTX) != 0;
    const bool ours = about.st_uid == ::geteuid() || about.st_uid == 0;
    const bool open = (about.st_mode & S_IWOTH) != 0;
    if (!ours || (open && !sticky)) {
        return folder.string() +
               " can be written by others: whoever may do that could put another"
               " socket in our place";
    }
    return std::nullopt;
}

bool somebody_listens(const std::string& path) {
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return false;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
    const void* const plain = &address;
    const bool answered =
        ::connect(probe, static_cast<const sockaddr*>(plain), sizeof(address)) == 0;
    ::close(probe);
    return answered;
}

std::optional<gid_t> gid_of(const std::string& name) {
    std::array<char, 4096> buffer{};
    group entry{};
    group* found = nullptr;
    if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0) return {};
    if (found == nullptr) return std::nullopt;
    return found->gr_gid;
}

}  // namespace

std::optional<std::string> prepare_socket_path(const std::string& path) {
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
        return path + " is too long for a socket: at most " +
               std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes";
    }
    std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (folder.empty()) folder = ".";
    if (auto wrong = check_folder(folder)) return wrong;
    struct stat about{};
    if (::lstat(path.c_str(), &about) != 0) {
        return errno == ENOENT ? std::nullopt : std::optional(because(path));
    }
    if (!S_ISSOCK(about.st_mode)) return path + " exists and is not a socket";
    if (somebody_listens(path)) return path + " is in use: another daemon listens on it";
    if (::unlink(path.c_str()) != 0) return because("cannot remove the old " + path);
    return std::nullopt;
}

std::optional<std::string> restrict_socket(const std::string& path, const std::string& group) {
    if (::chmod(path.c_str(), 0660) != 0) return because("chmod " + path);
    const std::optional<gid_t> gid = group.empty() ? std::nullopt : gid_of(group);
    // Not a member and not root: then only our own user may act, which is the safe side.
    if (gid && ::lchown(path.c_str(), static_cast<uid_t>(-1), *gid) != 0 && errno != EPERM) {
        return because("chown " + path);
    }
    return std::nullopt;
}

std::optional<uid_t> peer_uid(int socket) {
    ucred who{};
    socklen_t size = sizeof(who);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return std::nullopt;
    return who.uid;
}

}  // namespace rolloutd::daemon
