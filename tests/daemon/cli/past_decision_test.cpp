// A decision is explained from its record alone, long after daemon, policy and cloud are gone.

#include "daemon/cli/past_decision.h"

#include <gmock/gmock.h>

#include "tests/daemon/programs.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(programs, a_decision_of_the_past_is_told_with_what_followed) {
    stage on;
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.start(a_setup({"SCT1"}, guarding_policies(), on.folder / "s"));
    on.run_for(10s);
    on.stop();
    for (const auto& [path, file] : on.files.files)
        folder.write("state/" + path, file->bytes);
    const std::string number = std::to_string(on.records("decision").at(0).head.seq);
    const ran done = ctl({"explain", "SCT1", "--decision", number, "--config", config});
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_THAT(done.out,
                AllOf(HasSubstr("decision " + number), HasSubstr("rule web/too-many-failures"),
                      HasSubstr("act pause"), HasSubstr("2 of 7 = 28.6%"), HasSubstr("intent"),
                      HasSubstr("result"), HasSubstr("rests on the reading of record")));
    const ran machine =
        ctl({"explain", "SCT1", "--decision", number, "-o", "json", "--config", config});
    EXPECT_THAT(machine.out, AllOf(HasSubstr("[{\"v\":1"), HasSubstr("\"kind\":\"intent\"")));
    for (const char* other : {"1", "99999"}) {
        const ran none = ctl({"explain", "SCT1", "--decision", other, "--config", config});
        EXPECT_EQ(none.code, 1);
        EXPECT_THAT(none.err, HasSubstr("is no decision about SCT1"));
    }
    EXPECT_EQ(ctl({"explain", "SCT2", "--decision", number, "--config", config}).code, 1);
    EXPECT_EQ(ctl({"explain", "SCT1", "--decision", "x", "--config", config}).code, 64);
}

}  // namespace

TEST(past_decision, other_records_are_passed_by) {
    cli::past_decision story(5);
    record other;
    other.head.kind = "decision";
    other.head.seq = 4;
    story.take(other, "{}");
    other.head.kind = "observe";
    other.head.seq = 5;
    story.take(other, "{}");
    EXPECT_FALSE(story.found());
}

}  // namespace rolloutd::daemon::testing
