#pragma once
// rolloutctl's way to the daemon: one request over its unix socket, blocking, bounded in time and
// size.

#include <string>

namespace rolloutd::daemon::cli {

struct local_answer {
    int status = 0;  // 0: the daemon was not reached; `body` says why
    std::string body;
};

// Ends within 15 s; takes at most 64 MiB.
local_answer get_local(const std::string& socket_path, const std::string& target);

// The same with a JSON body.
local_answer post_local(const std::string& socket_path, const std::string& target,
                        const std::string& body);

}  // namespace rolloutd::daemon::cli
