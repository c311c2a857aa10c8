// DESIGN §7: which facts there are, and what has to be read for them.

#include "policies/facts.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace rolloutd::tests {

using namespace policies;

TEST(facts, every_one_of_them_compiles_under_its_name) {
    const std::vector<fact_entry> facts = all_facts();
    EXPECT_GT(facts.size(), 60u);
    for (const fact_entry& each : facts) {
        const subject_kind kind = each.name.starts_with("batch.")      ? subject_kind::batch
                                  : each.name.starts_with("instance.") ? subject_kind::instance
                                                                       : subject_kind::ticket;
        const auto compiled = cel::compile(each.name, facts_environment(kind));
        ASSERT_TRUE(std::holds_alternative<cel::expression>(compiled)) << each.name;
        EXPECT_EQ(std::get<cel::expression>(compiled).result().text(), each.type) << each.name;
    }
}

TEST(facts, of_a_batch_or_an_instance_are_only_there_for_their_rules) {
    const auto compiles = [](std::string_view text, const cel::environment& names) {
        return std::holds_alternative<cel::expression>(cel::compile(text, names));
    };
    EXPECT_FALSE(compiles("batch.index", facts_environment(subject_kind::ticket)));
    EXPECT_FALSE(compiles("batch.index", facts_environment(subject_kind::instance)));
    EXPECT_FALSE(compiles("instance.id", facts_environment(subject_kind::batch)));
    EXPECT_FALSE(compiles("count.ready", match_environment()));
    EXPECT_TRUE(compiles("ticket.name", match_environment()));
}

TEST(facts, only_what_a_policy_names_is_read) {
    const required_reads nothing;
    EXPECT_EQ(reads_of("count.abnormal"), nothing);
    EXPECT_EQ(reads_of("ticket.status"), nothing);
    EXPECT_EQ(reads_of("ticket.batches"), nothing);
    EXPECT_EQ(reads_of("now"), nothing);
    EXPECT_TRUE(reads_of("count.stuck").details);
    EXPECT_TRUE(reads_of("count.given_up").details);
    EXPECT_TRUE(reads_of("batch.count.abnormal").details);
    EXPECT_TRUE(reads_of("batches").details);
    EXPECT_TRUE(reads_of("instance.status").details);
    EXPECT_FALSE(reads_of("instance.status").messages);
    EXPECT_TRUE(reads_of("instance.message").messages);
    EXPECT_TRUE(reads_of("instances").messages);
    EXPECT_TRUE(reads_of("ticket.params").params);
    EXPECT_TRUE(reads_of("ticket.params.version").params);
    EXPECT_TRUE(reads_of("ticket.order_name").order_name);
}

}  // namespace rolloutd::tests
