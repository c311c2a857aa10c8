#pragma once
// What a person may give as the reason of an act: it stands in the journal for ever, and on many
// screens. Pure. Asked by the daemon, and by rolloutctl before it troubles the daemon.

#include <string>
#include <string_view>

namespace rolloutd::daemon {

inline constexpr std::size_t longest_reason = 512;  // bytes

// What is wrong with it, as a sentence without a full stop; "" when it will do.
std::string wrong_with_reason(std::string_view reason);

}  // namespace rolloutd::daemon
