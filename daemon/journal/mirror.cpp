#include "daemon/journal/mirror.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <string_view>

namespace rolloutd::daemon {

namespace {

// systemd's native journal protocol: NAME=value and LF, or for values with a LF the name, LF, the
// length as 64-bit little endian, the value and LF.
void add_field(std::string& to, std::string_view name, std::string_view value) {
    to += name;
    if (value.find('\n') == std::string_view::npos) {
        to += '=';
    } else {
        to += '\n';
        for (unsigned shift = 0; shift < 64; shift += 8)
            to += static_cast<char>((static_cast<std::uint64_t>(value.size()) >> shift) & 0xFFU);
    }
    to += value;
    to += '\n';
}

// sd_journal_sendv waits when journald does not keep up, and nothing may wait for the mirror: hence
// the protocol itself, on a socket that never blocks.
class journald_mirror final : public journal_mirror {
public:
    explicit journald_mirror(const std::string& path)
        : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (socket_ < 0 || path.size() >= sizeof(address.sun_path)) return;
        std::ranges::copy(path, address.sun_path);
        connected_ =
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    }
    journald_mirror(const journald_mirror&) = delete;
    journald_mirror& operator=(const journald_mirror&) = delete;
    ~journald_mirror() override {
        if (socket_ >= 0) ::close(socket_);
    }

    void mirror(const mirrored& what) noexcept override {
        if (!connected_) return;
        try {
            std::string datagram;
            add_field(datagram, "MESSAGE", what.message);
            add_field(datagram, "PRIORITY", std::to_string(what.priority));
            add_field(datagram, "SYSLOG_IDENTIFIER", "rolloutd");
            for (const auto& [name, value] : what.fields)
                add_field(datagram, name, value);
            // A full queue or a message that is too long loses the copy, never the record.
            static_cast<void>(::send(socket_, datagram.data(), datagram.size(), MSG_NOSIGNAL));
        } catch (const std::bad_alloc&) {
            return;
        }
    }

private:
    int socket_;
    bool connected_ = false;
};

}  // namespace

std::unique_ptr<journal_mirror> make_journald_mirror(const std::string& socket) {
    return std::make_unique<journald_mirror>(socket);
}

}  // namespace rolloutd::daemon
