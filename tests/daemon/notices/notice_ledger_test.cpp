#include "daemon/notices/notice_ledger.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/daemon/notices/noon.h"
#include "tests/support/a_policy.h"

namespace rolloutd::daemon {
namespace {

using namespace std::chrono_literals;
using policies::notified;
using policies::proposal_fate;
using policies::proposed;
using policies::verdict;
using policies::verdict_changed;

struct ledger : ::testing::Test {
    notice_ledger book{"j"};
    std::vector<notice> hear(const policies::event& what, sequence seq,
                             const ticket_id& ticket = "SCT1") {
        return book.hear(ticket, what, {seq, noon + seq * 1s}, [](const std::string& policy) {
            return policy == "web" ? "enforce" : "observe";
        });
    }
    static notified told(int step, std::string text = "count.abnormal = 3") {
        return {.policy = "web",
                .rule = "bad",
                .who = {},
                .episode = 2,
                .step = step,
                .text = std::move(text)};
    }
    static verdict_changed now(verdict what) {
        verdict_changed made;
        made.policy = "web";
        made.rule = "bad";
        made.to = what;
        return made;
    }
};

TEST_F(ledger, a_rule_that_notifies_begins_and_ends_with_its_condition) {
    const auto first = hear(told(0), 7);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].id, "j/7");
    EXPECT_EQ(first[0].event, "rule_holds");
    EXPECT_EQ(first[0].state, notice_state::began);
    EXPECT_EQ(first[0].summary, "web/bad of SCT1 holds");
    EXPECT_EQ(first[0].text, "count.abnormal = 3");
    EXPECT_EQ(first[0].mode, "enforce");
    EXPECT_EQ(first[0].episode, 2);
    EXPECT_EQ(first[0].seq, 7U);
    EXPECT_TRUE(hear(now(verdict::undetermined), 8).empty()) << "nobody knows whether it is over";
    const auto last = hear(now(verdict::no), 9);
    ASSERT_EQ(last.size(), 1U);
    EXPECT_EQ(last[0].id, "j/7.ended");
    EXPECT_EQ(last[0].key, first[0].key);
    EXPECT_EQ(last[0].state, notice_state::ended);
    EXPECT_EQ(last[0].at, noon + 7s);
    EXPECT_EQ(last[0].ended, noon + 9s);
    EXPECT_EQ(last[0].seq, 9U) << "the record that says that it is over";
    EXPECT_TRUE(hear(now(verdict::no), 10).empty());
    EXPECT_TRUE(book.ongoing().empty());
}

TEST_F(ledger, what_belongs_to_another_ticket_rule_or_subject_ends_nothing) {
    hear(told(0), 7);
    EXPECT_TRUE(hear(now(verdict::no), 8, "SCT2").empty());
    verdict_changed other = now(verdict::no);
    other.who = {policies::subject_kind::batch, 2};
    EXPECT_TRUE(hear(other, 9).empty());
    other = now(verdict::no);
    other.rule = "ba";
    EXPECT_TRUE(hear(other, 10).empty());
    EXPECT_EQ(book.ongoing().size(), 1U);
}

TEST_F(ledger, a_ticket_that_is_let_go_ends_what_it_had_begun) {
    hear(told(0), 7);
    hear(told(0), 8, "SCT2");
    const auto over = hear(policies::unwatched{"over"}, 9);
    ASSERT_EQ(over.size(), 1U);
    EXPECT_EQ(over[0].ticket, "SCT1");
    EXPECT_EQ(book.ongoing().size(), 1U);
}

TEST_F(ledger, failures_and_passed_limits_happen_once) {
    const auto failed = hear(told(policies::step_of_failure, "pause of web/bad: refused"), 7);
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed[0].event, "operation_failed");
    EXPECT_EQ(failed[0].level, notice_level::critical);
    EXPECT_EQ(failed[0].state, notice_state::once);
    const auto passed = hear(told(policies::step_of_alarm), 8);
    ASSERT_EQ(passed.size(), 1U);
    EXPECT_EQ(passed[0].event, "limit_passed");
    EXPECT_TRUE(book.ongoing().empty());
    const auto overridden = hear(told(policies::step_of_override), 9);
    ASSERT_EQ(overridden.size(), 1U);
    EXPECT_EQ(overridden[0].event, "rule_overridden");
    EXPECT_EQ(hear(now(verdict::no), 10).size(), 1U) << "then the rule is armed again";
}

