// The journal for people.

#include "daemon/journal/history.h"

#include <gmock/gmock.h>

#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::ElementsAre;

std::vector<std::string> shown(world& in, const history_filter& filter) {
    std::vector<std::string> out;
    const auto done = read_history(in.files, filter, [&](const record& what, std::string_view) {
        out.push_back(sentence(what));
        return true;
    });
    EXPECT_TRUE(done);
    return out;
}

TEST(history, tells_each_record_in_a_sentence) {
    world in;
    in.start();
    in.record("SCT1", policies::watched{{}, "config"});
    in.record("SCT1", an_observation(3, 1));
    in.record("SCT1", an_observation(5, 1));
    in.record("SCT1", a_decision());
    in.record("SCT1", an_intent());
    in.record("SCT1", policies::answered{7, policies::answer_kind::accepted, 200, "", "", {}});
    in.record("SCT1", policies::effected{7, policies::effect_kind::confirmed, ""});
    in.record("SCT2", policies::blinded{std::nullopt, "network", "timeout", "no answer in 10 s"});
    in.settle();
    EXPECT_THAT(
        shown(in, {.ticket = "SCT1"}),
        ElementsAre(
            "watched, by config",
            "read whole: PROCESSING, batch 1, 1 ABNORMAL, 3 FINISHED, 21 READY",
            "changed:, 5 FINISHED, 19 READY",
            "web-fleet/too-many-failures ticket: act pause (failed 12.5, percent(count.abnormal, "
            "judged) 12.5, ticket.status PROCESSING, ok true)",
            "web-fleet/too-many-failures ticket: will send pause, try 1",
            "intent 7 was answered: accepted, HTTP 200", "intent 7: confirmed"));
    EXPECT_THAT(shown(in, {.kinds = {"blind", "start"}}),
                ElementsAre("started: version 0.1.0, epoch 1",
                            "cannot be judged: network timeout: no answer in 10 s"));
    EXPECT_TRUE(shown(in, {.since = in.now + std::chrono::seconds(1)}).empty());
    EXPECT_TRUE(shown(in, {.ticket = "SCT"}).empty());
}

TEST(history, tells_what_people_did) {
    world in;
    in.start();
    const policies::person ana{1000, "ana", "looking"};
    policies::proposed asked;
    asked.policy = "web";
    asked.rule = "escalate";
    asked.what.what = policies::action::cancel;
    asked.expires = time_of("2026-11-21T11:00:00.000Z");
    in.record("SCT1", asked);
    asked.expires.reset();
    asked.proposal = 2;
    asked.fate = policies::proposal_fate::expired;
    asked.detail = "nobody answered";
    in.record("SCT1", asked);
    in.record("SCT1", policies::held{ana});
    in.record("SCT1", policies::operated{ana, "deny", 2, {}, {}, "there is no open proposal 2"});
    in.record("SCT1", policies::operated{ana, "skip_batch", {}, 3, {}, ""});
    policies::intended intent;
    intent.by = "ana";
    intent.what = {policies::action::skip_batch, 3, std::nullopt};
    in.record("SCT1", intent);
    in.settle();
    EXPECT_THAT(
        shown(in, {.ticket = "SCT1"}),
        ElementsAre(
            "web/escalate ticket: proposes cancel, until 2026-11-21T11:00:00.000Z",
            "web/escalate ticket: proposal 2 is expired, nobody answered", "hold by ana: looking",
            "ana was refused: deny proposal 2, there is no open proposal 2; looking",
            "ana: skip_batch batch 3; looking", "ana: will send skip_batch batch 3, try 1"));
}

TEST(history, stops_when_told_and_names_what_it_cannot_read) {
    world in;
    in.start();
    int count = 0;
    EXPECT_TRUE(
        read_history(in.files, {}, [&](const record&, std::string_view) { return ++count < 1; }));
    EXPECT_EQ(count, 1);
    in.bytes()[in.bytes().find("\"kind\":\"start\"")] = 'x';
    const auto done =
        read_history(in.files, {}, [](const record&, std::string_view) { return true; });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().line, 2U);
}

TEST(history, a_file_that_a_daemon_removes_while_it_is_read_is_passed_over) {
    world in;
    in.options.rotate = 6000;
    in.start();
    for (int n = 0; n < 8; ++n)
        in.record("SCT1", an_observation(n, 1));
    in.settle();
    const auto names = in.segments();
    ASSERT_GE(names.size(), 2U);
    // More than is read at once.
    in.bytes(names[0]).append(std::size_t{2} << 20, 'x');
    sequence last = 0;
    const auto done = read_history(in.files, {}, [&](const record& each, std::string_view) {
        in.files.files.erase("journal/" + names[0]);
        last = each.head.seq;
        return true;
    });
    EXPECT_TRUE(done) << to_text(done.error());
    EXPECT_EQ(last, in.log->last_seq());
}

TEST(history, a_line_of_the_table_has_fixed_columns) {
    record what;
    what.head = {41, time_of("2026-11-21T10:15:30.123Z"), "effect", "SCT1", 7};
    what.body = {{"intent", 39}, {"effect", "lost"}, {"detail", "no pause in 60 s"}};
    EXPECT_EQ(table_line(what),
              "2026-11-21 10:15:30Z        41  effect      SCT1                        "
              "intent 39: lost, no pause in 60 s");
}

}  // namespace
}  // namespace rolloutd::daemon
