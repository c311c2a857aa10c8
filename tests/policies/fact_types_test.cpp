#include "policies/fact_types.h"

#include <gtest/gtest.h>

namespace rolloutd::tests {

using namespace policies;

TEST(fact_types, the_enumerators_are_the_slots) {
    EXPECT_EQ(ticket_type().slot_of("id"), static_cast<int>(ticket_fact::id));
    EXPECT_EQ(ticket_type().slot_of("failure_allowed"),
              static_cast<int>(ticket_fact::failure_allowed));
    EXPECT_EQ(ticket_type().slot_of("unseen_for"), static_cast<int>(ticket_fact::unseen_for));
    EXPECT_EQ(ticket_type().slot_of("params"), static_cast<int>(ticket_fact::params));
    EXPECT_EQ(count_type().slot_of("unknown"), static_cast<int>(count_fact::unknown));
    EXPECT_EQ(count_type().slot_of("given_up"), static_cast<int>(count_fact::given_up));
    EXPECT_EQ(batch_type().slot_of("current"), static_cast<int>(batch_fact::current));
    EXPECT_EQ(batch_type().slot_of("unchanged_for"), static_cast<int>(batch_fact::unchanged_for));
    EXPECT_EQ(instance_type().slot_of("message"), static_cast<int>(instance_fact::message));
    EXPECT_EQ(instance_type().slot_of("slowness"), static_cast<int>(instance_fact::slowness));
}

}  // namespace rolloutd::tests
