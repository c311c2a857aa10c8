#include "daemon/cli/local_client.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <string_view>

namespace rolloutd::daemon::cli {

namespace {

constexpr std::size_t most_bytes = 64UL * 1024 * 1024;
// Longer than a write to the disk may hang before the daemon says so.
constexpr auto patience = std::chrono::seconds{15};

class descriptor {
public:
    explicit descriptor(int number) : number_(number) {}
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

local_answer unreachable(const std::string& path, const char* why) {
    return {0, path + ": " + why};
}

bool send_all(int socket, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

// Everything until the daemon closes the connection, as it was asked to.
bool receive_all(int socket, std::string& into) {
    const auto until = std::chrono::steady_clock::now() + patience;
    std::array<char, 16 * 1024> piece{};
    while (into.size() < most_bytes && std::chrono::steady_clock::now() < until) {
        const ssize_t got = ::recv(socket, piece.data(), piece.size(), 0);
        if (got == 0) return true;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        into.append(piece.data(), static_cast<std::size_t>(got));
    }
    return false;
}

local_answer split(const std::string& path, const std::string& whole) {
    const std::size_t space = whole.find(' ');
    const std::size_t end = whole.find("\r\n\r\n");
    int status = 0;
    if (space != std::string::npos && end != std::string::npos) {
        std::from_chars(whole.data() + space + 1, whole.data() + whole.size(), status);
    }
    if (status == 0) return unreachable(path, "what answers there is not rolloutd");
    return {status, whole.substr(end + 4)};
}

local_answer ask(const std::string& socket_path, const std::string& request) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_path.size() >= sizeof(address.sun_path)) {
        return unreachable(socket_path, "the path is too long for a socket");
    }
    socket_path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
    const descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{std::chrono::seconds{patience}.count(), 0};
    ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    const void* const plain = &address;
    if (::connect(socket.number(), static_cast<const sockaddr*>(plain), sizeof(address)) != 0) {
        if (errno == EACCES || errno == EPERM) {
            return unreachable(socket_path,
                               "you may not use it: only root and members of the group that "
                               "api.operators_group names (rolloutd-operators by default) may; ask "
                               "for membership, and log in again");
        }
        return unreachable(socket_path, std::strerror(errno));
    }
    std::string whole;
    if (!send_all(socket.number(), request) || !receive_all(socket.number(), whole)) {
        return unreachable(socket_path, "the daemon did not answer in time");
    }
    return split(socket_path, whole);
}

constexpr const char* common_headers = " HTTP/1.1\r\nHost: rolloutd\r\nConnection: close\r\n";

}  // namespace

local_answer get_local(const std::string& socket_path, const std::string& target) {
    return ask(socket_path, "GET " + target + common_headers + "\r\n");
}

local_answer post_local(const std::string& socket_path, const std::string& target,
                        const std::string& body) {
    return ask(socket_path, "POST " + target + common_headers +
                                "Content-Type: application/json\r\nContent-Length: " +
                                std::to_string(body.size()) + "\r\n\r\n" + body);
}

}  // namespace rolloutd::daemon::cli
