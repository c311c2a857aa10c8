#pragma once
// For what cannot happen. A broken invariant ends the process at once: systemd starts it again, and
// the state is folded anew from the journal, which is safer than going on with a state that makes
// no sense.

namespace rolloutd::policies {

[[noreturn]] void invariant_broken(const char* what, const char* file, int line) noexcept;

}  // namespace rolloutd::policies

#define ROLLOUTD_CHECK(condition)                                                   \
    do {                                                                            \
        if (!(condition)) [[unlikely]]                                              \
            ::rolloutd::policies::invariant_broken(#condition, __FILE__, __LINE__); \
    } while (false)
