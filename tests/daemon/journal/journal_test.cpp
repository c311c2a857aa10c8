// DESIGN §9 sentence by sentence: order, durability, files, failures.

#include "daemon/journal/journal.h"

#include <gmock/gmock.h>

#include "daemon/journal/verify.h"
#include "policies/policy_loader.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

verified whole(world& in) {
    const auto checked = verify_journal(in.files, {.deep = true});
    EXPECT_TRUE(checked) << to_text(checked.error());
    return checked ? *checked : verified{};
}

TEST(journal, begins_with_a_checkpoint_and_a_start) {
    world in;
    in.start();
    const std::vector<std::string> lines = in.lines();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_THAT(lines[0], HasSubstr("{\"v\":1,\"seq\":1,\"at\":\"2026-11-21T10:15:30.123Z\","
                                    "\"kind\":\"checkpoint\",\"journal\":\"61616161616161616161"));
    EXPECT_THAT(lines[0], HasSubstr("\"prev\":\"" + std::string(no_hash) + "\""));
    EXPECT_THAT(lines[1], HasSubstr("\"kind\":\"start\",\"version\":\"0.1.0\""));
    EXPECT_THAT(lines[1], HasSubstr("\"epoch\":1,"));
    EXPECT_TRUE(in.files.files.contains("snapshots/1"));
}

TEST(journal, orders_at_once_and_counts_per_ticket) {
    world in;
    in.start();
    EXPECT_EQ(in.record("SCT1", policies::watched{}).seq, 3U);
    EXPECT_EQ(in.record("SCT2", policies::watched{}).seq, 4U);
    EXPECT_EQ(in.record("SCT1", an_observation(1)).seq, 5U);
    EXPECT_EQ(in.log->durable_seq(), 2U);
    in.settle();
    EXPECT_EQ(in.log->durable_seq(), 5U);
    EXPECT_THAT(in.lines()[3], HasSubstr("\"ticket\":\"SCT2\",\"tseq\":1,"));
    EXPECT_THAT(in.lines()[4], HasSubstr("\"ticket\":\"SCT1\",\"tseq\":2,"));
    whole(in);
}

TEST(journal, an_intent_has_request_journal_and_epoch) {
    world in;
    in.start();
    in.log->append_intent("SCT1", an_intent(), {"PUT", "/v1/x", "{\"a\":1}"});
    in.settle();
    EXPECT_THAT(in.lines().back(),
                HasSubstr("\"request\":{\"method\":\"PUT\",\"target\":\"/v1/x\",\"body\":"
                          "\"{\\\"a\\\":1}\"},\"journal\":\"616161"));
    EXPECT_THAT(in.lines().back(), HasSubstr("\"operation\":{\"do\":\"pause\"},\"attempt\":1,"));
    EXPECT_THAT(in.lines().back(), HasSubstr("\"epoch\":1,\"prev\""));
}

TEST(journal, time_never_goes_backwards) {
    world in;
    in.start();
    in.now -= std::chrono::hours(1);
    EXPECT_EQ(in.record("SCT1", policies::watched{}).at, time_of("2026-11-21T10:15:30.123Z"));
    in.settle();
    whole(in);
}

TEST(journal, what_begins_a_file_does_not_lie_before_its_checkpoint) {
    world in;
    in.options.rotate = 4000;
    in.look = policies::duration{3};  // a snapshot takes its time
    in.start();
    for (int n = 0; n < 12; ++n)
        in.record("SCT1", an_observation(n, n));
    in.settle();
    const auto names = in.segments();
    EXPECT_GT(names.size(), 2U);
    timestamp before{};
    for (const std::string& name : names) {
        for (const std::string& line : in.lines(name)) {
            const timestamp at = parse_record(line)->head.at;
            EXPECT_LE(before, at) << line;
            before = at;
        }
    }
}

TEST(journal, a_file_that_is_full_is_followed_by_the_next) {
    world in;
    in.options.rotate = 4000;
    in.start();
    for (int n = 0; n < 12; ++n)
        in.record("SCT1", an_observation(n, n));
    in.settle();
    const auto names = in.segments();
    ASSERT_GT(names.size(), 2U);
    for (const std::string& name : names) {
        EXPECT_THAT(in.lines(name)[0], HasSubstr("\"kind\":\"checkpoint\""));
        EXPECT_TRUE(
            in.files.files.contains("snapshots/" + std::to_string(*parse_segment_name(name))));
    }
    for (const std::string& line : in.lines(names[1]))
        if (line.find("\"observe\"") != std::string::npos) {
            EXPECT_THAT(line, HasSubstr("\"reading\":{")) << "first in a file: whole";
            break;
        }
    EXPECT_EQ(whole(in).files, names.size());
    EXPECT_TRUE(same_durable_state(in.fold().tickets.at("SCT1"), in.as_recorded("SCT1")));
}

