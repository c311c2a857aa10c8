// The program itself: its exit codes, its port file and its end.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "tests/simulator/test_client.h"

namespace coc_sim {
namespace {

using ::testing::HasSubstr;

const std::string demo = std::string(COC_SIM_SCENARIOS) + "/guarded.yaml";

// A folder of its own that goes with the test.
struct folder {
    std::filesystem::path path;
    folder() {
        std::string name = ::testing::TempDir() + "coc_sim_XXXXXX";
        path = ::mkdtemp(name.data());
    }
    ~folder() { std::filesystem::remove_all(path); }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    std::string file(const std::string& name) const { return path / name; }
    std::string text(const std::string& name) const {
        std::ifstream in(path / name);
        return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }
};

// coc-sim with these arguments, its output in the folder's files `out` and `err`.
pid_t launch(const folder& at, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), COC_SIM_PROGRAM);
    std::vector<char*> raw;
    for (std::string& one : arguments)
        raw.push_back(one.data());
    raw.push_back(nullptr);
    posix_spawn_file_actions_t files{};
    posix_spawn_file_actions_init(&files);
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&files, 1, at.file("out").c_str(), flags, 0600);
    posix_spawn_file_actions_addopen(&files, 2, at.file("err").c_str(), flags, 0600);
    pid_t child = -1;
    EXPECT_EQ(::posix_spawn(&child, COC_SIM_PROGRAM, &files, nullptr, raw.data(), environ), 0);
    posix_spawn_file_actions_destroy(&files);
    return child;
}

int exit_code(pid_t child) {
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The port that the child writes; 0 after ten seconds without one.
std::uint16_t port_of(const folder& at) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < deadline) {
        const std::string text = at.text("port");
        if (!text.empty()) return static_cast<std::uint16_t>(std::stoi(text));
        std::this_thread::yield();
    }
    return 0;
}

TEST(sim_program, help_and_usage_errors_have_their_exit_codes) {
    const folder at;
    EXPECT_EQ(exit_code(launch(at, {"--help"})), 0);
    EXPECT_THAT(at.text("out"), HasSubstr("--scenario"));
    EXPECT_EQ(exit_code(launch(at, {})), 64);
    EXPECT_EQ(exit_code(launch(at, {"--scenario", demo, "--listen", "nowhere"})), 64);
    EXPECT_EQ(exit_code(launch(at, {"--scenario", demo, "--speed", "-1"})), 64);
    EXPECT_EQ(exit_code(launch(at, {"--scenario", demo, "--tls-cert", "only.pem"})), 64);
}

TEST(sim_program, a_bad_scenario_exits_78_and_says_where) {
    const folder at;
    std::ofstream(at.file("bad.yaml")) << "tickets:\n- {id: A, batchs: []}\n";
    EXPECT_EQ(exit_code(launch(at, {"--scenario", at.file("bad.yaml")})), 78);
    EXPECT_THAT(at.text("err"), HasSubstr("bad.yaml:2: ticket: unknown key `batchs`"));
    EXPECT_EQ(exit_code(launch(at, {"--scenario", at.file("absent.yaml")})), 78);
    EXPECT_THAT(at.text("err"), HasSubstr("cannot read"));
}

TEST(sim_program, it_tells_where_it_listens_and_ends_cleanly) {
    for (const int signal : {SIGTERM, SIGINT}) {
        const folder at;
        std::ofstream(at.file("token")) << "right\n";
        const pid_t child = launch(at, {"--scenario", demo, "--port-file", at.file("port"), "--log",
                                        at.file("log"), "--token-file", at.file("token")});
        const std::uint16_t port = port_of(at);
        ASSERT_NE(port, 0);
        const std::string target = "/v1/job/script/orders";
        testing::test_client client(port);
        EXPECT_EQ(client.get(target).status, 401);
        const auto seen = client.exchange("GET " + target +
                                          " HTTP/1.1\r\nHost: h\r\nX-Auth-Token: right\r\n\r\n");
        EXPECT_EQ(seen.status, 200);
        EXPECT_THAT(at.text("log"), HasSubstr(R"("x-auth-token":true)"));
        EXPECT_EQ(at.text("log").find("right"), std::string::npos);
        ::kill(child, signal);
        EXPECT_EQ(exit_code(child), 0);
        EXPECT_EQ(at.text("out"),
                  "coc-sim: listening on http://127.0.0.1:" + std::to_string(port) + "\n");
    }
}

}  // namespace
}  // namespace coc_sim
