#include "daemon/replay/step_text.h"

#include <gtest/gtest.h>

#include "daemon/journal/event_text.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon::testing {
namespace {

record record_of(const policies::event& what) {
    record made;
    made.head.kind = policies::kind_of(what);
    made.head.ticket = "SCT1";
    made.body = body_of(what);
    return made;
}

TEST(step_text, gives_an_intent_its_request_journal_and_epoch) {
    fleet_state fleet;
    fleet.journal = "6f1c";
    fleet.epoch = 3;
    const std::string text = body_text("SCT1", an_intent(), fleet);
    EXPECT_NE(text.find(R"("target":"/v1/job/script/orders/SCT1/operation")"), std::string::npos)
        << text;
    EXPECT_TRUE(text.ends_with(R"("journal":"6f1c","epoch":3})")) << text;
}

TEST(step_text, takes_equal_records_as_equal_and_one_changed_byte_as_a_difference) {
    const policies::event decision = a_decision();
    record recorded = record_of(decision);
    EXPECT_TRUE(says(recorded, decision, "SCT1", decision, {}));
    recorded.body["episode"] = 2;
    EXPECT_FALSE(says(recorded, decision, "SCT1", decision, {}));
}

TEST(step_text, tells_kinds_apart) {
    const policies::event decision = a_decision();
    EXPECT_FALSE(says(record_of(decision), decision, "SCT1", policies::event{an_intent()}, {}));
}

TEST(step_text, compares_readings_by_what_they_say) {
    const policies::event one = an_observation(3);
    const policies::event other = an_observation(4);
    EXPECT_TRUE(says(record_of(one), one, "SCT1", one, {}));
    EXPECT_FALSE(says(record_of(one), one, "SCT1", other, {}));
}

}  // namespace
}  // namespace rolloutd::daemon::testing
