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

#include "daemon/journal/message_ids.h"

namespace rolloutd::daemon {
namespace {

class a_journald {
public:
    a_journald() {
        std::string pattern = ::testing::TempDir() + "/rolloutd-mirror-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
        appear();
    }
    void vanish() {
        ::close(socket_);
        std::filesystem::remove(path());
    }
    void appear() {
        socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
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
    int socket_ = -1;
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

TEST(mirror, what_a_journald_does_not_read_at_once_is_handed_over_later_in_order) {
    const a_journald daemon;
    const auto mirror = make_journald_mirror(daemon.path());
    constexpr int all = 5000;
    for (int n = 0; n < all; ++n)
        mirror->mirror({6, std::to_string(n) + std::string(1000, 'x'), {}});
    for (int n = 0; n < all; ++n) {
        std::string got = daemon.receive();
        if (got.empty()) {
            mirror->flush();
            got = daemon.receive();
        }
        ASSERT_TRUE(got.starts_with("MESSAGE=" + std::to_string(n) + "x")) << n;
    }
    EXPECT_EQ(daemon.receive(), "");
}

TEST(mirror, what_cannot_be_kept_is_counted_and_said) {
    const a_journald daemon;
    const auto mirror = make_journald_mirror(daemon.path());
    const std::size_t too_many = most_kept_entries + 5000;
    for (std::size_t n = 0; n < too_many; ++n)
        mirror->mirror({6, "entry", {}});
    std::size_t got = 0;
    std::string last;
    for (;;) {
        std::string next = daemon.receive();
        if (next.empty()) {
            mirror->flush();
            next = daemon.receive();
        }
        if (next.empty()) break;
        ++got;
        last = std::move(next);
    }
    const std::size_t lost = too_many - (got - 1);
    EXPECT_GE(got - 1, most_kept_entries);
    EXPECT_GT(lost, 0U);
    EXPECT_NE(last.find("ROLLOUTD_LOST=" + std::to_string(lost) + "\n"), std::string::npos) << last;
}

TEST(mirror, another_journald_at_the_same_path_is_found) {
    a_journald daemon;
    const auto mirror = make_journald_mirror(daemon.path());
    mirror->mirror({6, "to the first", {}});
    EXPECT_NE(daemon.receive(), "");
    daemon.vanish();
    mirror->mirror({6, "while nobody was there", {}});
    daemon.appear();
    mirror->flush();
    EXPECT_TRUE(daemon.receive().starts_with("MESSAGE=while nobody was there\n"));
}

TEST(mirror, an_entry_is_known_by_its_kind_and_its_author) {
    record what;
    what.head.kind = "freeze";
    what.head.seq = 7;
    what.body["author"] = "alice";
    const mirrored entry = entry_of(what);
    EXPECT_EQ(entry.fields.at("MESSAGE_ID"), message_id_of("freeze"));
    EXPECT_EQ(entry.fields.at("ROLLOUTD_AUTHOR"), "alice");
    EXPECT_EQ(entry.fields.at("ROLLOUTD_SEQ"), "7");
}

TEST(mirror, without_a_journald_nothing_happens) {
    for (const std::string& path : {std::string("/nowhere"), std::string(300, 'x')})
        EXPECT_NO_THROW(make_journald_mirror(path)->mirror({6, "lost", {}}));
}

}  // namespace
}  // namespace rolloutd::daemon
