// Preloaded into the daemon by test_crash_points: numbers what it does to its state folder and to
// the cloud's connection, and does there what the environment asks for. Each such call is a point,
// and the process can be killed before it, after it or, in a write, halfway; a loss of power can be
// played, too: then what no sync has made durable is cut off first. A file may ask for trouble with
// the disk meanwhile. Nothing of it is linked into the product.
//
//   CRASH_STATE  the state folder; files below it are watched
//   CRASH_PORT   the cloud's port on the loopback
//   CRASH_LOG    a file that gets a line for each point: its number, the call, what it is about
//   CRASH_AT     the number of the point to die at; CRASH_HOW: before, after, torn
//   CRASH_LOSE   1: with a loss of power
//   CRASH_FAULT  a file whose one word is in force while it is there: full, readonly, slow, hang,
//                fail_sync (once: the shim removes the file)

#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

constexpr int most_files = 1024;
constexpr int slow_milliseconds = 300;

template <class Call>
Call real(const char* name) {
    return reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name));
}

using write_call = ssize_t (*)(int, const void*, size_t);
using sync_call = int (*)(int);
using truncate_call = int (*)(int, off_t);
using rename_call = int (*)(const char*, const char*);
using unlink_call = int (*)(const char*);
using statvfs_call = int (*)(const char*, struct statvfs*);
using open_call = int (*)(const char*, int, ...);
using sendmsg_call = ssize_t (*)(int, const msghdr*, int);
using recvmsg_call = ssize_t (*)(int, msghdr*, int);
using send_call = ssize_t (*)(int, const void*, size_t, int);
using recv_call = ssize_t (*)(int, void*, size_t, int);

write_call real_write() {
    static const auto call = real<write_call>("write");
    return call;
}

std::string_view variable(const char* name) {
    const char* const value = ::getenv(name);
    return value == nullptr ? std::string_view("") : std::string_view(value);
}

// What of it fits on a line of text: a compressed file has no words.
std::string_view words_of(std::string_view bytes) {
    constexpr size_t most = 150;
    size_t end = 0;
    while (end < bytes.size() && end < most && bytes[end] >= ' ' && bytes[end] <= '~')
        ++end;
    return bytes.substr(0, end);
}

int number_in(const char* name) { return std::atoi(variable(name).data()); }

// How much of each open file is durable; -1 where none is open.
std::array<std::atomic<off_t>, most_files> durable_sizes;

bool is_below_state(std::string_view path) {
    static const std::string_view state = variable("CRASH_STATE");
    return !state.empty() && path.starts_with(state);
}

bool is_state_file(int descriptor) {
    std::array<char, 64> link{};
    std::array<char, 4096> path{};
    std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
    const ssize_t length = ::readlink(link.data(), path.data(), path.size());
    return length > 0 && is_below_state({path.data(), static_cast<size_t>(length)});
}

bool is_cloud(int descriptor) {
    static const int port = number_in("CRASH_PORT");
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return false;
    return peer.sin_family == AF_INET && ntohs(peer.sin_port) == port;
}

[[noreturn]] void die() {
    if (variable("CRASH_LOSE") == "1") {
        static const auto cut = real<truncate_call>("ftruncate");
        for (int each = 0; each < most_files; ++each) {
            const off_t size = durable_sizes[static_cast<size_t>(each)];
            if (size > 0 && is_state_file(each)) cut(each, size - 1);
        }
    }
    ::kill(::getpid(), SIGKILL);
    for (;;)
        ::pause();
}

// A call in progress.
class point {
public:
    point(const char* call, std::string_view about) {
        static std::atomic<int> count{0};
        const int number = ++count;
        here_ = number == number_in("CRASH_AT");
        note(number, call, about);
        if (here_ && variable("CRASH_HOW") == "before") die();
    }
    ~point() {
        const int kept = errno;
        if (here_) die();
        errno = kept;
    }
    point(const point&) = delete;
    point& operator=(const point&) = delete;

