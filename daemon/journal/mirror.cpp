#include "daemon/journal/mirror.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <new>
#include <string_view>
#include <utility>

#include "daemon/journal/history.h"
#include "daemon/journal/json_text.h"
#include "daemon/journal/message_ids.h"

namespace rolloutd::daemon {

namespace json = boost::json;

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

std::string datagram_of(const mirrored& what) {
    std::string datagram;
    add_field(datagram, "MESSAGE", what.message);
    add_field(datagram, "PRIORITY", std::to_string(what.priority));
    add_field(datagram, "SYSLOG_IDENTIFIER", "rolloutd");
    for (const auto& [name, value] : what.fields)
        add_field(datagram, name, value);
    return datagram;
}

mirrored entry_of_losses(std::size_t lost) {
    mirrored entry;
    entry.priority = 4;
    entry.message = std::to_string(lost) +
                    " copies of records could not be handed to journald; the journal has them: "
                    "rolloutctl history";
    entry.fields = {{"MESSAGE_ID", std::string(message_id_of(kind_of_losses))},
                    {"ROLLOUTD_LOST", std::to_string(lost)}};
    return entry;
}

// sd_journal_sendv waits when journald does not keep up, and nothing may wait for the mirror: hence
// the protocol itself, on a socket that never blocks.
class journald_mirror final : public journal_mirror {
public:
    explicit journald_mirror(const std::string& path) {
        address_.sun_family = AF_UNIX;
        if (path.size() >= sizeof(address_.sun_path)) return;
        std::ranges::copy(path, address_.sun_path);
        there_ = ::access(path.c_str(), F_OK) == 0;
        if (there_) connect();
    }
    journald_mirror(const journald_mirror&) = delete;
    journald_mirror& operator=(const journald_mirror&) = delete;
    ~journald_mirror() override {
        flush();
        disconnect();
    }

    void mirror(const mirrored& what) noexcept override {
        if (!there_) return;
        try {
            keep(datagram_of(what));
        } catch (const std::bad_alloc&) {
            ++lost_;
        }
        flush();
    }

    void flush() noexcept override {
        while (!kept_.empty() && hand_over(kept_.front())) {
            kept_bytes_ -= kept_.front().size();
            kept_.pop_front();
        }
        if (lost_ == 0 || !kept_.empty()) return;
        try {
            if (hand_over(datagram_of(entry_of_losses(lost_)))) lost_ = 0;
        } catch (const std::bad_alloc&) {
            return;  // said at the next flush
        }
    }

private:
    void connect() {
        socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (socket_ < 0) return;
        // The default holds fewer than 200 small entries.
        const int room = 8 * 1024 * 1024;
        static_cast<void>(::setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)));
        const void* const plain = &address_;
        if (::connect(socket_, static_cast<const sockaddr*>(plain), sizeof(address_)) != 0)
            disconnect();
    }

    void disconnect() {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

    // The oldest stay: a story without its beginning cannot be read.
    void keep(std::string datagram) {
        if (kept_.size() >= most_kept_entries || kept_bytes_ + datagram.size() > most_kept_bytes) {
            ++lost_;
            return;
        }
        kept_bytes_ += datagram.size();
        kept_.push_back(std::move(datagram));
    }

    // False: to be tried again later.
    bool hand_over(const std::string& datagram) noexcept {
        if (socket_ < 0) connect();
        if (socket_ < 0) return false;
        if (::send(socket_, datagram.data(), datagram.size(), MSG_NOSIGNAL) >= 0) return true;
        if (errno == EMSGSIZE) {
            ++lost_;
            return true;
        }
        // Another journald has another socket.
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS && errno != EINTR)
            disconnect();
        return false;
    }

    sockaddr_un address_{};
    bool there_ = false;
    int socket_ = -1;
    std::deque<std::string> kept_;
    std::size_t kept_bytes_ = 0;
    std::size_t lost_ = 0;
};

std::string member_text(const json::object& what, std::string_view name) {
    const json::value* value = what.if_contains(name);
    if (value == nullptr) return "";
    return value->is_string() ? std::string(value->get_string()) : json_text(*value);
}

int priority_of(const envelope& head, const json::object& what) {
    const std::string effect = member_text(what, "effect");
    if (head.kind == "blind" || head.kind == "repair" || effect == "lost" || effect == "refused")
        return 4;
    if (head.kind == "intent" || head.kind == "foreign" || head.kind == "freeze" ||
        head.kind == "hold" || head.kind == "operator" || head.kind == "proposal" ||
        member_text(what, "outcome") == "act")
        return 5;
    return head.kind == "seen" || head.kind == "checkpoint" ? 7 : 6;
}

}  // namespace

mirrored entry_of(const record& what) {
    mirrored entry;
    entry.priority = priority_of(what.head, what.body);
    entry.message = sentence(what);
    entry.fields = {{"ROLLOUTD_SEQ", std::to_string(what.head.seq)},
                    {"ROLLOUTD_KIND", what.head.kind},
                    {"ROLLOUTD_HASH", what.hash}};
    if (const auto id = message_id_of(what.head.kind); !id.empty())
        entry.fields["MESSAGE_ID"] = std::string(id);
    if (!what.head.ticket.empty()) entry.fields["ROLLOUTD_TICKET"] = what.head.ticket;
    const std::map<std::string_view, std::string> shown{
        {"policy", "ROLLOUTD_POLICY"},   {"rule", "ROLLOUTD_RULE"},
        {"subject", "ROLLOUTD_SUBJECT"}, {"do", "ROLLOUTD_DO"},
        {"outcome", "ROLLOUTD_OUTCOME"}, {"reason", "ROLLOUTD_REASON"},
        {"verdict", "ROLLOUTD_VERDICT"}, {"effect", "ROLLOUTD_EFFECT"},
        {"intent", "ROLLOUTD_INTENT"},   {"author", "ROLLOUTD_AUTHOR"},
        {"source", "ROLLOUTD_SOURCE"},
    };
    for (const auto& [member, field] : shown)
        if (std::string text = member_text(what.body, member); !text.empty())
            entry.fields[field] = std::move(text);
    return entry;
}

std::unique_ptr<journal_mirror> make_journald_mirror(const std::string& socket) {
    return std::make_unique<journald_mirror>(socket);
}

}  // namespace rolloutd::daemon
