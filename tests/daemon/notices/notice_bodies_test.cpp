#include "daemon/notices/notice_bodies.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "tests/daemon/notices/noon.h"

namespace rolloutd::daemon {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

const sender us{"guard-1", "https://coc.example.com", "p1", "0123", "1.2.3"};

notice a_notice() {
    notice made;
    made.id = "0123/7";
    made.key = "k";
    made.state = notice_state::began;
    made.event = "rule_holds";
    made.summary = "web/bad of SCT1 holds";
    made.text = "count.abnormal = 3, \"quoted\"";
    made.ticket = "SCT1";
    made.policy = "web";
    made.rule = "bad";
    made.subject = "ticket";
    made.episode = 2;
    made.mode = "enforce";
    made.at = noon;
    made.seq = 7;
    return made;
}

TEST(webhook_body, says_what_where_why_and_which_record) {
    EXPECT_EQ(json::parse(webhook_body(a_notice(), us, {noon + 1s, {9, "abc"}, 0})),
              json::parse(R"({"version":1,"id":"0123/7","state":"began","event":"rule_holds",
            "severity":"warning","summary":"web/bad of SCT1 holds",
            "text":"count.abnormal = 3, \"quoted\"","at":"2026-11-21T12:00:00.000Z",
            "ticket":"SCT1","policy":"web","rule":"bad","subject":"ticket","episode":2,
            "mode":"enforce",
            "from":{"instance":"guard-1","version":"1.2.3","cloud":"https://coc.example.com",
                    "project":"p1"},
            "journal":{"id":"0123","seq":7,"durable":true,"newest":{"seq":9,"hash":"abc"}}})"));
}

TEST(webhook_body, says_when_its_record_is_not_on_the_disk_and_what_was_lost) {
    notice what = a_notice();
    what.ended = noon + 5s;
    const auto body = json::parse(webhook_body(what, us, {noon + 6s, {6, "abc"}, 3})).as_object();
    EXPECT_EQ(body.at("journal").at("durable"), false);
    EXPECT_EQ(body.at("lost"), 3);
    EXPECT_EQ(body.at("ended"), "2026-11-21T12:00:05.000Z");
}

TEST(webhook_body, leaves_out_what_there_is_not) {
    notice what;
    what.id = "0123/fleet_blind/x";
    what.event = "fleet_blind";
    what.at = noon;
    const auto body =
        json::parse(webhook_body(what, {"", "", "", "0123", "1"}, {noon, {}, 0})).as_object();
    for (const char* absent : {"ticket", "policy", "rule", "subject", "episode", "lost", "ended"})
        EXPECT_FALSE(body.contains(absent)) << absent;
    EXPECT_FALSE(body.at("journal").as_object().contains("seq"));
}

// openssl: printf '1795262400.{"a":1}' | openssl dgst -sha256 -hmac 's3cret'
TEST(webhook_signature, is_what_others_compute) {
    EXPECT_EQ(webhook_signature("s3cret", noon, "{\"a\":1}"),
              "t=1795262400,v1=c4f52210027800a3702223924f2cececf1e3a9145c0ab54609612ad3faf86a49");
    EXPECT_NE(webhook_signature("s3cret", noon + 1s, "{\"a\":1}"),
              webhook_signature("s3cret", noon, "{\"a\":1}"));
    EXPECT_NE(webhook_signature("s3creT", noon, "{\"a\":1}").substr(13),
              webhook_signature("s3cret", noon, "{\"a\":1}").substr(13));
}

TEST(alertmanager_body, has_labels_that_stay_and_notes_that_may_change) {
    EXPECT_EQ(json::parse(alertmanager_body({a_notice()}, us, {noon + 1s, {9, "abc"}, 0})),
              json::parse(R"([{"labels":{"alertname":"RolloutdRuleHolds","severity":"warning",
                    "instance":"guard-1","project":"p1","ticket":"SCT1","policy":"web",
                    "rule":"bad"},
                  "annotations":{"summary":"web/bad of SCT1 holds",
                    "description":"count.abnormal = 3, \"quoted\"","mode":"enforce",
                    "journal_newest":"9 abc","journal_record":"7"},
                  "startsAt":"2026-11-21T12:00:00.000Z","endsAt":"2026-11-21T12:05:01.000Z"}])"));
}

TEST(alertmanager_body, what_has_ended_is_resolved_with_the_same_labels) {
    notice over = a_notice();
    over.state = notice_state::ended;
    over.ended = noon + 30s;
    over.seq = 12;
    const auto both =
        json::parse(alertmanager_body({a_notice(), over}, us, {noon + 40s, {9, "abc"}, 0}))
            .as_array();
    EXPECT_EQ(both.at(0).at("labels"), both.at(1).at("labels"));
    EXPECT_EQ(both.at(1).at("endsAt"), "2026-11-21T12:00:30.000Z");
    EXPECT_EQ(both.at(1).at("annotations").at("journal_record"), "12 (not on disk)");
}

TEST(webhook_signature, is_none_rather_than_a_wrong_one) {
    EXPECT_EQ(webhook_signature("", noon, "{}"), "");
}

TEST(alertmanager_body, nothing_is_in_the_future_of_a_machine_that_was_set_back) {
    notice over = a_notice();
    over.ended = noon + 30s;
    const auto both =
        json::parse(alertmanager_body({a_notice(), over}, us, {noon - 1h, {}, 0})).as_array();
    EXPECT_EQ(both.at(0).at("startsAt"), "2026-11-21T11:00:00.000Z");
    EXPECT_EQ(both.at(0).at("endsAt"), "2026-11-21T11:05:00.000Z");
    EXPECT_EQ(both.at(1).at("endsAt"), "2026-11-21T11:00:00.000Z");
}

TEST(alertmanager_body, tells_batches_and_instances_apart) {
    notice one = a_notice();
    one.subject = "batch:2";
    const auto all = json::parse(alertmanager_body({one}, us, {noon, {}, 0})).as_array();
    EXPECT_EQ(all.at(0).at("labels").at("subject"), "batch:2");
}

}  // namespace
}  // namespace rolloutd::daemon
