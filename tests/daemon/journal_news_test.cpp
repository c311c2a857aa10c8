// What becomes of the journal reaches people: in the log, in readiness, on the pages.

#include "daemon/journal_news.h"

#include <gmock/gmock.h>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::HasSubstr;

struct journal_news_of_a_daemon : ::testing::Test {
    stage on;
    setup first = a_setup({"SCT1"}, guarding_policies(), on.folder / "s");
    journal_news_of_a_daemon() {
        first.options.journalling.rotate_bytes = 20'000;
        on.cloud.tickets["SCT1"] = a_rollout(0);
    }
    std::string page(const std::string& path) {
        admin_request what;
        what.method = "GET";
        what.path = path;
        what.local = true;
        pages shown(on.daemon->tickets(), *on.counters, [this] { return about; });
        return shown.answer(what).body;
    }
    /// A stopped daemon's journal of at least four files: the name of the oldest.
    std::string oldest_of_four() {
        on.start(first);
        for (int n = 0; on.files.list("journal")->size() < 4 && n < 400; ++n) {
            on.cloud.tickets["SCT1"] = a_rollout(n % 2);
            on.run_for(60s);
        }
        EXPECT_GE(on.files.list("journal")->size(), 4U);
        on.stop();
        return "journal/" + on.files.list("journal")->front();
    }
    daemon_facts about;
};

TEST_F(journal_news_of_a_daemon, damage_in_an_old_part_is_told_once_and_fails_readiness) {
    const std::string oldest = oldest_of_four();
    on.files.files.at(oldest)->bytes[400] ^= 1;
    on.start(first);
    on.run_for(20s);
    EXPECT_EQ(on.log.count("journal_damaged"), 1);
    EXPECT_EQ(on.log.count(oldest), 1);
    EXPECT_FALSE(on.daemon->ready());
    const std::string newest = "journal/" + on.files.list("journal")->back();
    EXPECT_THAT(on.files.files.at(newest)->bytes, HasSubstr("\"about\":\"journal_damaged\""));
    on.stop();
}

TEST_F(journal_news_of_a_daemon, an_old_part_that_cannot_be_read_fails_readiness_until_it_can) {
    const std::string oldest = oldest_of_four();
    on.files.unreadable = {oldest};
    on.start(first);
    on.run_for(20s);
    EXPECT_EQ(on.log.count("journal_damaged"), 0);
    EXPECT_EQ(on.log.count("journal_not_tidied"), 1);
    EXPECT_EQ(on.log.count(oldest), 1);
    EXPECT_FALSE(on.daemon->ready());
    on.files.unreadable.clear();
    for (int n = 0; n < 70; ++n)
        on.run_for(60s);
    EXPECT_TRUE(on.daemon->ready());
    on.stop();
}

TEST_F(journal_news_of_a_daemon, the_last_durable_record_is_shown_to_whoever_keeps_it) {
    on.start(first);
    about.journal_end = {41, std::string(64, 'a')};
    EXPECT_THAT(page("/api/v1/status"), HasSubstr("\"journal_seq\":41,\"journal_hash\":\"aaaa"));
    page("/metrics");
    about.journal_end = {42, std::string(64, 'b')};
    const std::string metrics = page("/metrics");
    EXPECT_THAT(metrics, HasSubstr("rolloutd_journal_durable_seq 42"));
    EXPECT_THAT(metrics, HasSubstr("hash=\"bbbb"));
    EXPECT_THAT(metrics, ::testing::Not(HasSubstr("hash=\"aaaa"))) << "one series";
    on.stop();
}

}  // namespace
}  // namespace rolloutd::daemon::testing
