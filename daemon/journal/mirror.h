#pragma once
// Every record also goes to journald, so that `journalctl ROLLOUTD_TICKET=SCT…` tells a ticket's
// story. A copy for people: never blocks and never fails the append. What journald does not take at
// once is kept, within bounds, and handed over later; what cannot be kept is counted, and said.

#include <map>
#include <memory>
#include <string>

#include "daemon/journal/record.h"

namespace rolloutd::daemon {

struct mirrored {
    int priority = 6;                           // as in syslog: 4 warning, 5 notice, 6 info
    std::string message;                        // the sentence of `rolloutctl history`
    std::map<std::string, std::string> fields;  // "ROLLOUTD_TICKET" and so on
};

// A record as it goes there.
mirrored entry_of(const record& what);

class journal_mirror {
public:
    virtual ~journal_mirror() = default;
    virtual void mirror(const mirrored& what) noexcept = 0;
    // Hands over what is still kept. To be called every second or so.
    virtual void flush() noexcept {}
};

// How much is kept while journald takes nothing, about an hour of a busy fleet.
inline constexpr std::size_t most_kept_entries = 16 * 1024;
inline constexpr std::size_t most_kept_bytes = std::size_t{16} * 1024 * 1024;

// Speaks journald's native protocol on its socket without waiting. Where there is no such socket,
// it drops everything.
std::unique_ptr<journal_mirror> make_journald_mirror(
    const std::string& socket = "/run/systemd/journal/socket");

}  // namespace rolloutd::daemon
