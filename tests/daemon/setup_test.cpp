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

// The configuration with a cloud elsewhere, under this environment.
class behind_a_proxy : public programs {
protected:
    loaded load(const std::string& proxy, const std::string& except,
                const std::string& auth = "token_file: token") {
        std::string text(good_config);
        text.replace(text.find("http://127.0.0.1:1"), 18, "https://coc.example.com");
        text.replace(text.find("token_file: token"), 17, auth);
        folder.write("rolloutd.yaml", text);
        api::proxy_environment around;
        around.https_proxy = proxy;
        around.no_proxy = except;
        return load_setup(config, "", around);
    }
};

TEST_F(behind_a_proxy, cloud_and_iam_each_take_the_way_that_the_environment_names) {
    EXPECT_EQ(load("", "").good->ways.cloud, std::nullopt);
    const std::string iam =
        "iam: {endpoint: 'https://iam.example.com', domain: d, user: u, "
        "password_file: pw}";
    const loaded both = load("http://proxy.example:3128", "", iam);
    EXPECT_EQ(to_text(both.good->ways.cloud.value()), "proxy.example:3128");
    EXPECT_EQ(to_text(both.good->ways.iam.value()), "proxy.example:3128");
    const loaded one = load("http://proxy.example:3128", "coc.example.com", iam);
    EXPECT_EQ(one.good->ways.cloud, std::nullopt);
    EXPECT_TRUE(one.good->ways.iam.has_value());
}

TEST_F(behind_a_proxy, one_that_cannot_be_used_is_a_problem_and_its_password_is_not_shown) {
    const loaded all = load("http://user:hunter2@proxy.example:3128", "");
    EXPECT_FALSE(all.good);
    ASSERT_EQ(all.issues.size(), 1U);
    EXPECT_EQ(all.issues[0].code, "bad_proxy");
    EXPECT_NE(all.rendered.find("HTTPS_PROXY: it holds a user or password"), std::string::npos);
    EXPECT_NE(all.rendered.find("name coc.example.com in NO_PROXY"), std::string::npos);
    EXPECT_EQ(all.rendered.find("hunter2"), std::string::npos);
    EXPECT_TRUE(load("http://user:hunter2@proxy.example:3128", "example.com").good);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