TEST(journal, a_new_utc_day_begins_a_new_file) {
    world in;
    in.now = time_of("2026-11-21T23:59:59.999Z");
    in.start();
    in.record("SCT1", policies::watched{});
    in.now += policies::duration(1);
    in.record("SCT1", policies::foreign{});
    in.settle();
    EXPECT_THAT(in.segments(), ElementsAre("000000000001.jsonl", "000000000004.jsonl"));
    whole(in);
}

TEST(journal, goes_on_in_the_same_file_after_a_restart) {
    world in;
    in.start();
    in.record("SCT1", policies::watched{});
    in.record("SCT1", an_observation(1));
    in.settle();
    const recovered state = in.start();
    EXPECT_EQ(state.last.seq, 4U);
    in.record("SCT1", an_observation(2));
    in.settle();
    EXPECT_THAT(in.segments(), ElementsAre("000000000001.jsonl"));
    EXPECT_THAT(in.lines()[4], HasSubstr("\"epoch\":2,"));
    EXPECT_THAT(in.lines()[5], HasSubstr("\"reading\":{")) << "after a start: whole";
    EXPECT_THAT(in.lines()[5], HasSubstr("\"tseq\":3,"));
    whole(in);
}

TEST(journal, a_second_daemon_finds_the_lock_taken) {
    world in;
    in.start();
    const auto second = journal::open({in.files,
                                       in.io.get_executor(),
                                       in.io.get_executor(),
                                       [&] { return in.now; },
                                       {},
                                       {},
                                       nullptr,
                                       nullptr},
                                      {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().why, journal_failure::kind::locked);
}

TEST(journal, a_policy_is_recorded_once_per_digest_and_file) {
    world in;
    in.start();
    in.log->append_policy({"web.yaml", std::string(64, 'a'), "policy: web"});
    in.log->append_policy({"web.yaml", std::string(64, 'a'), "policy: web"});
    EXPECT_EQ(in.log->last_seq(), 3U);
    in.settle();
    in.start();
    in.log->append_policy({"web.yaml", std::string(64, 'a'), "policy: web"});
    EXPECT_EQ(in.log->last_seq(), 4U);
    in.log->append_policy({"web.yaml", std::string(64, 'b'), "policy: web2"});
    EXPECT_EQ(in.log->last_seq(), 5U);
}

// The first letters of the digests whose texts stand in a file, in their order.
std::string texts_in(world& in, const std::string& segment) {
    std::string digests;
    for (const std::string& line : in.lines(segment)) {
        const auto what = parse_record(line);
        if (what->head.kind == "policy") digests += what->body.at("sha256").as_string().front();
    }
    return digests;
}

policy_body a_policy(char digest, std::string text = "policy: web") {
    return {"web.yaml", std::string(64, digest), std::move(text)};
}

void reload(world& in, char digest) {
    reload_body what;
    what.accepted = true;
    what.settings = {{"mode", std::string(1, digest)}};
    in.log->append(daemon_body{what});
    in.log->append_policy(a_policy(digest));
    in.settle();
}

TEST(journal, a_file_that_a_start_begins_has_the_texts_of_the_policies) {
    world in;
    in.start();
    in.log->append_policy(a_policy('a'));
    in.settle();
    in.now += std::chrono::days(1);
    in.start();
    in.log->append_policy(a_policy('a'));
    in.settle();
    EXPECT_EQ(texts_in(in, "000000000004.jsonl"), "a");
    in.start();
    in.log->append_policy(a_policy('a'));
    in.settle();
    EXPECT_EQ(texts_in(in, "000000000004.jsonl"), "a") << "once per file";
    whole(in);
}

TEST(journal, a_reload_back_to_an_old_policy_records_it_in_a_file_that_lacks_it) {
    world in;
    in.start();
    in.log->append_policy(a_policy('a'));
    reload(in, 'b');
    in.now += std::chrono::days(1);
    in.record("SCT1", policies::watched{});
    in.settle();
    const std::string second = in.segments()[1];
    EXPECT_EQ(texts_in(in, second), "b");
    reload(in, 'a');
    EXPECT_EQ(texts_in(in, second), "ba");
    reload(in, 'b');
    EXPECT_EQ(texts_in(in, second), "ba");
}

TEST(journal, a_file_that_a_reload_begins_has_what_was_and_what_is_in_force) {
    world in;
    in.start();
    reload(in, 'a');
    in.now += std::chrono::days(1);
    reload(in, 'b');
    const std::string second = in.segments()[1];
    EXPECT_THAT(in.lines(second)[0], HasSubstr("\"settings\":{\"mode\":\"a\"}"));
    EXPECT_EQ(texts_in(in, second), "ab");
    in.now += std::chrono::days(1);
    in.record("SCT1", policies::watched{});
    in.settle();
    EXPECT_THAT(in.lines(in.segments()[2])[0], HasSubstr("\"settings\":{\"mode\":\"b\"}"));
    EXPECT_EQ(texts_in(in, in.segments()[2]), "b");
}

TEST(journal, the_largest_policy_stands_whole_in_every_file) {
    world in;
    in.start();
    const std::string text(policies::max_policy_bytes, '\n');
    in.log->append_policy(a_policy('a', text));
    for (int day = 0; day < 2; ++day) {
        in.now += std::chrono::days(1);
        in.record("SCT1", policies::foreign{});
        in.settle();
    }
    ASSERT_EQ(in.segments().size(), 3U);
    for (const std::string& name : in.segments()) {
        const std::vector<std::string> lines = in.lines(name);
        const auto found = std::ranges::find_if(
            lines, [](const auto& each) { return parse_record(each)->head.kind == "policy"; });
        ASSERT_NE(found, lines.end()) << name;
        EXPECT_EQ(parse_record(*found)->body.at("text").as_string(), text);
    }
    whole(in);
}

TEST(journal, policies_that_are_larger_than_a_file_make_none_full) {
    world in;
    in.options.rotate = 4096;
    in.start();
    in.log->append_policy(a_policy('a', std::string(6000, 'x')));
    in.settle();
    for (int second = 0; second < 20; ++second) {
        in.now += std::chrono::seconds(1);
        in.log->append(daemon_body{seen_body{in.now}});
        in.log->tick();
        in.settle();
    }
    EXPECT_LE(in.segments().size(), 4U);
    in.start();
    in.log->append_policy(a_policy('a', std::string(6000, 'x')));
    in.settle();
    in.log->tick();
    in.settle();
    EXPECT_LE(in.segments().size(), 4U) << "nor does a start";
    whole(in);
}

TEST(journal, no_secret_reaches_the_disk) {
    world in;
    in.options.rotate = 3000;
    in.start();
    for (int n = 0; n < 5; ++n)
        in.record("SCT1", an_observation(n, 1));
    in.settle();
    for (const auto& [path, file] : in.files.files) {
        EXPECT_THAT(file->bytes, Not(HasSubstr("hunter2"))) << path;
        EXPECT_THAT(file->bytes, Not(HasSubstr("tenant 42"))) << path;
    }
}

TEST(journal, checkpoints_are_signed_when_there_is_a_key) {
    world in;
    in.key = *signer::load(
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
        "-----END PRIVATE KEY-----\n");
    in.start();
    in.settle();
    verify_options how;
    how.key = in.key->public_key();
    EXPECT_EQ(how.key, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    EXPECT_EQ(verify_journal(in.files, how)->checkpoints_signed, 1U);
    how.key[0] = 'e';
    EXPECT_EQ(verify_journal(in.files, how).error().what, "it is signed with another key");
    EXPECT_FALSE(signer::load("no key"));
}

TEST(journal, no_line_is_longer_than_a_mebibyte) {
    world in;
    in.start();
    policies::observed huge;
    huge.what = a_reading(1);
    for (int n = 0; n < 20'000; ++n) {
        policies::instance_info each;
        each.id = 1000 + n;
        each.host = std::string(100, 'h');
        huge.what.details[0].instances.push_back(each);
    }
    in.record("SCT1", huge);
    policies::held act;
    act.reason = std::string(2 << 20, '\n');
    in.record("SCT1", act);
    in.settle();
    EXPECT_THAT(in.lines()[2], Not(HasSubstr("details")));
    EXPECT_THAT(in.lines()[3], HasSubstr(" [cut]"));
    whole(in);
}

struct kept_mirror final : journal_mirror {
    std::vector<mirrored> entries;
    void mirror(const mirrored& what) noexcept override { entries.push_back(what); }
};

TEST(journal, each_record_is_mirrored_with_its_fields) {
    kept_mirror copy;
    world in;
    in.mirror = &copy;
    in.start();
    in.record("SCT1", a_decision());
    ASSERT_FALSE(copy.entries.empty());
    EXPECT_EQ(copy.entries.front().fields.at("ROLLOUTD_KIND"), "checkpoint");
    EXPECT_EQ(copy.entries.back().fields.at("ROLLOUTD_SEQ"), std::to_string(copy.entries.size()));
    const mirrored& last = copy.entries.back();
    EXPECT_EQ(last.priority, 5);
    EXPECT_EQ(last.fields.at("ROLLOUTD_TICKET"), "SCT1");
    EXPECT_EQ(last.fields.at("ROLLOUTD_POLICY"), "web-fleet");
    EXPECT_EQ(last.fields.at("ROLLOUTD_RULE"), "too-many-failures");
    EXPECT_THAT(last.message, HasSubstr("web-fleet/too-many-failures ticket: act pause"));
}

}  // namespace
}  // namespace rolloutd::daemon
