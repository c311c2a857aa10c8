#pragma once
// How many records each ticket has: the newest `tseq`. Nobody is forgotten, because a ticket that
// is watched again goes on counting; but one that was let go takes 24 bytes here, by a hash of its
// id, so that a daemon is hardly bigger for the tickets that it once watched. Part of fleet_state.

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policies/ticket.h"

namespace rolloutd::daemon {

class record_counts {
public:
    // 0 for a ticket that has none.
    std::uint64_t of(const policies::ticket_id& ticket) const;
    void set(const policies::ticket_id& ticket, std::uint64_t count);

    // It is watched no more: its count moves to where it takes little room.
    void let_go(const policies::ticket_id& ticket);

    bool is_watched(const policies::ticket_id& ticket) const { return watched_.contains(ticket); }

    bool operator==(const record_counts&) const = default;

    // By id.
    using listed = std::map<std::string, std::uint64_t>;
    const listed& watched() const { return watched_; }

    // Of those that were let go, by 32 hex characters: at most `most` that come after `hash` ("":
    // from the first on). A snapshot is written in parts; add_past() takes one back, or is false
    // for what is no hash or is there already.
    listed past_after(const std::string& hash, std::size_t most) const;
    bool add_past(const std::string& hash, std::uint64_t count);

private:
    // The first half of the id's SHA-256: that any two of a thousand million tickets share it has
    // a chance of one in 10^20.
    using name_hash = std::array<unsigned char, 16>;

    struct entry {
        name_hash who{};
        std::uint64_t count = 0;
        auto operator<=>(const entry&) const = default;
    };

    static std::string hex_of(const name_hash& who);
    static std::optional<name_hash> parse_hash(const std::string& hex);
    static name_hash hash_of(const policies::ticket_id& ticket);
    std::vector<entry>::const_iterator place_of(const name_hash& who) const;
    bool is_at(std::vector<entry>::const_iterator place, const name_hash& who) const;

    listed watched_;
    std::vector<entry> past_;  // ascending by hash, each hash once
};

}  // namespace rolloutd::daemon
