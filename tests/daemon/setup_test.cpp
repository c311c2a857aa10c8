#include "daemon/setup.h"

#include <gtest/gtest.h>

#include "tests/daemon/programs.h"

namespace rolloutd::daemon::testing {
namespace {

TEST_F(programs, what_was_written_becomes_settings_with_policies_and_zones) {
    const loaded all = load_setup(config, "");
    ASSERT_TRUE(all.good) << all.rendered;
    EXPECT_EQ(all.good->rules.policies->policies.size(), 1U);
    EXPECT_NE(all.good->rules.zones, nullptr);
    EXPECT_EQ(all.good->token_path, folder / "token");
    EXPECT_EQ(all.good->options.state, folder / "state");
}

TEST_F(programs, a_credential_of_the_service_comes_before_the_file_beside) {
    folder.write("credentials/token", "another");
    const loaded all = load_setup(config, folder / "credentials");
    ASSERT_TRUE(all.good);
    EXPECT_EQ(all.good->token_path, folder / "credentials/token");
}

TEST_F(programs, a_policy_folder_that_is_not_there_is_a_problem_of_the_configuration) {
    folder.write(
        "rolloutd.yaml",
        std::string(good_config).replace(std::string(good_config).find("policies.d"), 10, "none"));
    const loaded all = load_setup(config, "");
    EXPECT_FALSE(all.good);
    ASSERT_EQ(all.issues.size(), 1U);
    EXPECT_EQ(all.issues[0].file, config);
}

TEST_F(programs, what_a_reload_cannot_take_over_is_named) {
    const loaded before = load_setup(config, "");
    folder.write("rolloutd.yaml", std::string(good_config) + "poll: {every: 3s}\n");
    EXPECT_TRUE(needs_restart(*before.good, *load_setup(config, "").good).empty());
    folder.write("rolloutd.yaml",
                 std::string(good_config)
                     .replace(std::string(good_config).find("state: state"), 12, "state: other"));
    EXPECT_EQ(needs_restart(*before.good, *load_setup(config, "").good),
              std::vector<std::string>{"state"});
}

}  // namespace
}  // namespace rolloutd::daemon::testing
