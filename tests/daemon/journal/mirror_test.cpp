// The copy in journald: its bytes, and that nobody ever waits for it.

#include "daemon/journal/mirror.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

namespace rolloutd::daemon {
namespace {

class a_journald {
public:
    a_journald() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        std::string pattern = ::testing::TempDir() + "/rolloutd-mirror-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(path(), address.sun_path);
        EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    }
    a_journald(const a_journald&) = delete;
    a_journald& operator=(const a_journald&) = delete;
    ~a_journald() {
        ::close(socket_);
        std::filesystem::remove_all(folder_);
    }
    std::string path() const { return folder_ + "/socket"; }
    std::string receive() const {
        std::array<char, 4096> bytes{};
        const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
        return {bytes.data(), count < 0 ? 0U : static_cast<std::size_t>(count)};
    }

private:
    int socket_;
    std::string folder_;
};

TEST(mirror, speaks_the_native_protocol) {
    const a_journald daemon;
    const auto mirror = make_journald_mirror(daemon.path());
    mirror->mirror({5, "two\nlines", {{"ROLLOUTD_TICKET", "SCT1"}}});
    EXPECT_EQ(daemon.receive(),
              std::string("MESSAGE\n\x09\0\0\0\0\0\0\0two\nlines\n", 26) +
                  "PRIORITY=5\nSYSLOG_IDENTIFIER=rolloutd\nROLLOUTD_TICKET=SCT1\n");
}

TEST(mirror, a_journald_that_does_not_read_is_not_waited_for) {
    const a_journald daemon;
    const auto mirror = make_journald_mirror(daemon.path());
    for (int n = 0; n < 5000; ++n)
        mirror->mirror({6, std::string(1000, 'x'), {}});
    EXPECT_FALSE(daemon.receive().empty());
}

TEST(mirror, without_a_journald_nothing_happens) {
    for (const std::string& path : {std::string("/nowhere"), std::string(300, 'x')})
        EXPECT_NO_THROW(make_journald_mirror(path)->mirror({6, "lost", {}}));
}

}  // namespace
}  // namespace rolloutd::daemon
