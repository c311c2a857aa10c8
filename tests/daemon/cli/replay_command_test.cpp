#include "daemon/cli/replay_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/daemon/programs.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* patient = R"(version: 1
policy: patient
match: "true"
mode: enforce
rules:
  - name: many-failures
    when: count.abnormal >= 100
    do: pause
)";

// A daemon's day, put where the program looks for it.
struct replayed : programs {
    void live(const std::function<void(stage&)>& more = {}) {
        stage on;
        on.cloud.tickets["SCT1"] = a_rollout(2);
        setup made = a_setup({"SCT1"}, {}, on.folder / "s");
        made.rules.policies = pausing_policies();
        on.start(std::move(made));
        on.run_for(60s);
        on.stop();
        if (more) more(on);
        for (const auto& [path, file] : on.files.files)
            folder.write("state/" + path, file->bytes);
    }
};

TEST_F(replayed, the_record_of_a_daemon_follows_from_itself) {
    live();
    const ran done = ctl({"replay", "--config", config});
    EXPECT_EQ(done.code, 0) << done.out << done.err;
    EXPECT_THAT(done.out, AllOf(HasSubstr("ok: "), HasSubstr("1 ticket ")));
    EXPECT_EQ(ctl({"replay", folder / "state"}).code, 0);
    EXPECT_EQ(ctl({"replay", folder / "state/journal"}).code, 0);
    const ran machine = ctl({"replay", "-o", "json", "--ticket", "SCT1", folder / "state"});
    EXPECT_EQ(machine.code, 0);
    EXPECT_THAT(machine.out, AllOf(HasSubstr("\"equal\":true"), HasSubstr("\"intent\":1")));
}

TEST_F(replayed, a_damaged_journal_is_no_journal_to_replay) {
    live([](stage& on) {
        std::string& bytes = on.files.files.at("journal/000000000001.jsonl")->bytes;
        const std::size_t at = bytes.find("\"kind\":\"decision\"");
        bytes[at + 9] = 'D';
    });
    const ran done = ctl({"replay", folder / "state"});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.err, HasSubstr("its hash does not match"));
    EXPECT_EQ(done.out, "");
}

TEST_F(replayed, other_policies_that_would_have_acted_otherwise_are_2) {
    live();
    folder.write("tried/patient.yaml", patient);
    const ran done = ctl({"replay", "--policies", folder / "tried", folder / "state"});
    EXPECT_EQ(done.code, 2) << done.out << done.err;
    EXPECT_THAT(done.out,
                AllOf(HasSubstr("1 of 1 ticket would have been treated otherwise"),
                      HasSubstr("not paused, and was"), HasSubstr("web/too-many-failures: pause")));
    const ran machine =
        ctl({"replay", "-o", "json", "--policies", folder / "tried", folder / "state"});
    EXPECT_EQ(machine.code, 2);
    EXPECT_THAT(machine.out, HasSubstr("\"paused_only_old\":1"));
}

TEST_F(replayed, where_there_is_nothing_to_judge_nothing_is_ok) {
    std::filesystem::create_directory(folder / "empty");
    const ran nothing = ctl({"replay", folder / "empty"});
    EXPECT_EQ(nothing.code, 1);
    EXPECT_EQ(nothing.out, "");
    EXPECT_THAT(nothing.err, HasSubstr("it holds no journal"));
    live();
    const ran unknown = ctl({"replay", "--ticket", "SCT9", folder / "state"});
    EXPECT_EQ(unknown.code, 1);
    EXPECT_EQ(unknown.out, "");
    EXPECT_THAT(unknown.err, HasSubstr("no record that was read is of ticket SCT9"));
    folder.write("tried/patient.yaml", patient);
    EXPECT_EQ(
        ctl({"replay", "--policies", folder / "tried", "--ticket", "SCT9", folder / "state"}).code,
        1);
    EXPECT_EQ(ctl({"replay", "--ticket", "../SCT1", folder / "state"}).code, 64);
}

// What rests on what was not recorded cannot be tried.
TEST_F(replayed, policies_of_which_none_can_be_tried_are_1) {
    live();
    folder.write("tried/hosts.yaml", R"(version: 1
policy: hosts
match: "true"
mode: enforce
rules:
  - name: disk-full
    when: instances.exists(i, i.message.contains("disk"))
    do: pause
)");
    const ran done = ctl({"replay", "--policies", folder / "tried", folder / "state"});
    EXPECT_EQ(done.code, 1) << done.out;
    EXPECT_TRUE(done.out.starts_with("undetermined: not recorded: policy hosts is left out"))
        << done.out;
}

TEST_F(replayed, wrong_usage_is_64_and_what_is_not_there_is_1) {
    EXPECT_EQ(ctl({"replay", "--since", "yesterday", folder / "."}).code, 64);
    EXPECT_EQ(ctl({"replay", folder / "nothing"}).code, 1);
    live();
    folder.write("bad/bad.yaml", "version: 1\npolicy: bad\nmatch: 1\nrules: []\n");
    const ran done = ctl({"replay", "--policies", folder / "bad", folder / "state"});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.err, HasSubstr("bad.yaml:3"));
}

}  // namespace
}  // namespace rolloutd::daemon::testing
