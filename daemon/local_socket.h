#pragma once
// The file side of the daemon's unix socket: whether it may be made at a path, and who may use it.
// Called by the admin server alone.

#include <sys/types.h>

#include <optional>
#include <string>

namespace rolloutd::daemon {

// Makes the path free for a new socket: its folder exists and only we or root may write to it, and
// a socket that nobody answers on is removed. Returns what is wrong, or nullopt.
std::optional<std::string> prepare_socket_path(const std::string& path);

// Mode 0660, of `group` where there is such a group and we may give it. Returns what is wrong.
std::optional<std::string> restrict_socket(const std::string& path, const std::string& group);

// The user at the other end of a connected unix socket (SO_PEERCRED); nullopt when the kernel does
// not say.
std::optional<uid_t> peer_uid(int socket);

}  // namespace rolloutd::daemon