TEST_F(ledger, a_proposal_waits_for_a_person_until_it_has_its_fate) {
    proposed asked;
    asked.policy = "web";
    asked.rule = "bad";
    asked.who = {policies::subject_kind::batch, 3};
    asked.what.what = policies::action::skip_batch;
    asked.expires = noon + 1h;
    const auto open = hear(asked, 41);
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].event, "proposal_open");
    EXPECT_EQ(open[0].summary, "skip_batch waits for a person: web/bad of SCT1, batch 3");
    EXPECT_NE(open[0].text.find("`rolloutctl approve 41`"), std::string::npos);
    EXPECT_NE(open[0].text.find("until 2026-11-21T13:00:00.000Z"), std::string::npos);
    asked.fate = proposal_fate::expired;
    asked.proposal = 41;
    const auto over = hear(asked, 50);
    ASSERT_EQ(over.size(), 1U);
    EXPECT_EQ(over[0].state, notice_state::ended);
}

TEST_F(ledger, remembers_only_so_many_and_tells_the_rest_once) {
    for (std::size_t n = 0; n < most_ongoing; ++n)
        hear(told(0), n + 1, "SCT" + std::to_string(n));
    EXPECT_EQ(book.ongoing().size(), most_ongoing);
    const auto more = hear(told(0), 5000, "SCTMORE");
    ASSERT_EQ(more.size(), 1U);
    EXPECT_EQ(more[0].state, notice_state::once);
    EXPECT_EQ(book.ongoing().size(), most_ongoing);
    EXPECT_EQ(
        book.stand({{"fleet_blind", notice_level::critical, "x", 0}}, noon, "enforce")[0].state,
        notice_state::began)
        << "there is always room for the daemon itself";
}

TEST_F(ledger, conditions_of_the_daemon_are_told_when_they_begin_and_when_they_end) {
    const condition full{"journal_not_writable", notice_level::critical, "no space left", 0};
    const condition late{"readings_overrun", notice_level::warning, "too many", 12};
    const auto news = book.stand({full, late}, noon, "enforce");
    ASSERT_EQ(news.size(), 2U);
    EXPECT_EQ(news[0].event, "journal_not_writable");
    EXPECT_EQ(news[0].summary, "rolloutd: journal not writable");
    EXPECT_EQ(news[0].id, "j/journal_not_writable/2026-11-21T12:00:00.000Z");
    EXPECT_EQ(news[1].id, "j/12");
    EXPECT_TRUE(book.stand({full, late}, noon + 1s, "enforce").empty());
    EXPECT_TRUE(book.stand({late}, noon + 2s, "enforce").empty());
    const auto over = book.stand({late}, noon + 2s + absent_for, "enforce");
    ASSERT_EQ(over.size(), 1U);
    EXPECT_EQ(over[0].event, "journal_not_writable");
    EXPECT_EQ(over[0].ended, noon + 2s);
    EXPECT_EQ(over[0].seq, 0U);
    EXPECT_TRUE(hear(policies::unwatched{"over"}, 9).empty());
    book.stand({}, noon + 40s, "enforce");
    EXPECT_EQ(book.stand({}, noon + 40s + absent_for, "enforce").size(), 1U);
}

TEST_F(ledger, a_condition_that_comes_and_goes_is_told_once_with_the_text_of_now) {
    const auto blind = [](const std::string& text) {
        return condition{"fleet_blind", notice_level::critical, text, 0};
    };
    book.stand({blind("1 of 2")}, noon, "enforce");
    for (int n = 1; n < 10; ++n) {
        EXPECT_TRUE(book.stand({}, noon + n * 40s, "enforce").empty());
        EXPECT_TRUE(book.stand({blind("2 of 2")}, noon + n * 40s + 29s, "enforce").empty());
    }
    EXPECT_EQ(book.ongoing().begin()->second.text, "2 of 2");
}

