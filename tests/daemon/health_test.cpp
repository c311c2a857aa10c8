#include "daemon/health.h"

#include <gtest/gtest.h>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

TEST(health, a_policys_mode_is_its_own_and_never_more_than_the_daemons) {
    stage on;
    setup plan = a_setup({}, guarding_policies(), on.folder / "s");
    EXPECT_EQ(mode_word(plan.rules, "web"), "enforce");
    plan.rules.ceiling = policies::mode::propose;
    EXPECT_EQ(mode_word(plan.rules, "web"), "propose");
    EXPECT_EQ(mode_word(plan.rules, "gone"), "propose") << "of what is not there, the daemon's";
}

TEST(health, is_gathered_from_the_parts_of_a_daemon) {
    stage on;
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.start(a_setup({"SCT1"}, guarding_policies(), on.folder / "s"));
    on.run_for(5s);
    const fleet& tickets = on.daemon->tickets();
    memory_disk other;
    journal_options how;
    journal_ports ports{other,
                        on.io.get_executor(),
                        on.io.get_executor(),
                        [&] { return on.time.now(); },
                        [](std::size_t count) { return std::string(count, 'x'); },
                        {}};
    auto opened = journal::open(std::move(ports), std::move(how));
    ASSERT_TRUE(opened);
    journal& records = *opened->log;
    const journal_news news(records, on.log, *on.counters);
    const overrun_news overrun(records, on.log, *on.counters);
    const discovery lists({on.time, on.cloud, const_cast<fleet&>(tickets), on.log}, {});
    const daemon_health found =
        health_of({records, news, overrun, tickets, lists, "no such file", false});
    EXPECT_EQ(found.journal_failure, "");
    EXPECT_EQ(found.journal_damage, "");
    EXPECT_EQ(found.overrun, "");
    EXPECT_EQ(found.breaker, "");
    EXPECT_EQ(found.credentials, "no such file");
    EXPECT_FALSE(found.last_reload_well);
    EXPECT_FALSE(found.fleet_blind);
    EXPECT_EQ(found.watched, 1);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
