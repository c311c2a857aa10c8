#include "daemon/replay/recorded_settings.h"

#include <gtest/gtest.h>

#include "daemon/settings_record.h"
#include "policies/digest.h"
#include "policies/policy_loader.h"
#include "tests/daemon/replay/recorded_story.h"

namespace rolloutd::daemon::testing {
namespace {

policies::settings some_settings() {
    policies::settings rules;
    rules.ceiling = policies::mode::propose;
    rules.cloud_timeout = 7s;
    rules.tries = 5;
    rules.limits.spread = 90s;
    rules.legal[policies::action::continue_ticket].insert(policies::status_word::abnormal);
    rules.secrets = {"geheim"};
    policies::load_result loaded = policies::load_policies({{"guard.yaml", guard_policy}});
    rules.policies = std::make_shared<const policies::policy_set>(std::move(loaded.set));
    return rules;
}

start_body start_of(const policies::settings& rules) {
    start_body what;
    what.version = "0.0.9";
    what.settings = settings_record(rules);
    what.policies = policy_digests(rules);
    return what;
}

policy_body text_of(const policies::settings& rules) {
    const policies::policy& first = rules.policies->policies.front();
    return {first.file, first.sha256, first.text};
}

TEST(recorded_settings, are_those_that_the_start_told_with_the_policies_behind_it) {
    const policies::settings was = some_settings();
    recorded_settings told(nullptr);
    told.take(start_of(was));
    told.take(text_of(was));
    const settings_in_force& is = told.now();
    ASSERT_TRUE(is.rules) << is.missing;
    EXPECT_EQ(is.rules->ceiling, was.ceiling);
    EXPECT_EQ(is.rules->cloud_timeout, was.cloud_timeout);
    EXPECT_EQ(is.rules->tries, was.tries);
    EXPECT_EQ(is.rules->limits, was.limits);
    EXPECT_EQ(is.rules->legal, was.legal);
    EXPECT_EQ(is.rules->secrets, was.secrets);
    EXPECT_EQ(is.rules->policies->sha256, was.policies->sha256);
    EXPECT_EQ(told.versions(), std::set<std::string>{"0.0.9"});
}

TEST(recorded_settings, change_with_a_reload_that_was_accepted) {
    policies::settings rules = some_settings();
    recorded_settings told(nullptr);
    told.take(start_of(rules));
    told.take(text_of(rules));
    const int first = told.now().generation;
    EXPECT_EQ(told.before_reload(), nullptr);
    reload_body refused;
    told.take(refused);
    EXPECT_EQ(told.now().generation, first);
    rules.tries = 2;
    reload_body accepted;
    accepted.accepted = true;
    accepted.settings = settings_record(rules);
    accepted.policies = policy_digests(rules);
    told.take(accepted);
    EXPECT_EQ(told.now().generation, first + 1);
    EXPECT_EQ(told.now().rules->tries, 2);
    ASSERT_NE(told.before_reload(), nullptr);
    EXPECT_EQ(told.before_reload()->rules->tries, 5);
}

TEST(recorded_settings, say_which_text_is_missing) {
    recorded_settings told(nullptr);
    EXPECT_FALSE(told.now().rules);
    told.take(start_of(some_settings()));
    EXPECT_FALSE(told.now().rules);
    EXPECT_TRUE(told.now().missing.starts_with("the text of guard.yaml")) << told.now().missing;
}

TEST(recorded_settings, are_told_by_a_checkpoint_where_no_start_is_kept) {
    const policies::settings was = some_settings();
    recorded_settings told(nullptr);
    checkpoint_body head;
    head.settings = settings_record(was);
    told.take(head);
    told.take(text_of(was));
    ASSERT_TRUE(told.now().rules) << told.now().missing;
    EXPECT_EQ(told.now().rules->tries, 5);
}

TEST(recorded_settings, of_another_kind_are_refused) {
    recorded_settings told(nullptr);
    start_body odd;
    odd.settings = {{"mode", "dance"}};
    told.take(odd);
    EXPECT_EQ(told.now().missing, "the recorded settings cannot be read");
}

}  // namespace
}  // namespace rolloutd::daemon::testing
