#include "daemon/cli/rolloutctl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/programs.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(programs, help_and_version_of_rolloutctl_are_no_errors_and_wrong_usage_is_64) {
    EXPECT_THAT(ctl({"--help"}).out, HasSubstr("Examples:"));
    EXPECT_EQ(ctl({"--version"}).code, 0);
    EXPECT_EQ(ctl({}).code, 64);
    EXPECT_EQ(ctl({"dance"}).code, 64);
    EXPECT_EQ(ctl({"status", "-o", "xml"}).code, 64);
    EXPECT_EQ(ctl({"history", "--since", "yesterday", "--config", config}).code, 64);
}

TEST_F(programs, a_kind_that_there_is_not_is_wrong_usage_and_those_that_there_are_are_named) {
    const ran done = ctl({"history", "--kind", "decision,decisions", "--config", config});
    EXPECT_EQ(done.code, 64);
    EXPECT_THAT(done.err, AllOf(HasSubstr("decisions"), HasSubstr("proposal"), HasSubstr("thaw")));
}

TEST_F(programs, a_decision_of_the_past_has_one_rule_already) {
    const ran done = ctl({"explain", "SCT1", "--decision", "4", "--rule", "r", "--config", config});
    EXPECT_EQ(done.code, 64);
    EXPECT_THAT(done.err, AllOf(HasSubstr("--rule"), HasSubstr("--decision")));
}

TEST_F(programs, check_takes_files_and_folders) {
    EXPECT_EQ(ctl({"check", folder / "policies.d"}).code, 0);
    EXPECT_EQ(ctl({"check", folder / "policies.d/web.yaml"}).code, 0);
    EXPECT_EQ(ctl({"check", folder / "none.yaml"}).code, 1);
    folder.write("policies.d/bad.yaml", "version: 1\npolicy: bad\nmatch: 1\nrules: []\n");
    const ran done = ctl({"check", "-o", "json", folder / "policies.d"});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.out, AllOf(HasSubstr("\"files\":2"), HasSubstr("\"line\":3")));
}

TEST_F(programs, check_ends_with_3_when_there_are_findings_only) {
    folder.write("odd.yaml",
                 "version: 1\npolicy: odd\nmatch: true\nrules:\n"
                 "  - {name: r, when: ticket.status == 'PAUSE', do: pause}\n");
    const ran done = ctl({"check", folder / "odd.yaml"});
    EXPECT_EQ(done.code, 3);
    EXPECT_THAT(done.out,
                HasSubstr("1 file with 1 rule; nothing is wrong, but there is 1 finding"));
    EXPECT_THAT(done.err, AllOf(HasSubstr("warning: `ticket.status` is never \"PAUSE\""),
                                HasSubstr("did you mean \"PAUSED\"?")));
    const ran machine = ctl({"check", "-o", "json", folder / "odd.yaml"});
    EXPECT_EQ(machine.code, 3);
    EXPECT_THAT(machine.out,
                AllOf(HasSubstr("\"code\":\"unknown-word\""), HasSubstr("\"severity\":\"warning\""),
                      HasSubstr("\"line\":5,\"column\":21,\"endLine\":5,")));
}

TEST_F(programs, check_tells_files_that_hold_nothing_apart_from_wrong_ones) {
    EXPECT_THAT(ctl({"check", folder / "policies.d/web.yaml"}).out, HasSubstr("ok: 1 file with "));
    folder.write("empty.d/readme.txt", "");
    const ran done = ctl({"check", folder / "empty.d"});
    EXPECT_EQ(done.code, 0);
    EXPECT_EQ(done.out, "ok: 0 files with 0 rules\n");
}

TEST_F(programs, check_tells_what_policies_cost) {
    folder.write("dear.yaml",
                 "version: 1\npolicy: dear\nmatch: true\nrules:\n"
                 "  - {name: cheap, when: count.abnormal > 1, do: pause}\n"
                 "  - {name: dear, when: count.stuck > 1, do: pause}\n");
    const std::string file = folder / "dear.yaml";
    const ran done = ctl({"check", "--cost", "--tickets", "200", "--every", "10s", file});
    EXPECT_EQ(done.code, 0);
    EXPECT_THAT(done.out,
                AllOf(HasSubstr("2 + 1 a running batch"), HasSubstr("count.stuck (batch details)"),
                      HasSubstr("3 calls a poll"), HasSubstr("60.0 calls/s"),
                      HasSubstr("more than 50 instances takes a call for each 50")));
    const ran machine = ctl({"check", "--cost", "-o", "json", "--running", "2", file});
    EXPECT_THAT(machine.out,
                AllOf(HasSubstr("\"calls_per_poll\":4"), HasSubstr("\"fact\":\"count.stuck\"")));
    EXPECT_EQ(ctl({"check", "--cost", "--every", "often", file}).code, 64);
    EXPECT_EQ(ctl({"check", "--tickets", "0", file}).code, 64);
}

