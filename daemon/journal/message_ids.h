#pragma once
// journald's MESSAGE_ID of each kind of record, by which `journalctl -x` finds the explanation in
// systemd/rolloutd.catalog. An identity that people search for: once given, it never changes.

#include <span>
#include <string_view>

namespace rolloutd::daemon {

struct message_id {
    std::string_view kind;  // of the record (DESIGN §9), or "lost"
    std::string_view id;    // 32 hex digits
};

// All of them, sorted by kind.
std::span<const message_id> message_ids();

// "" for a kind that has none.
std::string_view message_id_of(std::string_view kind);

}  // namespace rolloutd::daemon
