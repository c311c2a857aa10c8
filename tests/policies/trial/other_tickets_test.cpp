// The limits of the whole daemon, as a test of one ticket meets them.

#include "policies/trial/other_tickets.h"

#include "trial_support.h"

namespace rolloutd::policies::trial::test {
namespace {

using ::testing::IsEmpty;

TEST(other_tickets, are_added_to_what_this_ticket_s_records_say) {
    other_tickets others;
    timeline_entry entry;
    entry.fleet_watched = 20;
    entry.fleet_operations = 29;
    others.change(entry, timestamp{});
    fleet_view own;
    own.watched = 1;
    own.unseen = 1;
    own.operations = 1;
    const fleet_view all = others.around(own);
    EXPECT_EQ(all.watched, 20) << "this one is among them";
    EXPECT_EQ(all.unseen, 1) << "nothing was said of it";
    EXPECT_EQ(all.operations, 30);
}

TEST(other_tickets, the_end_of_their_blindness_has_a_time) {
    other_tickets others;
    timeline_entry entry;
    entry.fleet_watched = 10;
    entry.fleet_unseen = 2;
    others.change(entry, timestamp{});
    EXPECT_FALSE(others.around({}).sighted_at);
    entry.fleet_unseen = 1;
    others.change(entry, timestamp{} + 5s);
    EXPECT_EQ(others.around({}).sighted_at, timestamp{} + 5s);
}

// The limit counts the operations of rules in the last minute: the one beyond it is proposed, the
// breaker opens, and stays open until a person closes it.
TEST(other_tickets, a_limit_of_the_daemon_trips_as_it_does_there) {
    const auto lines = [](int others) {
        return "    until: 30s\n    timeline: [{at: 0s, batch 1: {instances: {i-1: {status: "
               "processing, zone: b}}}, fleet: {operations: " +
               std::to_string(others) + "}}]\n";
    };
    EXPECT_THAT(failures(lines(29) + "    expect: [{rule: hung, do: cancel_instance, times: 1}]\n"),
                IsEmpty());
    EXPECT_THAT(
        failures(lines(30) + "    expect: [{rule: hung, propose: cancel_instance, times: 1}]\n"),
        IsEmpty());
}

TEST(other_tickets, the_tickets_of_the_last_hour_are_limited_too) {
    const auto lines = [](int others) {
        return "    settings: {limits: {tickets_per_hour: 3}}\n    until: 30s\n"
               "    timeline: [{at: 0s, batch 1: {instances: {i-1: {status: "
               "processing, zone: b}}}, fleet: {tickets: " +
               std::to_string(others) + "}}]\n";
    };
    EXPECT_THAT(failures(lines(2) + "    expect: [{rule: hung, do: cancel_instance, times: 1}]\n"),
                IsEmpty());
    EXPECT_THAT(
        failures(lines(3) + "    expect: [{rule: hung, propose: cancel_instance, times: 1}]\n"),
        IsEmpty());
}

TEST(other_tickets, the_breaker_that_this_ticket_trips_withholds_until_it_is_closed) {
    EXPECT_THAT(
        failures("    ticket: {batches: [20], timeout: 1h}\n"
                 "    settings: {limits: {operations_per_minute: 1, cancelled_percent: 50%}}\n"
                 "    until: 10m\n"
                 "    timeline:\n"
                 "      - {at: 0s, batch 1: {instances: {i-1: {status: processing, zone: b}}}}\n"
                 "      - {at: 20s, batch 1: {instances: {i-2: {status: processing, zone: b}}}}\n"
                 "      - {at: 5m, batch 1: {instances: {i-3: {status: processing, zone: b}}}}\n"
                 "      - {at: 6m, breaker: closed}\n"
                 "      - {at: 7m, batch 1: {instances: {i-4: {status: processing, zone: b}}}}\n"
                 "    expect:\n"
                 "      - {rule: hung, instance: i-1, do: cancel_instance, at: 5s, times: 1}\n"
                 "      - {rule: hung, instance: i-2, propose: cancel_instance, at: 25s}\n"
                 "      - {rule: hung, instance: i-3, propose: cancel_instance, at: 305s}\n"
                 "      - {rule: hung, instance: i-4, do: cancel_instance, at: 425s, times: 1}\n"),
        IsEmpty());
}

TEST(other_tickets, a_pause_passes_every_limit) {
    EXPECT_THAT(failures("    until: 30s\n    timeline: [{at: 0s, batch 1: {finished: 3, abnormal: "
                         "2, processing: 5}, breaker: open, fleet: {operations: 100, tickets: "
                         "1000, pauses: 300}}]\n"
                         "    expect: [{rule: failing, do: pause, at: 10s, times: 1}]\n"),
                IsEmpty());
}

}  // namespace
}  // namespace rolloutd::policies::trial::test
