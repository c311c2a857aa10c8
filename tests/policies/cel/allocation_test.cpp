// Conditions are evaluated for every ticket at every poll: plain ones must not touch the heap. A
// program of its own, because it counts every allocation that is made.

#include <atomic>
#include <cstdlib>
#include <new>

#include "cel_support.h"

namespace {

std::atomic<long> allocations{0};

}  // namespace

#ifdef ROLLOUTD_SANITIZED
// The sanitizers replace the allocator themselves, and tell whom they are asked to tell. GCC ships
// the function, but not the header that declares it.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void*,
                                                                           std::size_t),
                                                         void (*freed)(const volatile void*));
static void count(const volatile void*, std::size_t) { ++allocations; }
static void ignore(const volatile void*) {}
[[maybe_unused]] static const int hooked = __sanitizer_install_malloc_and_free_hooks(count, ignore);
#else
void* operator new(std::size_t size) {
    ++allocations;
    if (void* made = std::malloc(size)) return made;
    throw std::bad_alloc();
}

void operator delete(void* what) noexcept { std::free(what); }
void operator delete(void* what, std::size_t) noexcept { std::free(what); }
#endif

namespace rolloutd::policies::cel::test {

// Borrowed facts, as the daemon's are.
class borrowed_facts : public facts {
public:
    value variable(int slot) const override {
        return slot == 4 ? value::list(sizes_) : facts::variable(slot);
    }

private:
    class numbers : public list_source {
    public:
        std::size_t size() const override { return 100; }
        value at(std::size_t index) const override {
            return value::integer(static_cast<std::int64_t>(index));
        }
    };
    numbers sizes_;
};

long allocations_of(const char* text) {
    const expression condition = compiled(text);
    const borrowed_facts all;
    const long before = allocations;
    EXPECT_FALSE(condition.evaluate(all, {}).is_error()) << text;
    return allocations - before;
}

TEST(allocation, is_counted_here) { EXPECT_GT(allocations_of("[1, 2] == [1, 2]"), 0); }

TEST(allocation, is_not_needed_by_plain_conditions) {
    for (const char* text :
         {"double(count.abnormal) / 10.0 > 1.0 - share / 100.0 && count.finished >= 10",
          "age > duration('15m') && count.abnormal == 0",
          "count.finished % 2 == 1 ? share > 0.5 : age.getMinutes() > 3",
          "!(count.abnormal + count.finished > 5) || count.abnormal != 3"}) {
        EXPECT_EQ(allocations_of(text), 0) << text;
    }
}

TEST(allocation, is_made_once_by_a_loop_not_once_a_round) {
    EXPECT_LE(allocations_of("sizes.exists(s, s > 50 && s == 99)"), 1);
}

}  // namespace rolloutd::policies::cel::test