    bool tears() const { return here_ && variable("CRASH_HOW") == "torn"; }

private:
    static void note(int number, const char* call, std::string_view about) {
        static const int log = [] {
            const char* const name = ::getenv("CRASH_LOG");
            if (name == nullptr) return -1;
            return real<open_call>("open")(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        }();
        if (log < 0) return;
        std::array<char, 256> line{};
        const int length = std::snprintf(line.data(), line.size(), "%d %s %.*s\n", number, call,
                                         static_cast<int>(words_of(about).size()), about.data());
        if (real_write()(log, line.data(), static_cast<size_t>(length)) < 0) ::abort();
    }

    bool here_ = false;
};

// The word in the file, or "".
std::string_view trouble() {
    static thread_local std::array<char, 32> word;
    const char* const name = ::getenv("CRASH_FAULT");
    if (name == nullptr) return {};
    const int file = real<open_call>("open")(name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return {};
    const ssize_t length = ::read(file, word.data(), word.size());
    ::close(file);
    return {word.data(), static_cast<size_t>(length < 0 ? 0 : length)};
}

// Whether the disk refuses to take anything, with errno set.
bool takes_nothing() {
    const std::string_view what = trouble();
    if (what == "full") errno = ENOSPC;
    if (what == "readonly") errno = EROFS;
    return what == "full" || what == "readonly";
}

bool fails_to_sync() {
    const std::string_view what = trouble();
    timespec wait{slow_milliseconds / 1000, slow_milliseconds % 1000 * 1'000'000L};
    if (what == "slow") ::nanosleep(&wait, nullptr);
    while (trouble() == "hang")
        ::nanosleep(&wait, nullptr);
    if (what != "fail_sync") return takes_nothing() && errno == EROFS;
    real<unlink_call>("unlink")(::getenv("CRASH_FAULT"));
    errno = EIO;
    return true;
}

void remember_size(int descriptor, off_t size) {
    if (descriptor >= 0 && descriptor < most_files)
        durable_sizes[static_cast<size_t>(descriptor)] = size + 1;
}

int sync_at(const char* name, int descriptor) {
    const auto call = real<sync_call>(name);
    if (!is_state_file(descriptor)) return call(descriptor);
    const point here(name, "");
    if (fails_to_sync()) return -1;
    struct stat found{};
    const bool known = ::fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode);
    const int done = call(descriptor);
    if (done == 0 && known) remember_size(descriptor, found.st_size);
    return done;
}

int open_at(const char* path, int flags, mode_t mode) {
    const auto call = real<open_call>("open");
    const bool writes = (flags & O_ACCMODE) != O_RDONLY;
    if (!is_below_state(path) || !writes) return call(path, flags, mode);
    if (takes_nothing() && (errno == EROFS || (flags & O_CREAT) != 0)) return -1;
    const int file = call(path, flags, mode);
    struct stat found{};
    if (file >= 0 && ::fstat(file, &found) == 0) remember_size(file, found.st_size);
    return file;
}

std::string_view first_bytes(const msghdr* what) {
    if (what->msg_iovlen == 0) return {};
    const auto* const bytes = static_cast<const char*>(what->msg_iov[0].iov_base);
    const std::string_view all(bytes, what->msg_iov[0].iov_len);
    return all.substr(0, all.find('\r'));
}

bool is_readable(int descriptor) {
    pollfd asked{descriptor, POLLIN, 0};
    return ::poll(&asked, 1, 0) > 0;
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t count) {
    if (!is_state_file(descriptor)) return real_write()(descriptor, bytes, count);
    const point here("write", {static_cast<const char*>(bytes), std::min<size_t>(count, 60)});
    if (takes_nothing()) return -1;
    if (here.tears()) count = (count + 1) / 2;
    return real_write()(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t at) {
    using call = ssize_t (*)(int, const void*, size_t, off_t);
    const auto write_there = real<call>("pwrite");
    if (!is_state_file(descriptor)) return write_there(descriptor, bytes, count, at);
    const point here("pwrite", "");
    if (takes_nothing()) return -1;
    return write_there(descriptor, bytes, count, at);
}

int fdatasync(int descriptor) { return sync_at("fdatasync", descriptor); }
int fsync(int descriptor) { return sync_at("fsync", descriptor); }

int ftruncate(int descriptor, off_t size) noexcept {
    const auto call = real<truncate_call>("ftruncate");
    if (!is_state_file(descriptor)) return call(descriptor, size);
    const point here("ftruncate", "");
    if (trouble() == "readonly") {
        errno = EROFS;
        return -1;
    }
    return call(descriptor, size);
}

int rename(const char* from, const char* to) noexcept {
    const auto call = real<rename_call>("rename");
    if (!is_below_state(from)) return call(from, to);
    const point here("rename", to);
    if (takes_nothing()) return -1;
    return call(from, to);
}

int unlink(const char* path) noexcept {
    const auto call = real<unlink_call>("unlink");
    if (!is_below_state(path)) return call(path);
    const point here("unlink", path);
    if (trouble() == "readonly") {
        errno = EROFS;
        return -1;
    }
    return call(path);
}

int statvfs(const char* path, struct statvfs* found) noexcept {
    const int done = real<statvfs_call>("statvfs")(path, found);
    if (done != 0 || !is_below_state(path)) return done;
    const std::string_view what = trouble();
    if (what == "full") found->f_bfree = found->f_bavail = 0;
    if (what == "readonly") found->f_flag |= ST_RDONLY;
    return 0;
}

int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_at(path, flags, mode);
}

ssize_t sendmsg(int descriptor, const msghdr* what, int flags) {
    static const auto call = real<sendmsg_call>("sendmsg");
    if (!is_cloud(descriptor)) return call(descriptor, what, flags);
    const point here("send", first_bytes(what));
    return call(descriptor, what, flags);
}

ssize_t send(int descriptor, const void* bytes, size_t count, int flags) {
    static const auto call = real<send_call>("send");
    if (!is_cloud(descriptor)) return call(descriptor, bytes, count, flags);
    const std::string_view all(static_cast<const char*>(bytes), count);
    const point here("send", all.substr(0, all.find('\r')));
    return call(descriptor, bytes, count, flags);
}

ssize_t recvmsg(int descriptor, msghdr* what, int flags) {
    static const auto call = real<recvmsg_call>("recvmsg");
    if (!is_cloud(descriptor) || !is_readable(descriptor)) return call(descriptor, what, flags);
    const point here("receive", "");
    return call(descriptor, what, flags);
}

ssize_t recv(int descriptor, void* bytes, size_t count, int flags) {
    static const auto call = real<recv_call>("recv");
    if (!is_cloud(descriptor) || !is_readable(descriptor))
        return call(descriptor, bytes, count, flags);
    const point here("receive", "");
    return call(descriptor, bytes, count, flags);
}

}  // extern "C"