TEST_F(programs, check_compares_times_with_the_poll_of_the_configuration) {
    folder.write("short.yaml",
                 "version: 1\npolicy: short\nmatch: true\nrules:\n"
                 "  - {name: r, when: count.abnormal > 1, for: 2s, do: pause}\n");
    const std::string file = folder / "short.yaml";
    EXPECT_EQ(ctl({"check", "--config", folder / "none", file}).code, 3);
    EXPECT_EQ(ctl({"check", "--config", folder / "none", "--every", "1s", file}).code, 0);
}

TEST_F(programs, a_daemon_that_is_not_there_is_69) {
    const ran done = ctl({"status", "--config", config});
    EXPECT_EQ(done.code, 69);
    EXPECT_THAT(done.err, HasSubstr("not reachable"));
    EXPECT_EQ(ctl({"watch", "--times", "1", "--config", config}).code, 69);
    EXPECT_EQ(ctl({"status", "../x", "--config", config}).code, 64);
}

TEST_F(programs, verify_and_history_need_a_journal) {
    EXPECT_EQ(ctl({"verify", folder / "nothing"}).code, 1);
    EXPECT_EQ(ctl({"verify", "--config", folder / "nowhere.yaml"}).code, 1);
}

// What a daemon wrote on its stage, put where the program looks for it.
void write_state(stage& on, const temporary_folder& folder) {
    for (const auto& [path, file] : on.files.files)
        folder.write("state/" + path, file->bytes);
}

TEST_F(programs, a_journal_is_verified_and_told) {
    stage on;
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.start(a_setup({"SCT1"}, guarding_policies(), on.folder / "s"));
    on.run_for(10s);
    on.stop();
    write_state(on, folder);
    EXPECT_THAT(ctl({"verify", "--config", config}).out, HasSubstr("ok: "));
    EXPECT_EQ(ctl({"verify", folder / "state"}).code, 0);
    EXPECT_EQ(ctl({"verify", folder / "state/journal"}).code, 0);
    EXPECT_THAT(ctl({"verify", "-o", "json", folder / "state"}).out, HasSubstr("\"ok\":true"));
    const std::string& bytes = on.files.files.at("journal/000000000001.jsonl")->bytes;
    const std::string hash = bytes.substr(bytes.find('\n') - 66, 64);
    EXPECT_EQ(ctl({"verify", folder / "state", "--kept", "1:" + hash}).code, 0);
    EXPECT_THAT(ctl({"verify", folder / "state", "--kept", "2:" + hash}).err,
                HasSubstr("its hash is not the one that is known of it"));
    EXPECT_THAT(ctl({"verify", folder / "state", "--kept", "99999:" + hash}).err,
                HasSubstr("the journal ends before it"));
    EXPECT_EQ(ctl({"verify", folder / "state", "--kept", "latest"}).code, 64);
    folder.write("key.pub", std::string(64, 'a') + "\n");
    EXPECT_THAT(ctl({"verify", folder / "state", "--key", folder / "key.pub"}).err,
                HasSubstr("no checkpoint is signed"));
    folder.write("key.pub", "no key");
    EXPECT_THAT(ctl({"verify", folder / "state", "--key", folder / "key.pub"}).err,
                HasSubstr("no Ed25519 public key"));
    const ran told = ctl({"history", "--config", config, "--kind", "decision,intent"});
    EXPECT_EQ(told.code, 0);
    EXPECT_THAT(told.out, AllOf(HasSubstr("too-many-failures"), HasSubstr("intent"),
                                ::testing::Not(HasSubstr("observe"))));
    const ran nothing =
        ctl({"history", "--config", config, "--ticket", "SCT2", "--since", "1h", "-o", "json"});
    EXPECT_EQ(nothing.code, 0);
    EXPECT_EQ(nothing.out, "");
}

TEST_F(programs, a_flipped_byte_is_found_and_its_record_is_named) {
    stage on;
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.start(a_setup({"SCT1"}, guarding_policies(), on.folder / "s"));
    on.run_for(10s);
    on.stop();
    std::string& bytes = on.files.files.at("journal/000000000001.jsonl")->bytes;
    const std::size_t third = bytes.find("\n", bytes.find("\n") + 1) + 40;
    bytes[third] = static_cast<char>(bytes[third] ^ 1);
    write_state(on, folder);
    const ran done = ctl({"verify", folder / "state"});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.err, HasSubstr("000000000001.jsonl:3"));
    EXPECT_EQ(ctl({"verify", "-o", "json", folder / "state"}).code, 1);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
