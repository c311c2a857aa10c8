// DESIGN §6: Windows.

#include "policies/windows.h"

#include <gtest/gtest.h>

namespace rolloutd::tests {

using namespace policies;
using namespace std::chrono_literals;

namespace {

using std::chrono::sys_days;
using std::chrono::year;

// Central Europe: summer time from 2026-03-29 01:00 UTC to 2026-10-25 01:00 UTC.
class europe : public cel::zone_source {
public:
    std::optional<std::chrono::seconds> offset(std::string_view zone,
                                               cel::instant at) const override {
        if (zone != "Europe/Berlin") return std::nullopt;
        const auto begins = (sys_days{year{2026} / 3 / 29} + 1h).time_since_epoch();
        const auto ends = (sys_days{year{2026} / 10 / 25} + 1h).time_since_epoch();
        const std::chrono::seconds now{at.seconds};
        return now >= begins && now < ends ? 2h : 1h;
    }
};

timestamp at(int month, int day, std::chrono::minutes time) {
    return sys_days{year{2026} / month / day} + time;
}

// Friday 18:00 to Monday 08:00.
window weekend() {
    window what;
    what.what = {action::continue_ticket, action::skip_batch};
    what.span = week_span{.from_minute = (4 * 24 + 18) * 60, .to_minute = 8 * 60};
    what.reason = "weekend";
    return what;
}

window on_days(std::set<int> days, int from, int to, std::string zone = "UTC") {
    window what;
    what.what = {action::continue_ticket};
    what.hours = day_hours{.days = std::move(days), .from_minute = from, .to_minute = to};
    what.zone = std::move(zone);
    return what;
}

}  // namespace

TEST(windows, a_span_runs_over_the_end_of_the_week) {
    // 2026-11-20 is a Friday.
    EXPECT_EQ(is_inside(weekend(), at(11, 20, 17h + 59min), nullptr), false);
    EXPECT_EQ(is_inside(weekend(), at(11, 20, 18h), nullptr), true);
    EXPECT_EQ(is_inside(weekend(), at(11, 22, 12h), nullptr), true);
    EXPECT_EQ(is_inside(weekend(), at(11, 23, 7h + 59min), nullptr), true);
    EXPECT_EQ(is_inside(weekend(), at(11, 23, 8h), nullptr), false);
}

TEST(windows, hours_past_midnight_belong_to_the_day_on_which_they_begin) {
    const window fridays = on_days({4}, 22 * 60, 2 * 60);
    EXPECT_EQ(is_inside(fridays, at(11, 20, 23h), nullptr), true);
    EXPECT_EQ(is_inside(fridays, at(11, 21, 1h + 59min), nullptr), true);
    EXPECT_EQ(is_inside(fridays, at(11, 21, 2h), nullptr), false);
    EXPECT_EQ(is_inside(fridays, at(11, 20, 1h), nullptr), false);
}

TEST(windows, a_local_time_that_is_repeated_counts_as_inside_both_times) {
    const europe zones;
    // Sunday 01:00 to 02:30: the clocks go back from 03:00 to 02:00 at 01:00 UTC.
    const window night = on_days({6}, 60, 2 * 60 + 30, "Europe/Berlin");
    EXPECT_EQ(is_inside(night, at(10, 25, 0h + 29min), &zones), true);
    EXPECT_EQ(is_inside(night, at(10, 25, 0h + 45min), &zones), true) << "02:45, to be repeated";
    EXPECT_EQ(is_inside(night, at(10, 25, 1h + 29min), &zones), true);
    EXPECT_EQ(is_inside(night, at(10, 25, 1h + 30min), &zones), false);
}

TEST(windows, a_local_time_that_is_skipped_counts_as_inside) {
    const europe zones;
    // Sunday 02:15 to 02:45 does not exist on 2026-03-29.
    const window night = on_days({6}, 2 * 60 + 15, 2 * 60 + 45, "Europe/Berlin");
    EXPECT_EQ(is_inside(night, at(3, 29, 0h + 30min), &zones), true);
    EXPECT_EQ(is_inside(night, at(3, 29, 1h + 30min), &zones), true);
    EXPECT_EQ(is_inside(night, at(3, 29, 3h), &zones), false);
}

TEST(windows, any_deny_wins_and_an_allow_must_be_open) {
    policy owner;
    owner.windows = {weekend()};
    EXPECT_TRUE(withheld_by_window(owner, action::skip_batch, at(11, 21, 12h), nullptr));
    EXPECT_FALSE(withheld_by_window(owner, action::cancel, at(11, 21, 12h), nullptr));
    EXPECT_FALSE(withheld_by_window(owner, action::skip_batch, at(11, 18, 12h), nullptr));

    window office = on_days({0, 1, 2, 3, 4}, 9 * 60, 17 * 60);
    office.allow = true;
    owner.windows.push_back(office);
    EXPECT_FALSE(withheld_by_window(owner, action::continue_ticket, at(11, 18, 9h), nullptr));
    EXPECT_TRUE(withheld_by_window(owner, action::continue_ticket, at(11, 18, 17h), nullptr));
    EXPECT_FALSE(withheld_by_window(owner, action::skip_batch, at(11, 18, 17h), nullptr));
}

TEST(windows, a_zone_that_is_not_known_withholds) {
    const europe zones;
    policy owner;
    owner.windows = {on_days({0}, 60, 120, "Mars/Olympus")};
    EXPECT_TRUE(withheld_by_window(owner, action::continue_ticket, at(11, 18, 12h), &zones));
    owner.windows[0].allow = true;
    EXPECT_TRUE(withheld_by_window(owner, action::continue_ticket, at(11, 18, 12h), &zones));
}

TEST(windows, never_withhold_a_pause) {
    policy owner;
    owner.windows = {weekend()};
    owner.windows[0].what.insert(action::pause);
    EXPECT_FALSE(withheld_by_window(owner, action::pause, at(11, 21, 12h), nullptr));
}

}  // namespace rolloutd::tests
