#include "tests/daemon/programs.h"

#include <cstdio>

#include "daemon/cli/rolloutctl.h"
#include "daemon/start.h"
#include "policies/policy_loader.h"

namespace rolloutd::daemon::testing {

namespace {

constexpr const char* good_policy = R"(version: 1
policy: web
match: "true"
rules:
  - name: many
    when: count.abnormal >= 2
    do: pause
)";

}  // namespace

const char* const good_config = R"(version: 1
cloud:
  endpoint: http://127.0.0.1:1
  auth: {token_file: token}
policies: policies.d
tickets: {watch: [SCT1]}
state: state
api: {socket: rolloutd.sock, listen: "127.0.0.1:0"}
)";

std::shared_ptr<const policies::policy_set> pausing_policies() {
    policies::load_result loaded = policies::load_policies({{"web.yaml", R"(version: 1
policy: web
match: "true"
mode: enforce
rules:
  - name: too-many-failures
    when: count.abnormal >= 1
    do: pause
)"}});
    EXPECT_FALSE(policies::has_errors(loaded.issues));
    return std::make_shared<const policies::policy_set>(std::move(loaded.set));
}

ran run_program(int (*program)(int, char**), std::vector<std::string> words) {
    std::vector<char*> line;
    for (std::string& each : words)
        line.push_back(each.data());
    line.push_back(nullptr);
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    ran result;
    result.code = program(static_cast<int>(words.size()), line.data());
    std::fflush(stdout);
    result.out = ::testing::internal::GetCapturedStdout();
    result.err = ::testing::internal::GetCapturedStderr();
    return result;
}

ran ctl(std::vector<std::string> words) {
    words.insert(words.begin(), "rolloutctl");
    return run_program(cli::run_rolloutctl, std::move(words));
}

ran daemon_with(std::vector<std::string> words) {
    words.insert(words.begin(), "rolloutd");
    return run_program(run_rolloutd, std::move(words));
}

programs::programs() {
    folder.write("rolloutd.yaml", good_config);
    folder.write("policies.d/web.yaml", good_policy);
    folder.write("token", "a-token\n");
}

}  // namespace rolloutd::daemon::testing
