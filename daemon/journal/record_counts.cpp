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

record_counts::listed record_counts::past() const {
    listed all;
    for (const entry& each : past_) {
        const std::string_view bytes(reinterpret_cast<const char*>(each.who.data()),
                                     each.who.size());
        all.emplace_hint(all.end(), to_hex(bytes), each.count);
    }
    return all;
}

std::optional<record_counts> record_counts::from(listed watched, const listed& past) {
    record_counts made;
    made.watched_ = std::move(watched);
    made.past_.reserve(past.size());
    for (const auto& [hex, count] : past) {
        const std::string bytes = from_hex(hex);
        entry each{{}, count};
        if (bytes.size() != each.who.size()) return std::nullopt;
        std::memcpy(each.who.data(), bytes.data(), bytes.size());
        made.past_.push_back(each);
    }
    return made;
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
