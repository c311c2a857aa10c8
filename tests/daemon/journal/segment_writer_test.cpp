// The disk refuses in each way that it can: no record is lost, doubled or left out.

#include "daemon/journal/segment_writer.h"

#include <gmock/gmock.h>

#include "daemon/journal/event_text.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The disk refuses once, in each way that it can; nothing is lost, no number is left out.
class refusing_disk : public ::testing::TestWithParam<std::string> {};

TEST_P(refusing_disk, once_costs_the_wait_but_no_record) {
    world in;
    in.options.rotate = 3500;
    in.start();
    ASSERT_TRUE(run_durable(in, in.record("SCT1", policies::watched{}).seq)->has_value());
    in.files.fail(GetParam());
    for (int n = 0; n < 4; ++n)
        in.record("SCT1", an_observation(n, 1));
    const sequence last = in.log->last_seq();
    const auto failed = run_durable(in, last);
    ASSERT_TRUE(failed.has_value());
    EXPECT_FALSE(failed->has_value());
    EXPECT_FALSE(in.log->writable());
    EXPECT_THAT(in.log->failure(), HasSubstr("refused by the test"));

    in.now += std::chrono::seconds(5);
    in.log->tick();
    in.settle();
    EXPECT_TRUE(in.log->writable());
    EXPECT_EQ(in.log->durable_seq(), in.log->last_seq());
    EXPECT_EQ(in.log->pending_bytes(), 0U);
    in.record("SCT1", an_observation(9, 1));
    in.settle();
    expect_whole(in);
    const policies::ticket_state live = in.as_recorded("SCT1");
    in.crash();
    EXPECT_TRUE(same_durable_state(in.fold().tickets.at("SCT1"), live));
}

INSTANTIATE_TEST_SUITE_P(each, refusing_disk,
                         ::testing::Values("append", "sync", "create", "rename", "sync_folder"));

TEST(segment_writer, after_a_failed_write_the_file_is_cut_and_the_rest_goes_to_a_new_one) {
    world in;
    in.start();
    const std::string durable = in.bytes();
    in.files.fail("append");
    in.record("SCT1", policies::watched{});
    in.settle();
    EXPECT_GT(in.bytes().size(), durable.size());
    in.now += std::chrono::seconds(1);
    in.log->tick();
    in.settle();
    EXPECT_EQ(in.bytes(), durable);
    EXPECT_EQ(in.lines("000000000003.jsonl").size(), 1U);
    in.record("SCT1", policies::foreign{});
    in.settle();
    EXPECT_THAT(in.lines("000000000004.jsonl")[0], HasSubstr("\"kind\":\"checkpoint\""));
    EXPECT_THAT(in.lines("000000000004.jsonl")[1], HasSubstr("\"kind\":\"foreign\""));
    expect_whole(in);
}

}  // namespace
}  // namespace rolloutd::daemon
