#include "policies/check.h"

#include <cstdio>
#include <cstdlib>

namespace rolloutd::policies {

void invariant_broken(const char* what, const char* file, int line) noexcept {
    std::fprintf(stderr, "rolloutd: broken invariant: %s (%s:%d)\n", what, file, line);
    std::abort();
}

}  // namespace rolloutd::policies
