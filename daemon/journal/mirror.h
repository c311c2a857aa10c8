#pragma once
// Every record also goes to journald, so that `journalctl ROLLOUTD_TICKET=SCT…` tells a ticket's
// story. A copy for people: never blocks, never fails the append, may lose entries.

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
};

// Speaks journald's native protocol on its socket without waiting; without a journald it drops
// everything.
std::unique_ptr<journal_mirror> make_journald_mirror(
    const std::string& socket = "/run/systemd/journal/socket");

}  // namespace rolloutd::daemon
