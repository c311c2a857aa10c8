// What systemd hands over is taken if it is the admin socket, and refused if it is anything else.
// Each story runs in a process of its own: the sockets have fixed numbers.

#include "daemon/activation.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon {
namespace {

constexpr int first = 3;

void listen_at(int number, const std::string& path, bool listening = true) {
    const int made = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    const void* const plain = &address;
    if (::bind(made, static_cast<const sockaddr*>(plain), sizeof(address)) != 0) ::_exit(100);
    if (listening && ::listen(made, 1) != 0) ::_exit(101);
    if (made == number) return;
    ::dup2(made, number);
    ::close(made);
}

void announce(int count) {
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", std::to_string(count).c_str(), 1);
}

// What `story` says in a child of this process.
bool in_a_child(const std::function<bool()>& story) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(story() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(activation, without_systemd_there_is_no_socket_and_no_problem) {
    const handed_socket none = take_handed_socket("/run/rolloutd/rolloutd.sock");
    EXPECT_EQ(none.number, -1);
    EXPECT_EQ(none.problem, "");
}

TEST(activation, the_socket_of_the_configured_path_is_taken_and_named_no_more) {
    const testing::temporary_folder folder;
    EXPECT_TRUE(in_a_child([&] {
        listen_at(first, folder / "s");
        announce(1);
        const handed_socket taken = take_handed_socket(folder / "s");
        return taken.number == first && taken.problem.empty() &&
               std::getenv("LISTEN_FDS") == nullptr;
    }));
}

TEST(activation, a_socket_at_another_path_is_refused_with_the_path_that_is_wanted) {
    const testing::temporary_folder folder;
    EXPECT_TRUE(in_a_child([&] {
        listen_at(first, folder / "other");
        announce(1);
        const handed_socket taken = take_handed_socket(folder / "s");
        return taken.number == -1 && taken.problem.find(folder / "s") != std::string::npos;
    }));
}

TEST(activation, a_socket_that_does_not_listen_is_refused) {
    const testing::temporary_folder folder;
    EXPECT_TRUE(in_a_child([&] {
        listen_at(first, folder / "s", false);
        announce(1);
        return !take_handed_socket(folder / "s").problem.empty();
    }));
}

TEST(activation, two_sockets_are_refused_and_closed) {
    const testing::temporary_folder folder;
    EXPECT_TRUE(in_a_child([&] {
        listen_at(first, folder / "s");
        listen_at(first + 1, folder / "t");
        announce(2);
        const handed_socket taken = take_handed_socket(folder / "s");
        return taken.number == -1 && !taken.problem.empty() && ::close(first) != 0 &&
               ::close(first + 1) != 0;
    }));
}

}  // namespace
}  // namespace rolloutd::daemon
