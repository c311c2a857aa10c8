#include "tests/sim/heap.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace rolloutd::sim::heap {

namespace {

// Before each block; keeps it aligned as new has to.
struct alignas(std::max_align_t) head {
    std::size_t size = 0;
    bool outside = false;
};

std::size_t alive = 0;
std::size_t most = 0;

// What malloc takes for it: eight bytes of bookkeeping, in steps of sixteen, at least 32.
std::size_t dealt(std::size_t size) {
    const std::size_t rounded = (size + 8 + 15) / 16 * 16;
    return std::max<std::size_t>(rounded, 32);
}

void* take(std::size_t size) {
    void* const raw = std::malloc(sizeof(head) + size);
    if (raw == nullptr) throw std::bad_alloc();
    head* const block = new (raw) head{size, is_outside};
    if (!block->outside) {
        alive += dealt(size);
        most = std::max(most, alive);
    }
    return block + 1;
}

void give(void* what) noexcept {
    if (what == nullptr) return;
    head* const block = static_cast<head*>(what) - 1;
    if (!block->outside) alive -= dealt(block->size);
    std::free(block);
}

}  // namespace

std::size_t live() { return alive; }
std::size_t peak() { return most; }
void forget_peak() { most = alive; }

}  // namespace rolloutd::sim::heap

// The program has one thread that matters: the counters are not guarded. Over-aligned blocks, which
// the daemon has none of, keep the library's own operators.
void* operator new(std::size_t size) { return rolloutd::sim::heap::take(size); }
void* operator new[](std::size_t size) { return rolloutd::sim::heap::take(size); }
void operator delete(void* what) noexcept { rolloutd::sim::heap::give(what); }
void operator delete[](void* what) noexcept { rolloutd::sim::heap::give(what); }
void operator delete(void* what, std::size_t) noexcept { rolloutd::sim::heap::give(what); }
void operator delete[](void* what, std::size_t) noexcept { rolloutd::sim::heap::give(what); }
