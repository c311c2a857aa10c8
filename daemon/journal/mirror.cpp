#include "daemon/journal/mirror.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <string_view>
#include <utility>

#include "daemon/journal/history.h"
#include "daemon/journal/json_text.h"

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
    if (!what.head.ticket.empty()) entry.fields["ROLLOUTD_TICKET"] = what.head.ticket;
    const std::map<std::string_view, std::string> shown{
        {"policy", "ROLLOUTD_POLICY"},   {"rule", "ROLLOUTD_RULE"},
        {"subject", "ROLLOUTD_SUBJECT"}, {"do", "ROLLOUTD_DO"},
        {"outcome", "ROLLOUTD_OUTCOME"}, {"reason", "ROLLOUTD_REASON"},
        {"verdict", "ROLLOUTD_VERDICT"}, {"effect", "ROLLOUTD_EFFECT"},
        {"intent", "ROLLOUTD_INTENT"},
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
