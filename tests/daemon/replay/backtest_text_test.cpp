#include "daemon/replay/backtest_text.h"

#include <gtest/gtest.h>

#include "daemon/journal/json_text.h"

namespace rolloutd::daemon {
namespace {

using namespace std::chrono_literals;

backtest_report a_trial_report() {
    const timestamp at = *policies::parse_timestamp("2026-11-21T10:15:30.123Z");
    backtest_report what;
    what.tickets = 20;
    what.tried = 20;
    what.differing = 1;
    what.paused_by_both = 1;
    what.paused_sooner = 1;
    what.sooner_by = 40s;
    what.untouched = 3;
    what.needless_holds = 1;
    what.needless = 12min;
    tried_ticket one;
    one.id = "SCT1";
    one.name = "deploy-web";
    one.new_pause = tried_act{
        at, "web/failing", policies::action::pause, {}, policies::decision_outcome::observe};
    one.old_pause = tried_act{
        at + 40s, "web/failing", policies::action::pause, {}, policies::decision_outcome::act};
    one.only_new = {*one.new_pause};
    one.only_old = {*one.old_pause};
    one.untouched = 3;
    one.needless = 12min;
    one.status = "FINISHED";
    what.otherwise.push_back(one);
    return what;
}

TEST(backtest_text, tells_each_ticket_in_sentences) {
    const std::string text = render_backtest(a_trial_report());
    for (const char* const part :
         {"1 of 20 tickets would have been treated otherwise", "sooner 1 (by 40s in all)",
          "SCT1 (deploy-web): paused 40s sooner; ended FINISHED",
          "would have been  2026-11-21T10:15:30.123Z web/failing: pause (observe)",
          "was              2026-11-21T10:16:10.123Z web/failing: pause\n",
          "3 instances would not have been touched", "needless: held for 12 minutes",
          "judged up to the first operation that differs"})
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(backtest_text, is_json_for_programs) {
    const std::string text = backtest_to_json(a_trial_report());
    ASSERT_TRUE(parse_json(text.substr(0, text.size() - 1)));
    for (const char* const part : {"\"differs\":true", "\"sooner_by\":40.0", "\"needless\":720.0",
                                   "\"outcome\":\"observe\"", "\"ended\":\"FINISHED\""})
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(backtest_text, says_which_policies_were_left_out) {
    backtest_report what;
    what.left_out["hosts"] = "instances: no policy named them then";
    EXPECT_NE(render_backtest(what).find(
                  "undetermined: not recorded: policy hosts is left out, it names instances"),
              std::string::npos);
}

// A script's name comes from the cloud.
TEST(backtest_text, lets_no_name_steer_the_terminal) {
    backtest_report what = a_trial_report();
    what.otherwise.front().name = "deploy\x1b[2J\xc2\x9b";
    const std::string text = render_backtest(what);
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
    EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos) << text;
    EXPECT_NE(text.find("deploy?[2J?"), std::string::npos) << text;
}

}  // namespace
}  // namespace rolloutd::daemon
