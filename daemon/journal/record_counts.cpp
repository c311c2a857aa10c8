#include "daemon/journal/record_counts.h"

#include <algorithm>
#include <cstring>

#include "daemon/journal/digest.h"

namespace rolloutd::daemon {

std::uint64_t record_counts::of(const policies::ticket_id& ticket) const {
    if (const auto known = watched_.find(ticket); known != watched_.end()) return known->second;
    if (past_.empty()) return 0;
    const name_hash who = hash_of(ticket);
    const auto place = place_of(who);
    return is_at(place, who) ? place->count : 0;
}

void record_counts::set(const policies::ticket_id& ticket, std::uint64_t count) {
    if (const auto known = watched_.find(ticket); known != watched_.end()) {
        known->second = count;
        return;
    }
    watched_.emplace(ticket, count);
    if (past_.empty()) return;
    const name_hash who = hash_of(ticket);
    if (const auto place = place_of(who); is_at(place, who)) past_.erase(place);
}

void record_counts::let_go(const policies::ticket_id& ticket) {
    const auto known = watched_.find(ticket);
    if (known == watched_.end()) return;
    const name_hash who = hash_of(ticket);
    past_.insert(place_of(who), {who, known->second});
    watched_.erase(known);
}

record_counts::listed record_counts::past_after(const std::string& hash, std::size_t most) const {
    auto place = past_.begin();
    if (!hash.empty()) {
        const std::optional<name_hash> last = parse_hash(hash);
        if (last) place = std::ranges::upper_bound(past_, *last, {}, &entry::who);
    }
    listed some;
    for (; place != past_.end() && some.size() < most; ++place)
        some.emplace_hint(some.end(), hex_of(place->who), place->count);
    return some;
}

bool record_counts::add_past(const std::string& hash, std::uint64_t count) {
    const std::optional<name_hash> who = parse_hash(hash);
    if (!who) return false;
    const auto place = place_of(*who);
    if (is_at(place, *who)) return false;
    past_.insert(place, {*who, count});
    return true;
}

std::string record_counts::hex_of(const name_hash& who) {
    return to_hex({reinterpret_cast<const char*>(who.data()), who.size()});
}

std::optional<record_counts::name_hash> record_counts::parse_hash(const std::string& hex) {
    const std::string bytes = from_hex(hex);
    name_hash who{};
    if (bytes.size() != who.size()) return std::nullopt;
    std::memcpy(who.data(), bytes.data(), who.size());
    return who;
}

record_counts::name_hash record_counts::hash_of(const policies::ticket_id& ticket) {
    const std::string bytes = from_hex(sha256_of(ticket));
    name_hash who{};
    std::memcpy(who.data(), bytes.data(), who.size());
    return who;
}

std::vector<record_counts::entry>::const_iterator record_counts::place_of(
    const name_hash& who) const {
    return std::ranges::lower_bound(past_, who, {}, &entry::who);
}

bool record_counts::is_at(std::vector<entry>::const_iterator place, const name_hash& who) const {
    return place != past_.end() && place->who == who;
}

}  // namespace rolloutd::daemon
