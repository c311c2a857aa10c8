#pragma once
// Equality and order of values as the language defines them, across number types. Never fails: what
// cannot be compared is unequal, or unordered.

#include <optional>

#include "policies/cel/value.h"

namespace rolloutd::policies::cel {

// One past the greatest int and the greatest uint.
inline constexpr double int_end = 9223372036854775808.0;
inline constexpr double uint_end = 18446744073709551616.0;

// The language's ==. Values of different kinds are unequal, but numbers are compared by value; NaN
// equals nothing. Lists and maps are compared element by element.
bool equal(const value& a, const value& b);

// The same within a bound: lists that share their elements can be far larger than what made them.
// `equal` is nullopt when more than `most` steps would be needed; `steps` is what it took.
struct bounded_equality {
    std::optional<bool> equal;
    std::size_t steps = 0;
};
bounded_equality equal_within(const value& a, const value& b, std::size_t most);

// Negative, zero or positive; nullopt when the two have no order (different kinds, NaN). Integers
// and doubles are compared as doubles after a range check, as the language's suite fixes it.
std::optional<int> order(const value& a, const value& b);

// bool, int, uint and string can be keys of a map.
bool is_map_key(const value& key);

// A total order of map keys and of whatever is looked up among them: numbers by value across kinds,
// a double that is no whole number next to none of them.
int order_keys(const value& a, const value& b);

}  // namespace rolloutd::policies::cel