TEST_F(ledger, what_is_not_judged_any_more_has_ended) {
    hear(told(0), 7);
    verdict_changed gone = now(verdict::undetermined);
    gone.reason = "not_judged";
    const auto over = hear(gone, 8);
    ASSERT_EQ(over.size(), 1U);
    EXPECT_EQ(over[0].state, notice_state::ended);
}

policies::policy_set one_policy() {
    return *tests::policy_set_of({tests::a_policy("web").rule(tests::a_rule("bad")
                                                                  .when("count.abnormal > 1")
                                                                  .do_notify()
                                                                  .then(policies::action::pause))});
}

TEST_F(ledger, what_was_told_before_a_start_lasts_and_its_end_is_told) {
    policies::ticket_state before;
    before.id = "SCT1";
    policies::rule_state memory;
    memory.open = true;
    memory.step = 1;
    memory.decision = 6;
    memory.episode = 2;
    memory.true_since = noon;
    before.rules[{"web", "bad", {}}] = memory;
    before.rules[{"quiet", "bad", {}}] = memory;
    before.rules[{"web", "gone", {}}] = memory;
    memory.step = 0;
    before.rules[{"web", "bad", {policies::subject_kind::batch, 2}}] = memory;
    policies::proposal open;
    open.id = 41;
    open.at = noon;
    open.what.policy = "web";
    open.what.rule = "bad";
    before.proposals = {open};
    book.resume(before, one_policy(), noon + 1h, [](const std::string& policy) {
        return std::string(policy == "web" ? "enforce" : "observe");
    });
    ASSERT_EQ(book.ongoing().size(), 2U);
    const auto over = hear(now(verdict::no), 50);
    ASSERT_EQ(over.size(), 1U);
    EXPECT_EQ(over[0].state, notice_state::ended);
    EXPECT_EQ(over[0].at, noon);
    EXPECT_EQ(over[0].episode, 2);
    EXPECT_EQ(book.ongoing().begin()->second.id, "j/41");
}

TEST_F(ledger, what_it_resumes_of_one_rule_has_ids_of_its_own_and_an_override_is_one) {
    policies::ticket_state before;
    before.id = "SCT1";
    policies::rule_state memory;
    memory.open = memory.overridden = memory.override_told = true;
    memory.step = 1;
    memory.decision = 6;
    before.rules[{"web", "bad", {policies::subject_kind::batch, 1}}] = memory;
    before.rules[{"web", "bad", {policies::subject_kind::batch, 2}}] = memory;
    memory.reason = "not_judged";
    before.rules[{"web", "bad", {policies::subject_kind::batch, 3}}] = memory;
    book.resume(before, one_policy(), noon, [](const std::string&) { return "enforce"; });
    std::set<std::string> ids;
    for (const auto& [key, each] : book.ongoing())
        ids.insert(each.id);
    EXPECT_EQ(ids, (std::set<std::string>{"j/6/rule_holds/SCT1/web/bad/batch:1",
                                          "j/6/rule_holds/SCT1/web/bad/batch:2",
                                          "j/6/rule_overridden/SCT1/web/bad/batch:1"}));
}

TEST_F(ledger, a_reload_without_the_rule_ends_what_was_told_of_it) {
    hear(told(0), 7);
    book.stand({{"fleet_blind", notice_level::critical, "x", 0}}, noon, "enforce");
    EXPECT_TRUE(book.keep_rules_of(one_policy(), noon).empty());
    const auto over = book.keep_rules_of({}, noon + 10s);
    ASSERT_EQ(over.size(), 1U);
    EXPECT_EQ(over[0].event, "rule_holds");
    EXPECT_EQ(book.ongoing().size(), 1U) << "the daemon's own conditions are nobody's rule";
}

TEST_F(ledger, a_text_without_end_is_cut) {
    const auto news = hear(told(0, std::string(100'000, 'x')), 7);
    EXPECT_EQ(news.at(0).text.size(), longest_notice_text);
}

}  // namespace
}  // namespace rolloutd::daemon
