#pragma once
// Bisection, for whoever asks rules about what may come (foresight.cpp, margin.cpp). Pure.

#include <concepts>

namespace rolloutd::policies {

// Between a number for which it does not hold and a larger one for which it does: the smallest that
// does, as exactly as asked.
template <std::integral Number, typename Holds>
Number narrowed(Number too_few, Number enough, Number exactness, const Holds& holds) {
    while (enough - too_few > exactness) {
        const Number middle = too_few + (enough - too_few) / 2;
        (holds(middle) ? enough : too_few) = middle;
    }
    return enough;
}

}  // namespace rolloutd::policies
