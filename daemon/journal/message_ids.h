#pragma once
// journald's MESSAGE_ID of each kind of record, by which `journalctl -x` finds the explanation in
// systemd/rolloutd.catalog. An identity that people search for: once given, it never changes.

#include <span>
#include <string_view>

namespace rolloutd::daemon {

// Of no record: what stands in journald instead of copies that could not be handed over.
inline constexpr std::string_view kind_of_losses = "lost";

struct message_id {
    std::string_view kind;  // of the record (DESIGN §9), or kind_of_losses
    std::string_view id;    // 32 hex digits
};

// Every kind that there is, sorted.
std::span<const message_id> message_ids();

// "" for a kind that has none.
std::string_view message_id_of(std::string_view kind);

}  // namespace rolloutd::daemon
