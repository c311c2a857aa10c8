// DESIGN §7: each field of the fact objects.

#include <gtest/gtest.h>

#include "policies/fact_view.h"
#include "tests/support/a_ticket.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

ticket_state state_of(const reading& what) {
    ticket_state state;
    state.id = what.info.id;
    state.labels = {{"tier", "prod"}};
    state.last = what;
    return state;
}

a_ticket mixed() {
    return a_ticket().batch(8).batch(2).with_details().in_batch(1, {{"ABNORMAL", 1},
                                                                    {"CANCELED", 1},
                                                                    {"FINISHED", 2},
                                                                    {"ROLLBACKED", 1},
                                                                    {"ODD", 1},
                                                                    {"PROCESSING", 1}});
}

}  // namespace

TEST(fact_objects, the_ticket_tells_what_was_read_of_it) {
    reading what = mixed().success_rate_tenths(986);
    what.info.params = {{"version", "1.2"}};
    const ticket_state state = state_of(what);
    const timestamp now = *what.info.created + 90s;
    const fact_view view{state, now, false};
    const auto field = [&](ticket_fact which) {
        return view.ticket().as_object().field(static_cast<int>(which));
    };
    EXPECT_EQ(field(ticket_fact::status).as_string(), "PROCESSING");
    EXPECT_EQ(field(ticket_fact::success_rate).as_real(), 98.6);
    EXPECT_EQ(field(ticket_fact::failure_allowed).as_real(), 1.4);
    EXPECT_EQ(field(ticket_fact::age).as_duration(), 90s);
    EXPECT_EQ(field(ticket_fact::timeout).as_duration(), 5min);
    EXPECT_EQ(field(ticket_fact::current_batch).as_integer(), 1);
    EXPECT_EQ(field(ticket_fact::batches).as_integer(), 2);
    EXPECT_EQ(field(ticket_fact::labels).entry(0).second.as_string(), "prod");
    EXPECT_EQ(field(ticket_fact::params).entry(0).second.as_string(), "1.2");
    EXPECT_EQ(field(ticket_fact::pause_cause).as_string(), "");
    EXPECT_EQ(field(ticket_fact::order_name).as_error().code, "missing");
}

TEST(fact_objects, what_the_cloud_left_out_is_an_error_and_no_default) {
    reading what = mixed();
    what.info.success_rate_tenths.reset();
    what.info.timeout.reset();
    what.info.created.reset();
    what.info.current_batch.reset();
    const ticket_state state = state_of(what);
    const fact_view view{state, timestamp{}, false};
    for (const ticket_fact which :
         {ticket_fact::success_rate, ticket_fact::failure_allowed, ticket_fact::timeout,
          ticket_fact::age, ticket_fact::created, ticket_fact::current_batch}) {
        EXPECT_TRUE(view.ticket().as_object().field(static_cast<int>(which)).is_error());
    }
    EXPECT_TRUE(view.stuck(std::nullopt).is_error());
}

TEST(fact_objects, counts_add_up_and_what_is_not_understood_is_unknown) {
    const ticket_state state = state_of(mixed());
    const fact_view view{state, timestamp{}, false};
    const cel::value batch = view.of({.kind = subject_kind::batch, .number = 1});
    const cel::value counts = batch.as_object().field(static_cast<int>(batch_fact::count));
    const auto number = [](const cel::value& of, count_fact which) {
        return of.as_object().field(static_cast<int>(which)).as_integer();
    };
    for (const cel::value& of : {view.count(), counts}) {
        EXPECT_EQ(number(of, count_fact::abnormal), 1);
        EXPECT_EQ(number(of, count_fact::canceled), 1);
        EXPECT_EQ(number(of, count_fact::finished), 2);
        EXPECT_EQ(number(of, count_fact::rollbacked), 1);
        EXPECT_EQ(number(of, count_fact::processing), 1);
        EXPECT_EQ(number(of, count_fact::unknown), 1);
        EXPECT_EQ(number(of, count_fact::settled), 5);
    }
    EXPECT_EQ(number(view.count(), count_fact::total), 10);
    EXPECT_EQ(number(view.count(), count_fact::ready), 3);
    EXPECT_EQ(number(counts, count_fact::total), 8);
    EXPECT_EQ(number(counts, count_fact::ready), 1);
}

TEST(fact_objects, an_instance_tells_where_it_is) {
    const ticket_state state = state_of(mixed());
    const fact_view view{state, timestamp{}, false};
    const cel::value instance = view.of({.kind = subject_kind::instance, .number = 2001});
    const auto field = [&](instance_fact which) {
        return instance.as_object().field(static_cast<int>(which));
    };
    EXPECT_EQ(field(instance_fact::id).as_integer(), 2001);
    EXPECT_EQ(field(instance_fact::batch).as_integer(), 2);
    EXPECT_EQ(field(instance_fact::status).as_string(), "READY");
    EXPECT_EQ(field(instance_fact::host).as_string(), "host-2001");
    EXPECT_EQ(field(instance_fact::running_for).as_duration(), 0s);
    EXPECT_EQ(field(instance_fact::slowness).as_error().code, "too_early");
}

TEST(fact_objects, details_that_were_not_read_are_errors) {
    reading what = mixed();
    what.details.clear();
    const ticket_state state = state_of(what);
    const fact_view view{state, timestamp{}, false};
    EXPECT_EQ(view.instances().as_error().code, "not_read");
    EXPECT_EQ(view.stuck(std::nullopt).as_error().code, "not_read");
    EXPECT_EQ(view.batches().size(), 2u);
}

}  // namespace rolloutd::tests
