#include "policies/trial/simulated_ticket.h"

#include "trial_support.h"

namespace rolloutd::policies::trial::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

settings everything_read() {
    settings rules;
    auto set = std::make_shared<policy_set>();
    set->reads = {.details = true, .messages = true, .params = true, .order_name = true};
    rules.policies = std::move(set);
    return rules;
}

ticket_shape two_batches() {
    ticket_shape shape;
    shape.batches.resize(2);
    for (batch_shape& each : shape.batches)
        each.size = 4;
    shape.batches[1].zones = {"a", "b"};
    return shape;
}

timeline_entry counts(int batch, std::map<std::string, int> what) {
    timeline_entry entry;
    entry.batches.push_back({.index = batch, .counts = std::move(what), .instances = {}});
    return entry;
}

class ticket_of_a_test : public ::testing::Test {
protected:
    simulated_ticket ticket{two_batches(), timestamp{} + 1h};

    reading read() const { return ticket.read({}, everything_read()); }

    std::vector<std::string> statuses(int batch) const {
        std::vector<std::string> found;
        for (const batch_detail& detail : read().details) {
            if (detail.index != batch) continue;
            for (const instance_info& each : detail.instances)
                found.push_back(each.status);
        }
        return found;
    }
};

TEST_F(ticket_of_a_test, begins_processing_with_all_instances_ready) {
    const reading seen = read();
    EXPECT_EQ(seen.info.status, "PROCESSING");
    EXPECT_EQ(seen.info.current_batch, 1);
    EXPECT_EQ(seen.stats.total, 8);
    ASSERT_EQ(seen.stats.rows.size(), 1U);
    EXPECT_EQ(seen.stats.rows[0].status, "READY");
    EXPECT_THAT(seen.stats.rows[0].batches, ElementsAre(1, 2));
    EXPECT_EQ(seen.details.at(1).instances.at(0).id, 5);
    EXPECT_EQ(seen.details.at(1).instances.at(1).zone, "b");
    EXPECT_EQ(seen.details.at(1).instances.at(2).zone, "a");
}

TEST_F(ticket_of_a_test, as_few_instances_change_as_the_counts_allow) {
    ticket.change(counts(1, {{"PROCESSING", 4}}));
    ticket.change(counts(1, {{"FINISHED", 1}, {"ABNORMAL", 1}, {"PROCESSING", 2}}));
    EXPECT_THAT(statuses(1), ElementsAre("FINISHED", "ABNORMAL", "PROCESSING", "PROCESSING"));
    ticket.change(counts(1, {{"FINISHED", 2}, {"ABNORMAL", 2}}));
    EXPECT_THAT(statuses(1), ElementsAre("FINISHED", "ABNORMAL", "FINISHED", "ABNORMAL"))
        << "nothing that was settled changes";
}

TEST_F(ticket_of_a_test, running_instances_settle_before_those_that_wait) {
    ticket.change(counts(1, {{"READY", 2}, {"PROCESSING", 2}}));
    EXPECT_THAT(statuses(1), ElementsAre("PROCESSING", "PROCESSING", "READY", "READY"));
    ticket.change(counts(1, {{"READY", 1}, {"PROCESSING", 1}, {"FINISHED", 2}}));
    EXPECT_THAT(statuses(1), ElementsAre("FINISHED", "FINISHED", "PROCESSING", "READY"));
}

TEST_F(ticket_of_a_test, named_instances_are_what_they_are_named) {
    timeline_entry entry = counts(1, {{"FINISHED", 3}, {"ABNORMAL", 1}});
    entry.batches[0].instances.push_back(
        {.number = 3, .status = "ABNORMAL", .texts = {{"zone", "c"}, {"message", "no disk"}}});
    ticket.change(entry);
    EXPECT_THAT(statuses(1), ElementsAre("FINISHED", "FINISHED", "ABNORMAL", "FINISHED"));
    const instance_info named = read().details.at(0).instances.at(2);
    EXPECT_EQ(named.zone, "c");
    EXPECT_EQ(named.message, "no disk");
    timeline_entry alone;
    alone.batches.push_back({.index = 2,
                             .counts = std::nullopt,
                             .instances = {{.number = 8, .status = "PROCESSING", .texts = {}}}});
    ticket.change(alone);
    EXPECT_THAT(statuses(2), ElementsAre("READY", "READY", "READY", "PROCESSING"));
}

TEST_F(ticket_of_a_test, the_turn_is_the_first_batchs_with_something_to_do) {
    ticket.change(counts(1, {{"FINISHED", 4}}));
    EXPECT_EQ(ticket.current_batch(), 2);
    ticket.change(counts(2, {{"ABNORMAL", 4}}));
    EXPECT_EQ(ticket.current_batch(), 2) << "the last one";
    timeline_entry entry;
    entry.current = 1;
    ticket.change(entry);
    EXPECT_EQ(ticket.current_batch(), 1) << "as the test says";
}

TEST_F(ticket_of_a_test, pause_and_continue_take_effect) {
    ticket.change(counts(1, {{"FINISHED", 4}}));
    ticket.take_effect({.what = action::pause});
    EXPECT_EQ(ticket.status(), "PAUSED");
    EXPECT_THAT(statuses(2), ElementsAre("READY", "READY", "READY", "READY"));
    ticket.take_effect({.what = action::continue_ticket});
    EXPECT_EQ(ticket.status(), "PROCESSING");
    EXPECT_THAT(statuses(2), ElementsAre("PROCESSING", "PROCESSING", "PROCESSING", "PROCESSING"));
}

TEST_F(ticket_of_a_test, a_skipped_batch_is_left_as_it_is_and_the_next_begins) {
    ticket.change(counts(1, {{"FINISHED", 3}, {"PROCESSING", 1}}));
    ticket.take_effect({.what = action::skip_batch, .batch = 1});
    EXPECT_EQ(ticket.current_batch(), 2);
    EXPECT_THAT(statuses(1), ElementsAre("FINISHED", "FINISHED", "FINISHED", "PROCESSING"));
    EXPECT_THAT(statuses(2), ElementsAre("PROCESSING", "PROCESSING", "PROCESSING", "PROCESSING"));
    ticket.take_effect({.what = action::skip_batch, .batch = 2});
    EXPECT_EQ(ticket.status(), "FINISHED");
}

TEST_F(ticket_of_a_test, cancelling_settles_one_instance_or_all) {
    ticket.change(counts(1, {{"FINISHED", 1}, {"PROCESSING", 3}}));
    ticket.take_effect({.what = action::cancel_instance, .instance = 3});
    EXPECT_THAT(statuses(1), ElementsAre("FINISHED", "PROCESSING", "CANCELED", "PROCESSING"));
    ticket.take_effect({.what = action::cancel});
    EXPECT_EQ(ticket.status(), "CANCELED");
    EXPECT_THAT(statuses(1), ElementsAre("FINISHED", "CANCELED", "CANCELED", "CANCELED"));
    EXPECT_THAT(statuses(2), ElementsAre("CANCELED", "CANCELED", "CANCELED", "CANCELED"));
}

TEST_F(ticket_of_a_test, only_what_policies_need_is_read) {
    settings rules;
    rules.policies = std::make_shared<policy_set>();
    const reading seen = ticket.read({}, rules);
    EXPECT_THAT(seen.details, IsEmpty());
    EXPECT_THAT(seen.info.params, IsEmpty());
    EXPECT_EQ(seen.info.order_name, "");
    EXPECT_EQ(seen.stats.total, 8);
}

}  // namespace
}  // namespace rolloutd::policies::trial::test
