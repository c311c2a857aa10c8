// Every event and every body comes back as it was written, and reads as docs/journal.md says.

#include "daemon/journal/event_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "daemon/journal/json_text.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace policies;
using namespace rolloutd::daemon::testing;

event there_and_back(const event& what) {
    record line;
    line.head.kind = kind_of(what);
    const auto text = parse_json(json_text(body_of(what)));
    line.body = text->get_object();
    const auto read = parse_event(line);
    EXPECT_TRUE(read) << to_text(read.error());
    return read ? *read : event();
}

TEST(event_text, every_event_comes_back) {
    verdict_changed turned;
    turned.policy = "p";
    turned.rule = "r";
    turned.who = {subject_kind::instance, 51045000000};
    turned.to = verdict::undetermined;
    turned.reason = "needs";
    turned.held = duration(5'400'007);
    answered answer{12, answer_kind::not_executed, 429, "APIGW.0308", "slow", duration(1500)};
    blinded dark{time_of("2026-11-21T10:00:00.000Z"), "network", "timeout", "no answer"};
    foreign other{action::continue_ticket, "seen", pause_origin::policy, "p/r", 2};
    const person ana{1000, "ana", "looking into it"};
    proposed asked;
    asked.fate = proposal_fate::expired;
    asked.proposal = 7;
    asked.what = {action::skip_batch, 2, std::nullopt};
    asked.expires = time_of("2026-11-21T10:00:00.000Z");
    intended ordered = an_intent();
    ordered.by = "ana";
    for (const event& what :
         {event(watched{{{"tier", "prod"}}, "config"}), event(unwatched{"over"}),
          an_observation(3, 1), event(dark), event(turned), a_decision(), event(an_intent()),
          event(answer), event(effected{12, effect_kind::overtaken, "ended"}),
          event(notified{"p", "r", {}, 1, -1, "text"}), event(other), event(observed{}),
          event(held{ana}), event(released{ana}), event(operated{ana, "approve", 7, {}, {}, "no"}),
          event(operated{ana, "cancel_instance", {}, {}, 51046, ""}), event(asked), event(ordered)})
        EXPECT_EQ(there_and_back(what), what) << json_text(body_of(what));
}

TEST(event_text, a_decision_carries_what_an_auditor_looks_for) {
    EXPECT_EQ(json_text(body_of(a_decision())),
              "{\"policy\":\"web-fleet\",\"policy_sha256\":\"" + std::string(64, 'c') +
                  "\",\"rule\":\"too-many-failures\",\"source\":\"web-fleet.yaml:11\","
                  "\"subject\":\"ticket\",\"episode\":1,\"step\":0,\"do\":\"pause\","
                  "\"outcome\":\"act\",\"reason\":\"\",\"evidence\":{\"failed\":12.5,"
                  "\"percent(count.abnormal, judged)\":{\"value\":12.5,\"arguments\":[3,24]},"
                  "\"ticket.status\":\"PROCESSING\",\"ok\":true}}");
}

TEST(event_text, numbers_of_evidence_keep_kind_and_value) {
    const double inf = std::numeric_limits<double>::infinity();
    decided what;
    what.evidence = {{"int", std::int64_t{9'007'199'254'740'993}, {}},
                     {"whole", 2.0, {}},
                     {"third", 1.0 / 3, {}},
                     {"small", 5e-324, {}},
                     {"sum", 0.1 + 0.2, {}},
                     {"inf", inf, {-inf, 1e308}}};
    EXPECT_EQ(there_and_back(what), event(what)) << json_text(body_of(what));
}

TEST(event_text, lists_out_of_order_come_back_as_they_were) {
    observed what;
    what.what = a_reading(3);
    std::swap(what.what.stats.rows[0], what.what.stats.rows[1]);
    what.what.batches.push_back(what.what.batches[0]);
    EXPECT_EQ(there_and_back(what), event(what));
}

TEST(event_text, wrong_bodies_are_refused_with_the_place) {
    record line;
    line.head = {5, {}, "decision", "SCT1", 1};
    line.body = {{"outcome", "perhaps"}};
    const auto read = parse_event(line);
    ASSERT_FALSE(read);
    EXPECT_EQ(
        to_text(read.error()),
        "record 5: decision cannot be read: outcome: 'perhaps' is not one of the known words");
    line.body = {{"episode", 1.5}};
    EXPECT_FALSE(parse_event(line));
    line.body = {{"episode", 99999999999}};
    EXPECT_FALSE(parse_event(line));
    line.body = {{"evidence", boost::json::array()}};
    EXPECT_FALSE(parse_event(line));
    line.head.kind = "nonsense";
    EXPECT_FALSE(parse_event(line));
}

TEST(event_text, secrets_and_messages_are_hashed) {
    const redaction hide{{"pass", "Token"}, "salt"};
    const reading shown = hide(a_reading(0, 1));
    EXPECT_EQ(shown.info.params.at("db_password"), "sha256:" + sha256_of("salthunter2"));
    EXPECT_EQ(shown.info.params.at("size"), "3");
    EXPECT_EQ(shown.details[0].instances[0].message,
              "sha256:" + sha256_of("disk of tenant 42 is full"));
    EXPECT_EQ(shown.details[0].instances[5].message, "");
    EXPECT_EQ(hide(shown), shown);
}

TEST(event_text, a_change_is_small_and_gives_the_whole_again) {
    reading_writer writer;
    record_reader reader;
    for (const auto& [finished, abnormal] : {std::pair{0, 0}, {3, 1}, {4, 1}, {4, 0}, {4, 0}}) {
        const event what = an_observation(finished, abnormal);
        record line;
        line.head = {1, {}, "observe", "SCT1", 1};
        line.body = writer.shorten("SCT1", body_of(what));
        EXPECT_EQ(line.body.contains("change"), finished > 0);
        if (finished == 4) {
            EXPECT_LT(json_text(line.body).size(), 500U) << json_text(line.body);
        }
        const auto whole = reader.complete(line);
        ASSERT_TRUE(whole) << to_text(whole.error());
        EXPECT_EQ(*parse_event(*whole), what);
    }
}

TEST(event_text, a_change_without_anything_before_is_refused) {
    record_reader reader;
    record line;
    line.head = {1, {}, "observe", "SCT1", 1};
    line.body = {{"change", boost::json::object()}};
    EXPECT_FALSE(reader.complete(line));
    line.body = {};
    EXPECT_FALSE(reader.complete(line));
}

}  // namespace
}  // namespace rolloutd::daemon
