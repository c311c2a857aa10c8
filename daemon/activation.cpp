#include "daemon/activation.h"

#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cstring>

namespace rolloutd::daemon {

handed_socket take_handed_socket(const std::string& path) {
    handed_socket taken;
    const int count = sd_listen_fds(1);
    if (count == 0) return taken;
    if (count < 0) {
        taken.problem = std::string("the sockets that systemd hands over cannot be taken: ") +
                        std::strerror(-count);
        return taken;
    }
    const int first = SD_LISTEN_FDS_START;
    const bool fits = count == 1 && sd_is_socket_unix(first, SOCK_STREAM, 1, path.c_str(), 0) > 0;
    if (fits) {
        taken.number = first;
        return taken;
    }
    for (int n = 0; n < count; ++n)
        ::close(first + n);
    taken.problem =
        "systemd hands over " + std::to_string(count) +
        (count == 1 ? " socket, which does not listen on " : " sockets, one is wanted, on ") +
        path + ": ListenStream= of the socket unit and api.socket must name the same path";
    return taken;
}

}  // namespace rolloutd::daemon
