#pragma once
// How much of a search a test makes. The plain build makes all of it; under a sanitizer, where each
// step takes ten times as long, it is about memory and threads, which the first steps show as well.

namespace rolloutd::tests {

#ifdef ROLLOUTD_SANITIZED
inline constexpr unsigned every_nth_run = 5;
#else
inline constexpr unsigned every_nth_run = 1;
#endif

}  // namespace rolloutd::tests
