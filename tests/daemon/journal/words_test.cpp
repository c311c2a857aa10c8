// Words of single types: lengths of time, keys, places; what is no such word is refused.

#include "daemon/journal/words.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon::text {
namespace {

using namespace policies;

TEST(words, lengths_of_time_come_back_to_the_millisecond) {
    for (const std::int64_t count : {0LL, 1LL, -1LL, 999LL, 61'001LL, 5'400'000LL, -86'400'001LL,
                                     400LL * 86'400'000LL, 9'223'372'036'854'775'807LL})
        EXPECT_EQ(from_json<duration>(to_json(duration(count))), duration(count)) << count;
    for (const std::string_view bad :
         {"", "-", "10", "s", "1d", "1.5s", "99999999999999999999s", "9223372036854775807h"})
        EXPECT_THROW(read_duration(bad), unreadable) << bad;
}

TEST(words, keys_of_rules_name_policy_rule_and_subject) {
    const rule_key key{"web-fleet", "stuck-batch", {subject_kind::batch, 2}};
    EXPECT_EQ(codec<rule_key>::key(key), "web-fleet/stuck-batch/batch:2");
    EXPECT_EQ(codec<rule_key>::from_key("web-fleet/stuck-batch/batch:2"), key);
    for (const std::string_view bad : {"", "a", "a/b", "a/b/c", "a/b/batch:"})
        EXPECT_THROW(codec<rule_key>::from_key(bad), unreadable) << bad;
}

TEST(words, places_are_file_and_line) {
    const source_location where{"a:b.yaml", 17};
    EXPECT_EQ(from_json<source_location>(to_json(where)), where);
    EXPECT_THROW(from_json<source_location>(json::value("a.yaml")), unreadable);
    EXPECT_THROW(from_json<source_location>(json::value("a.yaml:x")), unreadable);
}

TEST(words, every_phase_of_a_flight_has_one) {
    for (const flight_phase phase : {flight_phase::intended, flight_phase::awaiting,
                                     flight_phase::unknown, flight_phase::backoff})
        EXPECT_EQ(from_json<flight_phase>(to_json(phase)), phase);
    EXPECT_THROW(from_json<flight_phase>(json::value("gone")), unreadable);
}

}  // namespace
}  // namespace rolloutd::daemon::text
