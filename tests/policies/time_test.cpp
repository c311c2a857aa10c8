#include "policies/time.h"

#include <gtest/gtest.h>

namespace rolloutd::policies {

using namespace std::chrono_literals;

TEST(time, is_written_with_milliseconds_and_read_back) {
    const timestamp at =
        std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 10h + 15min + 30s + 7ms;
    EXPECT_EQ(to_text(at), "2026-11-21T10:15:30.007Z");
    EXPECT_EQ(parse_timestamp("2026-11-21T10:15:30.007Z"), at);
    const timestamp before = timestamp{} - 1ms;
    EXPECT_EQ(to_text(before), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(parse_timestamp(to_text(before)), before);
}

TEST(time, refuses_every_other_form_of_a_timestamp) {
    for (const char* text :
         {"", "2026-11-21T10:15:30Z", "2026-11-21T10:15:30.0070Z", "2026-11-21 10:15:30.007Z",
          "2026-11-21T10:15:30.007+", "2026-13-21T10:15:30.007Z", "2026-02-30T10:15:30.007Z",
          "2026-11-21T24:15:30.007Z", "2026-11-21T10:60:30.007Z", "2026-11-21T10:15:60.007Z",
          "+026-11-21T10:15:30.007Z"}) {
        EXPECT_FALSE(parse_timestamp(text)) << text;
    }
}

TEST(time, writes_durations_as_people_do) {
    EXPECT_EQ(to_text(duration{0}), "0s");
    EXPECT_EQ(to_text(duration{500}), "500ms");
    EXPECT_EQ(to_text(duration{90min}), "1h30m");
    EXPECT_EQ(to_text(duration{1h + 1ms}), "1h1ms");
    EXPECT_EQ(to_text(-duration{5min}), "-5m");
}

TEST(time, reads_durations_with_each_unit_once_in_falling_order) {
    EXPECT_EQ(parse_duration("1h30m"), duration{90min});
    EXPECT_EQ(parse_duration("500ms"), duration{500});
    EXPECT_EQ(parse_duration("0s"), duration{0});
    EXPECT_EQ(parse_duration("8784h"), duration{8784h});
    for (const char* text : {"", "5", "m", "1m1h", "1m1m", "1.5m", "-1m", "+1m", " 1m", "1m ", "1d",
                             "1h 30m", "8785h", "99999999999999999999h", "9999999999999ms"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(time, survives_a_round_trip_of_any_length) {
    for (long long count = 1; count < 366LL * 24 * 3600 * 1000; count = count * 7 + 3) {
        EXPECT_EQ(parse_duration(to_text(duration{count})), duration{count});
    }
}

}  // namespace rolloutd::policies
