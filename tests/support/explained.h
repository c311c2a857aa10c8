#pragma once
// What the stories about explanations share: a ticket to explain, and the explanation of it.

#include <gtest/gtest.h>

#include "policies/explain.h"
#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

/// The first of two batches is on its way; nothing of the second one has begun.
inline a_ticket of_two_batches(int finished, int abnormal, int processing) {
    a_ticket ticket;
    ticket.batch(finished + abnormal + processing).batch(10);
    return ticket.processing().current(1).with_details().in_batch(
        1, {{"FINISHED", finished}, {"ABNORMAL", abnormal}, {"PROCESSING", processing}});
}

inline policies::explanation told_of(rollout_story& story) {
    return explain(story.state(), {story.rules(), story.fleet(), story.now()});
}

inline policies::told_rule first_of(rollout_story& story) {
    const policies::explanation found = told_of(story);
    EXPECT_FALSE(found.rules.empty());
    return found.rules.empty() ? policies::told_rule{} : found.rules[0];
}

}  // namespace rolloutd::tests
