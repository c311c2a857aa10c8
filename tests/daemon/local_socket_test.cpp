#include "daemon/local_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon {
namespace {

int bound_socket(const std::string& path, bool listening) {
    const int made = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
    const void* const plain = &address;
    EXPECT_EQ(::bind(made, static_cast<const sockaddr*>(plain), sizeof(address)), 0);
    if (listening) {
        EXPECT_EQ(::listen(made, 1), 0);
    }
    return made;
}

TEST(local_socket, a_socket_that_nobody_listens_on_is_replaced) {
    const testing::temporary_folder folder;
    ::close(bound_socket(folder / "s", false));
    EXPECT_EQ(prepare_socket_path(folder / "s"), std::nullopt);
    EXPECT_NE(::access((folder / "s").c_str(), F_OK), 0);
}

TEST(local_socket, a_socket_of_another_daemon_is_left_alone) {
    const testing::temporary_folder folder;
    const int other = bound_socket(folder / "s", true);
    EXPECT_TRUE(prepare_socket_path(folder / "s"));
    EXPECT_EQ(::access((folder / "s").c_str(), F_OK), 0);
    ::close(other);
}

TEST(local_socket, a_file_that_is_no_socket_is_never_removed) {
    const testing::temporary_folder folder;
    folder.write("s", "dear to somebody");
    EXPECT_TRUE(prepare_socket_path(folder / "s"));
    EXPECT_EQ(::access((folder / "s").c_str(), F_OK), 0);
}

TEST(local_socket, a_folder_that_others_may_write_to_is_refused) {
    const testing::temporary_folder folder;
    ASSERT_EQ(::chmod(folder.path.c_str(), 0777), 0);
    EXPECT_TRUE(prepare_socket_path(folder / "s"));
    ASSERT_EQ(::chmod(folder.path.c_str(), 0755), 0);
    EXPECT_FALSE(prepare_socket_path(folder / "s"));
}

TEST(local_socket, a_path_that_no_socket_can_have_is_said_to_be_too_long) {
    EXPECT_TRUE(prepare_socket_path("/tmp/" + std::string(120, 'x')));
}

TEST(local_socket, the_peer_is_known_by_the_kernel) {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, static_cast<int*>(pair)), 0);
    EXPECT_EQ(peer_uid(pair[0]), ::geteuid());
    ::close(pair[0]);
    ::close(pair[1]);
}

}  // namespace
}  // namespace rolloutd::daemon
