// The quick way to text gives the same bytes as the way over parsed values, and a patch made to a
// value is the same as one made to its text.

#include "daemon/journal/text_json.h"

#include <gtest/gtest.h>

#include <random>

#include "daemon/journal/patch_json.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;

std::string quick(const policies::ticket_state& what) {
    std::string text;
    text::write_members_text(text, what, "id");
    return text;
}

TEST(text_json, a_ticket_is_written_as_over_parsed_values) {
    world in;
    in.start();
    EXPECT_EQ(quick({}), json_text(text::write_members(policies::ticket_state{}, "id")));
    in.record("SCT1", policies::watched{{{"te\"am", "\xc3\xbc\n\xff"}}, "config"});
    for (int n = 0; n < 6; ++n) {
        in.record("SCT1", an_observation(n, 1));
        policies::verdict_changed turned;
        turned.policy = "web-fleet";
        turned.rule = "hung-host";
        turned.who = {policies::subject_kind::instance, 51045000000 + n};
        turned.to = policies::verdict::yes;
        turned.episode = 1;
        in.record("SCT1", turned);
        in.record("SCT1", a_decision());
        if (n == 3) in.record("SCT1", an_intent());
        if (n == 4) in.record("SCT1", policies::held{{1000, "ana", "looks"}});
        const policies::ticket_state& state = in.tickets.at("SCT1");
        EXPECT_EQ(quick(state), json_text(text::write_members(state, "id")));
    }
}

// Any reading there is: a batch or a host more or less, and now and then out of order.
policies::reading any_reading(std::mt19937& random) {
    policies::reading what =
        a_reading(static_cast<int>(random() % 12), static_cast<int>(random() % 3));
    if (random() % 3 == 0) what.details.clear();
    if (random() % 4 == 0) what.details.push_back({2, 5, {}});
    if (random() % 4 == 0) what.batches.pop_back();
    if (random() % 5 == 0) std::reverse(what.batches.begin(), what.batches.end());
    if (random() % 5 == 0) what.info.params.clear();
    if (random() % 3 == 0) what.info.params["new"] = std::to_string(random() % 3);
    if (random() % 5 == 0) what.info.current_batch.reset();
    if (random() % 5 == 0) what.info.name.clear();
    for (policies::batch_detail& batch : what.details) {
        std::erase_if(batch.instances, [&](const auto&) { return random() % 6 == 0; });
        if (random() % 6 == 0) std::reverse(batch.instances.begin(), batch.instances.end());
    }
    return what;
}

TEST(text_json, a_patch_to_a_value_is_the_patch_to_its_text) {
    std::mt19937 random(4);
    policies::reading now = any_reading(random);
    for (int n = 0; n < 2'000; ++n) {
        const policies::reading next = any_reading(random);
        const auto patch = merge_diff(text::write_members(now), text::write_members(next));
        text::patch_members(now, patch);
        ASSERT_EQ(now, next) << json_text(patch);
    }
}

}  // namespace
}  // namespace rolloutd::daemon
