#include "policies/told_ticket.h"

#include <gmock/gmock.h>

#include "tests/support/rollout_story.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> notes(rollout_story& story) {
    return notes_of(story.state(), story.fleet(), story.now());
}

TEST(told_ticket, of_a_ticket_that_goes_well_nothing_is_said) {
    rollout_story story({pausing()});
    EXPECT_THAT(notes(story), ElementsAre(HasSubstr("has not been read yet")));
    story.watch(running(), 2);
    EXPECT_THAT(notes(story), IsEmpty());
}

TEST(told_ticket, what_withholds_everything_says_how_to_end_it) {
    rollout_story story({pausing()});
    story.watch(running(), 2);
    story.fleet().frozen = true;
    story.fleet().breaker_open = true;
    story.say(policies::act_kind::hold);
    EXPECT_THAT(notes(story), ElementsAre(HasSubstr("rolloutctl release"), HasSubstr("thaw"),
                                          HasSubstr("breaker close")));
}

TEST(told_ticket, a_ticket_that_cannot_be_read_says_since_when) {
    rollout_story story({pausing()});
    story.watch(running(), 2);
    story.after(5s).fail();
    EXPECT_THAT(notes(story), ElementsAre(HasSubstr("was last seen 5s ago")));
}

}  // namespace
}  // namespace rolloutd::tests
