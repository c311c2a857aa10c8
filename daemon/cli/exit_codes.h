#pragma once
// What rolloutctl ends with (DESIGN §4); 0 is well. Scripts rely on them.

namespace rolloutd::daemon::cli::exit_with {

inline constexpr int error = 1;
inline constexpr int differs = 2;   // other policies would have decided otherwise
inline constexpr int findings = 3;  // of the lint, and nothing is wrong
inline constexpr int usage = 64;
inline constexpr int unreachable = 69;

}  // namespace rolloutd::daemon::cli::exit_with
