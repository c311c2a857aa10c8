// DESIGN §6 Windows, as a ticket lives through them: readings at their edges, denies beside allows,
// and zones that a condition takes from elsewhere.

#include <gtest/gtest.h>

#include "policies/windows.h"
#include "tests/support/rollout_story.h"

namespace rolloutd::tests::window_edges_story {

using namespace policies;

namespace {

// 2026-11-21 is a Saturday; stories begin at 10:00.
const timestamp ten = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 10h;

window on_saturday(bool allow, int from_minute, int to_minute) {
    constexpr int saturday = 5 * 24 * 60;
    window what;
    what.allow = allow;
    what.what = {action::cancel};
    what.span = week_span{.from_minute = saturday + from_minute, .to_minute = saturday + to_minute};
    return what;
}

constexpr int minute_of_ten = 10 * 60;

a_ticket failing() {
    return a_ticket().batch(10).with_details().in_batch(1, {{"ABNORMAL", 2}, {"PROCESSING", 8}});
}

a_policy cancelling() {
    return a_policy().rule(a_rule("c").when("count.abnormal > 0").do_cancel());
}

// Knows one zone, eight hours ahead.
class china : public cel::zone_source {
public:
    std::optional<std::chrono::seconds> offset(std::string_view zone, cel::instant) const override {
        if (zone != "Asia/Shanghai") return std::nullopt;
        return 8h;
    }
};

reading in_zone(const std::string& zone) {
    reading what = failing();
    what.info.params = {{"zone", zone}};
    return what;
}

}  // namespace

TEST(window_edges, a_reading_is_planned_for_the_moment_at_which_a_deny_ends) {
    rollout_story story{{cancelling().window(on_saturday(false, 0, minute_of_ten + 1))}};
    story.watch(failing(), 3);
    EXPECT_EQ(story.decision(), "suppressed/window");
    EXPECT_EQ(story.last().wake_at, ten + 1min);
    story.after(ten + 1min - 1ms - story.now()).see(failing());
    EXPECT_TRUE(story.all<intended>().empty());
    EXPECT_EQ(story.last().wake_at, ten + 1min);
    story.after(1ms).see(failing());
    EXPECT_EQ(story.all<intended>().size(), 1u);
}

TEST(window_edges, a_reading_is_planned_for_the_moment_at_which_an_allow_begins) {
    rollout_story story{{cancelling().window(on_saturday(true, minute_of_ten + 1, 12 * 60))}};
    story.watch(failing(), 3);
    EXPECT_EQ(story.decision(), "suppressed/window");
    EXPECT_EQ(story.last().wake_at, ten + 1min);
    story.after(ten + 1min - 1ms - story.now()).see(failing());
    EXPECT_TRUE(story.all<intended>().empty());
    story.after(1ms).see(failing());
    EXPECT_EQ(story.all<intended>().size(), 1u);
}

TEST(window_edges, an_operation_whose_window_closes_before_it_is_sent_is_withdrawn) {
    for (const bool allow : {false, true}) {
        const window what = allow ? on_saturday(true, 0, minute_of_ten + 1)
                                  : on_saturday(false, minute_of_ten + 1, 12 * 60);
        rollout_story story{{cancelling().window(what)}};
        story.after(50s).see(failing());
        story.after(9s).see(failing());
        ASSERT_EQ(story.all<intended>().size(), 1u);
        story.after(1s).see(failing());
        EXPECT_EQ(story.effect(), "withdrawn");
        EXPECT_TRUE(story.sent().empty());
        story.watch(failing(), 1);
        EXPECT_EQ(story.decision(), "suppressed/window");
    }
}

TEST(window_edges, a_rule_that_is_not_due_plans_nothing_for_a_window) {
    rollout_story story{{cancelling().window(on_saturday(false, 0, minute_of_ten + 1))}};
    story.watch(a_ticket().batch(10).with_details().in_batch(1, {{"PROCESSING", 10}}), 3);
    EXPECT_FALSE(story.last().wake_at);
}

TEST(window_edges, a_deny_wins_over_an_allow_that_is_open) {
    policy owner;
    owner.windows = {on_saturday(true, 0, 24 * 60), on_saturday(false, 600, 660)};
    EXPECT_FALSE(withheld_by_window(owner, action::cancel, ten - 1min, nullptr));
    EXPECT_TRUE(withheld_by_window(owner, action::cancel, ten, nullptr));
    std::swap(owner.windows[0], owner.windows[1]);
    EXPECT_TRUE(withheld_by_window(owner, action::cancel, ten, nullptr)) << "in any order";
}

TEST(window_edges, one_of_several_allows_is_enough) {
    policy owner;
    owner.windows = {on_saturday(true, 0, 60), on_saturday(true, 600, 660)};
    EXPECT_FALSE(withheld_by_window(owner, action::cancel, ten - 10h, nullptr));
    EXPECT_TRUE(withheld_by_window(owner, action::cancel, ten - 9h, nullptr));
    EXPECT_FALSE(withheld_by_window(owner, action::cancel, ten, nullptr));
    EXPECT_TRUE(withheld_by_window(owner, action::cancel, ten + 1h, nullptr));
    EXPECT_FALSE(withheld_by_window(owner, action::skip_batch, ten + 1h, nullptr))
        << "there is no allow for it";
}

TEST(window_edges, each_policy_has_its_own) {
    rollout_story story{
        {a_policy("shut")
             .rule(a_rule("c").when("count.abnormal > 0").do_cancel())
             .window(on_saturday(false, 0, 24 * 60)),
         a_policy("open").rule(a_rule("c").when("count.abnormal > 0").do_cancel())}};
    story.watch(failing(), 3);
    ASSERT_EQ(story.all<intended>().size(), 1u);
    EXPECT_EQ(story.all<intended>()[0].policy, "open");
}

TEST(window_edges, a_zone_may_come_from_a_parameter_or_a_variable) {
    for (const char* hour : {"17", "18"}) {
        rollout_story story{
            {a_policy()
                 .variable("home", "ticket.params.zone")
                 .variable("hour", "now.getHours(home)")
                 .rule(a_rule("direct")
                           .when(std::string{"now.getHours(ticket.params.zone) == "} + hour)
                           .do_notify())
                 .rule(a_rule("variable").when(std::string{"hour == "} + hour).do_notify())}};
        story.rules().zones = std::make_shared<china>();
        story.watch(in_zone("Asia/Shanghai"), 1);
        ASSERT_EQ(story.last().views.size(), 2u);
        for (const rule_view& each : story.last().views) {
            EXPECT_EQ(each.now, hour == std::string{"18"} ? verdict::yes : verdict::no)
                << each.key.rule << " at 10:00 UTC, " << hour;
        }
    }
}

TEST(window_edges, a_zone_that_turns_out_not_to_exist_is_undetermined) {
    rollout_story story{
        {a_policy().rule(a_rule("x").when("now.getHours(ticket.params.zone) >= 0").do_pause())}};
    story.rules().zones = std::make_shared<china>();
    story.watch(in_zone("Mars/Olympus"), 3);
    EXPECT_EQ(story.last().views.at(0).now, verdict::undetermined);
    EXPECT_EQ(story.last().views.at(0).reason, "unknown_zone");
    EXPECT_TRUE(story.sent().empty());
    story.watch(in_zone("+05:30"), 1);
    EXPECT_EQ(story.last().views.at(0).now, verdict::yes);
}

}  // namespace rolloutd::tests::window_edges_story
