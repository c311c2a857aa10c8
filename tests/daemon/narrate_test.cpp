#include <gtest/gtest.h>

#include "daemon/journal_recorder.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

TEST(narrate, a_decision_is_told_with_its_reason_and_its_numbers) {
    memory_log log;
    policies::decided what;
    what.policy = "web";
    what.rule = "too-many";
    what.source = {"web.yaml", 7};
    what.do_ = policies::action::pause;
    what.outcome = policies::decision_outcome::suppressed;
    what.reason = policies::suppression::guarded;
    what.evidence = {{"count.abnormal", std::int64_t{3}, {}}, {"failed", 12.5, {}}};
    narrate(log, "SCT1", what, 41);
    ASSERT_EQ(log.lines.size(), 1U);
    EXPECT_EQ(log.lines[0],
              "info event=decision ticket=SCT1 rule=web/too-many subject=ticket do=pause "
              "outcome=suppressed reason=guarded evidence=\"count.abnormal = 3, failed = 12.5\" "
              "source=web.yaml:7 seq=41");
}

TEST(narrate, parameters_and_messages_are_never_told) {
    memory_log log;
    policies::decided what;
    what.evidence = {{"ticket.params[\"password\"]", std::string("hunter2"), {}},
                     {"instance.message", std::string("hunter3"), {}}};
    narrate(log, "SCT1", what, 1);
    EXPECT_EQ(log.count("hunter"), 0);
}

TEST(narrate, what_a_person_must_see_is_a_warning_and_the_many_are_for_debugging) {
    memory_log log;
    narrate(log, "SCT1", policies::notified{.text = "look"}, 1);
    narrate(log, "SCT1", policies::effected{.effect = policies::effect_kind::lost}, 2);
    narrate(log, "SCT1", policies::effected{.effect = policies::effect_kind::confirmed}, 3);
    narrate(log, "SCT1", policies::verdict_changed{}, 4);
    EXPECT_EQ(log.count("warning event=notify"), 1);
    EXPECT_EQ(log.count("warning event=effect"), 1);
    EXPECT_EQ(log.count("info event=effect"), 1);
    EXPECT_EQ(log.count("debug event=verdict"), 1);
}

TEST(narrate, what_people_do_and_what_waits_for_them_is_told) {
    memory_log log;
    const policies::person looker{1000, "ana", "looking"};
    narrate(log, "SCT1", policies::held{looker}, 1);
    narrate(log, "SCT1", policies::released{looker}, 2);
    narrate(log, "SCT1", policies::operated{looker, "approve", 7, {}, {}, "late"}, 3);
    policies::proposed asked;
    asked.policy = "web";
    asked.rule = "too-many";
    asked.what.what = policies::action::cancel;
    narrate(log, "SCT1", asked, 4);
    EXPECT_EQ(log.lines[0], "warning event=hold ticket=SCT1 by=ana reason=looking seq=1");
    EXPECT_EQ(log.lines[1], "warning event=release ticket=SCT1 by=ana reason=looking seq=2");
    EXPECT_EQ(log.lines[2],
              "warning event=operator ticket=SCT1 by=ana command=approve proposal=7 refused=late "
              "reason=looking seq=3");
    EXPECT_EQ(log.lines[3],
              "warning event=proposal ticket=SCT1 rule=web/too-many subject=ticket do=cancel "
              "fate=open proposal=4 seq=4");
}

}  // namespace
}  // namespace rolloutd::daemon::testing
