#pragma once
// The admin socket that systemd listens on before the daemon runs (rolloutd.socket,
// sd_listen_fds(3)): requests that come while the daemon restarts wait instead of failing. Called
// once, at start, by the machine's ports.

#include <string>

namespace rolloutd::daemon {

struct handed_socket {
    int number = -1;      // of the listening socket, which whoever takes it owns; -1: there is none
    std::string problem;  // "" or why the daemon must not start with what it was given
};

// What systemd has handed over, which must be one unix stream socket that listens on `path`. Takes
// the variables that tell of it out of the environment.
handed_socket take_handed_socket(const std::string& path);

}  // namespace rolloutd::daemon
