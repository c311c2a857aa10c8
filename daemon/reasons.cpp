#include "daemon/reasons.h"

#include "policies/diagnostic.h"

namespace rolloutd::daemon {

std::string wrong_with_reason(std::string_view reason) {
    const std::string length = std::to_string(longest_reason);
    if (reason.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        return "a reason of 1 to " + length + " bytes is required";
    }
    if (reason.size() > longest_reason) {
        return "the reason has " + std::to_string(reason.size()) + " bytes, and at most " + length +
               " are kept: say it shorter, and name the incident";
    }
    for (std::size_t at = 0; at < reason.size(); ++at) {
        const auto byte = static_cast<unsigned char>(reason[at]);
        if (byte >= 0x80 && policies::steering_at(reason, at) == 0) {
            // A whole character: its later bytes say nothing by themselves.
            while (at + 1 < reason.size() &&
                   (static_cast<unsigned char>(reason[at + 1]) & 0xC0U) == 0x80U)
                ++at;
            continue;
        }
        if (policies::steering_at(reason, at) != 0 || byte == '\t') {
            return "the reason must be one line of UTF-8 text without control characters";
        }
    }
    return {};
}

}  // namespace rolloutd::daemon
