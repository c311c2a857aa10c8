#pragma once
// Whose memory is it? In a program that links heap.cpp, every allocation is counted for the daemon
// unless an `outside` stands on the stack: then it belongs to the world around. What is freed is
// taken from whoever allocated it. In other programs this costs one assignment and counts nothing.

#include <cstddef>

namespace rolloutd::sim::heap {

inline thread_local bool is_outside = false;

// As long as it lives, what is allocated is the simulation's own.
class outside {
public:
    outside() : before_(is_outside) { is_outside = true; }
    outside(const outside&) = delete;
    outside& operator=(const outside&) = delete;
    ~outside() { is_outside = before_; }

private:
    bool before_;
};

// Of the daemon, in bytes as the allocator deals them out, its own bookkeeping included. Defined in
// heap.cpp alone.
std::size_t live();
std::size_t peak();
void forget_peak();

}  // namespace rolloutd::sim::heap
