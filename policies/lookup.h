#pragma once
// What is found by a ticket's id at each reading: in one step, where a tree of texts takes a dozen.
// It cannot be gone through, for the order that a hash table has its entries in is the library's
// affair and nothing may depend on it. Who needs an order keeps a std::map beside it.

#include <cstddef>
#include <unordered_map>
#include <utility>

#include "policies/ticket.h"

namespace rolloutd::policies {

template <class T>
class lookup {
public:
    // Null when there is none. What is found stays where it is until it is erased.
    T* find(const ticket_id& id) {
        const auto found = values_.find(id);
        return found == values_.end() ? nullptr : &found->second;
    }

    // There must be one: throws std::out_of_range.
    T& at(const ticket_id& id) { return values_.at(id); }

    // In place of what was there.
    void set(const ticket_id& id, T value) { values_.insert_or_assign(id, std::move(value)); }

    void erase(const ticket_id& id) { values_.erase(id); }

private:
    std::unordered_map<ticket_id, T> values_;
};

}  // namespace rolloutd::policies
