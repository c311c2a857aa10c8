// Tries what the service must not be able to do, and what it must, and prints one line for each:
// its name and "ok", or the error. Runs once with the unit's own settings and once without.

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

void tell(const char* what, bool done) {
    const int why = errno;
    std::printf("%s %s\n", what, done ? "ok" : ::strerrorname_np(why));
}

bool opens(const std::string& path, int how) {
    const int file = ::open(path.c_str(), how | O_CLOEXEC, 0600);
    if (file >= 0) ::close(file);
    return file >= 0;
}

bool speaks(int family, int kind, int protocol) {
    const int made = ::socket(family, kind | SOCK_CLOEXEC, protocol);
    if (made >= 0) ::close(made);
    return made >= 0;
}

bool runs_what_it_writes() {
    void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page != MAP_FAILED;
}

bool makes_a_setuid_file(const std::string& folder) {
    const std::string path = folder + "/probe-setuid";
    if (!opens(path, O_CREAT | O_WRONLY)) return false;
    const bool made = ::chmod(path.c_str(), 04755) == 0;
    const int why = errno;
    ::unlink(path.c_str());
    errno = why;
    return made;
}

bool is_realtime() {
    sched_param how{};
    how.sched_priority = 1;
    return ::sched_setscheduler(0, SCHED_FIFO, &how) == 0;
}

}  // namespace

int main() {
    const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
    const std::string token = std::string(credentials == nullptr ? "" : credentials) + "/token";
    tell("state", opens("/var/lib/rolloutd/probe", O_CREAT | O_WRONLY));
    tell("credential", opens(token, O_RDONLY));
    tell("internet", speaks(AF_INET, SOCK_STREAM, 0));
    tell("configuration", opens("/etc/rolloutd/rolloutd.yaml", O_RDONLY));

    tell("token_file", opens("/etc/rolloutd/token", O_RDONLY));
    tell("write_etc", opens("/etc/rolloutd/probe", O_CREAT | O_WRONLY));
    tell("write_usr", opens("/usr/share/rolloutd/probe", O_CREAT | O_WRONLY));
    tell("home", opens("/root", O_RDONLY | O_DIRECTORY));
    tell("other_processes", opens("/proc/1/status", O_RDONLY));
    tell("kernel_tunables", opens("/proc/sys/kernel/hostname", O_RDONLY));
    tell("write_and_run", runs_what_it_writes());
    tell("setuid_file", makes_a_setuid_file("/var/lib/rolloutd"));
    tell("user_namespace", ::unshare(CLONE_NEWUSER) == 0);
    tell("mount", ::mount("none", "/tmp", "tmpfs", 0, nullptr) == 0);
    tell("netlink", speaks(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    tell("raw_packets", speaks(AF_PACKET, SOCK_RAW, 0));
    tell("personality", ::personality(ADDR_NO_RANDOMIZE) != -1);
    tell("trace", ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0);
    tell("realtime", is_realtime());
    tell("hostname", ::sethostname("probe", 5) == 0);
    return 0;
}
