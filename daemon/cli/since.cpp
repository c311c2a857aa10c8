#include "daemon/cli/since.h"

#include <chrono>
#include <cstdio>
#include <ctime>

#include "daemon/cli/terminal.h"

namespace rolloutd::daemon::cli {

using policies::timestamp;

std::optional<timestamp> since_of(const std::string& text) {
    if (const auto at = policies::parse_timestamp(text)) return at;
    if (const auto length = policies::parse_duration(text))
        return timestamp{std::chrono::seconds{std::time(nullptr)}} - *length;
    std::fprintf(stderr,
                 "rolloutctl: --since %s: write how long ago, as 1h30m, or a time, as "
                 "2026-11-21T10:15:30.000Z\n",
                 harmless(text).c_str());
    return std::nullopt;
}

}  // namespace rolloutd::daemon::cli
