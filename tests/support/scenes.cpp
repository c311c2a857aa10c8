#include "tests/support/scenes.h"

namespace rolloutd::tests {

a_ticket two_batches() { return a_ticket().batch(10, "PAUSE").batch(10).with_details(); }

a_ticket running(int abnormal, int finished) {
    return two_batches().in_batch(
        1,
        {{"ABNORMAL", abnormal}, {"FINISHED", finished}, {"PROCESSING", 10 - abnormal - finished}});
}

a_ticket at_rest() { return two_batches().in_batch(1, {{"FINISHED", 10}}).paused(); }

a_policy pausing() {
    return a_policy().rule(a_rule("failing").when("count.abnormal > 0").do_pause());
}

a_policy continuing() {
    return a_policy().rule(a_rule("next").when("ticket.status == \"PAUSED\"").do_continue());
}

}  // namespace rolloutd::tests
