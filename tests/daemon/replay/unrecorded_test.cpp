#include "daemon/replay/unrecorded.h"

#include <gtest/gtest.h>

#include "tests/daemon/replay/recorded_story.h"

namespace rolloutd::daemon::testing {
namespace {

using namespace policies;

constexpr const char* reading_messages = R"(version: 1
policy: disks
match: "true"
mode: enforce
rules:
  - name: disk-full
    when: instances.exists(i, i.message.contains("disk"))
    do: notify
)";

reading full_disks(int failed) {
    reading what = failing(failed);
    batch_detail detail;
    detail.index = 1;
    for (int n = 0; n < 10; ++n) {
        instance_info one;
        one.id = n + 1;
        one.status = n < failed ? "ABNORMAL" : n < failed + 5 ? "FINISHED" : "PROCESSING";
        one.message = n < failed ? "the disk is full" : "";
        detail.instances.push_back(one);
    }
    detail.size = 10;
    what.details = {detail};
    return what;
}

// A rollout that the guard pauses, while another policy looks at the instances' messages.
struct beside_messages : ::testing::Test {
    recorded_story story{{{"disks.yaml", reading_messages}, {"guard.yaml", guard_policy}}};

    void tell() {
        story.watch();
        story.after(5s).see(full_disks(0));
        story.after(5s).see(full_disks(0));
        for (int n = 0; n < 3; ++n)
            if (story.after(5s).see(full_disks(2)).send) story.answer();
        reading paused = full_disks(2);
        paused.info.status = "PAUSED";
        story.after(5s).see(paused);
    }

    void change(const std::string& kind, const std::string& from, const std::string& to) {
        story.rewrite([&](std::string line) {
            const bool meant = line.find("\"kind\":\"" + kind + "\"") != std::string::npos;
            const std::size_t at = meant ? line.find(from) : std::string::npos;
            return at == std::string::npos ? line : line.replace(at, from.size(), to);
        });
    }

    replay_report replay() {
        replay_options all;
        all.go_on = true;
        return story.replay(std::move(all));
    }
};

TEST_F(beside_messages, what_rests_on_them_is_undetermined_and_the_rest_is_compared) {
    tell();
    const replay_report got = replay();
    EXPECT_TRUE(got.differences.empty()) << got.differences.front().recorded << "\n"
                                         << got.differences.front().produced;
    ASSERT_EQ(got.undetermined.size(), 1U);
    EXPECT_EQ(got.undetermined.begin()->first,
              "not recorded: instances' messages, which policy disks names");
}

// The step in which both speak: the guard's verdict has nothing to do with messages.
TEST_F(beside_messages, a_verdict_of_another_policy_is_no_less_a_difference) {
    tell();
    change("verdict", R"("arguments":[2,7])", R"("arguments":[3,7])");
    const replay_report got = replay();
    ASSERT_FALSE(got.differences.empty());
    EXPECT_EQ(got.differences.front().kind, "verdict");
    EXPECT_NE(got.differences.front().recorded.find("guard"), std::string::npos);
}

TEST_F(beside_messages, a_decision_of_another_policy_is_no_less_a_difference) {
    tell();
    change("decision", R"("arguments":[2,7])", R"("arguments":[3,7])");
    const replay_report got = replay();
    ASSERT_FALSE(got.differences.empty());
    EXPECT_EQ(got.differences.front().kind, "decision");
}

TEST_F(beside_messages, an_operation_that_nobody_decided_is_a_difference) {
    tell();
    change("intent", "PAUSE_ORDER", "CANCEL_ORDER");
    const replay_report got = replay();
    ASSERT_FALSE(got.differences.empty());
    EXPECT_EQ(got.differences.front().kind, "intent");
}

TEST(unrecorded, a_pause_withheld_for_the_sake_of_such_a_policy_is_no_difference) {
    std::string disks = reading_messages;
    disks.replace(disks.find("do: notify"), 10, "do: cancel");
    std::string guard = guard_policy;
    guard.replace(guard.find("    for: 10s\n"), 13, "");
    recorded_story story({{"disks.yaml", disks}, {"guard.yaml", guard}});
    story.watch();
    story.after(5s).see(full_disks(0));
    story.after(5s).see(full_disks(0));
    story.after(5s).see(full_disks(2));
    ASSERT_FALSE(story.in.tickets.at("SCT1").flights.empty());
    const replay_report got = story.replay();
    EXPECT_TRUE(got.differences.empty()) << got.differences.front().recorded << "\n"
                                         << got.differences.front().produced;
    EXPECT_EQ(got.undetermined.size(), 1U);
}

TEST(unrecorded, parameters_are_only_where_one_is_a_hash) {
    policy_set all;
    all.policies.resize(2);
    all.policies[0].name = "params";
    all.policies[0].reads.params = true;
    all.policies[1].name = "counts";
    reading what;
    what.info.params = {{"size", "3"}};
    EXPECT_TRUE(resting_on_hashes(all, &what).empty());
    EXPECT_TRUE(resting_on_hashes(all, nullptr).empty());
    what.info.params["db_password"] = "sha256:" + std::string(64, 'a');
    const unrecorded_facts got = resting_on_hashes(all, &what);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got.begin()->first, "params");
}

}  // namespace
}  // namespace rolloutd::daemon::testing
