// `decide` is total: whatever is read, in whatever order and at whatever time, it ends, throws
// nothing and keeps every law (DESIGN §3, §6). The readings here are not a rollout's: each part of
// them is drawn at random.

#include <gtest/gtest.h>

#include "tests/policies/engine_laws.h"
#include "tests/support/effort.h"

namespace rolloutd::tests::totality_story {

using namespace policies;

namespace {

const std::vector<std::string>& words() {
    static const std::vector<std::string> all{"READY",      "PROCESSING", "PROCESSING", "PAUSED",
                                              "ABNORMAL",   "FINISHED",   "CANCELED",   "ERROR",
                                              "ROLLBACKED", "",           "processing", "ODD"};
    return all;
}

std::vector<int> some_batches(chances& luck) {
    std::vector<int> batches;
    for (int i = luck.below(4); i > 0; --i)
        batches.push_back(luck.below(6) - 1);
    return batches;
}

instance_info some_instance(chances& luck) {
    instance_info made;
    made.id = luck.one_in(20) ? -1 : 1000 * (1 + luck.below(2)) + luck.below(6);
    made.status = luck.among(words());
    made.zone = luck.one_in(2) ? "a" : "";
    made.message = luck.one_in(5) ? std::string(1024, 'x') : "";
    return made;
}

batch_detail some_detail(chances& luck) {
    batch_detail made{.index = luck.below(5), .size = luck.below(8) - 1, .instances = {}};
    for (int i = luck.below(8); i > 0; --i)
        made.instances.push_back(some_instance(luck));
    return made;
}

// Nothing in it agrees with anything but by accident.
reading chaos(chances& luck) {
    reading made;
    made.info.status = luck.among(words());
    if (!luck.one_in(4)) made.info.current_batch = luck.below(6) - 1;
    if (!luck.one_in(4)) made.info.timeout = std::chrono::seconds{luck.below(2000) - 10};
    if (!luck.one_in(4)) made.info.success_rate_tenths = luck.below(1200) - 100;
    if (luck.one_in(2)) made.info.params = {{"a", "b"}, {"", "x"}};
    for (int i = luck.below(4); i > 0; --i)
        made.batches.push_back({.index = luck.below(5),
                                .size = luck.below(8) - 1,
                                .rotation = luck.one_in(2) ? "PAUSE" : "",
                                .label = {}});
    made.stats.total = luck.below(14) - 2;
    for (int i = luck.below(6); i > 0; --i)
        made.stats.rows.push_back({.status = luck.among(words()),
                                   .count = luck.below(8) - 1,
                                   .batches = some_batches(luck)});
    for (int i = luck.below(3); i > 0; --i)
        made.details.push_back(some_detail(luck));
    made.skew = std::chrono::seconds{luck.below(30) - 15};
    return made;
}

// Two batches of four instances, each of which may come into any status, but leaves none in which
// it is settled; the ticket's own status says what it likes. At most one thing is wrong with a
// reading.
class restless_ticket {
public:
    reading next(chances& luck) {
        for (std::string& each : statuses_) {
            if (!is_settled(classify(each)) && luck.one_in(12)) each = luck.among(words());
        }
        if (luck.one_in(4)) status_ = luck.one_in(3) ? luck.among(words()) : "PROCESSING";
        if (luck.one_in(10)) current_ = 1 + luck.below(2);
        a_ticket ticket;
        ticket.batch(4, luck.one_in(9) ? "CONTINUE" : "PAUSE").batch(4).with_details();
        for (int i = 0; i < 8; ++i)
            ticket.instance(1000 * (1 + i / 4) + 1 + i % 4, statuses_[static_cast<std::size_t>(i)]);
        reading made = ticket.current(current_).status(status_);
        switch (luck.below(20)) {
            case 0: made.info.current_batch.reset(); break;
            case 1: made.info.timeout.reset(); break;
            case 2: made.details.clear(); break;
            case 3: made.details.push_back(some_detail(luck)); break;
            case 4: made.stats.rows.clear(); break;
            case 5: made.info.id.clear(); break;
            default: break;
        }
        return made;
    }

private:
    std::vector<std::string> statuses_ = std::vector<std::string>(8, "PROCESSING");
    std::string status_ = "PROCESSING";
    int current_ = 1;
};

std::vector<a_policy> policies_of(chances& luck) {
    std::vector<a_policy> made = random_policies(
        luck, {"count.total >= 0", "count.unknown == 0", "ticket.labels.tier == \"prod\"",
               "percent_upper(count.abnormal, count.total, 0.9) > 10.0",
               "instances.exists(i, i.slowness > 0.5)", "batches[1].count.stuck > 0",
               "ticket.paused_by == \"p0/r0\"", "ticket.unseen_for > duration(\"20s\")",
               "count.given_up * 2 > count.stuck", "ticket.age > ticket.timeout",
               "ticket.params.a == \"b\"", "batches.all(b, b.running_for >= duration(\"0s\"))"});
    made[0].match(luck.one_in(3) ? "ticket.status != \"PAUSED\"" : "true");
    return made;
}

input any_step(chances& luck, restless_ticket& ticket, const rollout_story& story) {
    const sequence on_its_way = story.state().permitted;
    if (on_its_way != 0 && luck.one_in(3)) return random_answer(luck, on_its_way);
    switch (luck.below(24)) {
        case 0: return wake{.planned = 5s};
        case 1: return random_act(luck, story.state());
        case 2: return random_answer(luck, static_cast<sequence>(luck.below(100)));
        case 3:
            return seen{.what = failed_reading{.origin = "content",
                                               .code = luck.one_in(2) ? "" : "json",
                                               .detail = {},
                                               .not_found = luck.one_in(2)},
                        .planned = 5s};
        case 4:
            return seen{.what = chaos(luck), .planned = std::chrono::seconds{luck.below(90) - 5}};
        default: return seen{.what = ticket.next(luck), .planned = 5s};
    }
}

}  // namespace

TEST(engine_totality, laws_hold_whatever_is_read) {
    int acted = 0;
    for (unsigned seed = 1; seed <= 50; seed += every_nth_run) {
        chances luck{seed};
        rollout_story story{policies_of(luck)};
        restless_ticket ticket;
        for (int i = 0; i < 60; ++i) {
            // Clocks are set back, too.
            story.after(luck.one_in(20) ? -7s : std::chrono::seconds{1 + luck.below(8)});
            if (luck.one_in(40)) story.after(24h * 400);
            if (luck.one_in(40)) story.restart(story.now() - 3s);
            if (luck.one_in(40)) story.reload(policies_of(luck));
            change_fleet(luck, story);
            ASSERT_NO_THROW(take_lawfully(story, any_step(luck, ticket, story)));
            if (testing::Test::HasFailure()) FAIL() << "seed " << seed << ", step " << i;
        }
        acted += static_cast<int>(story.sent().size());
    }
    EXPECT_GT(acted, 50 / static_cast<int>(every_nth_run)) << "the runs do more than nothing";
}

TEST(engine_totality, a_reading_is_judged_without_any_policy) {
    chances luck{7};
    rollout_story story{{a_policy()}};
    restless_ticket ticket;
    story.rules().policies = nullptr;
    for (int i = 0; i < 200; ++i) {
        story.after(5s);
        take_lawfully(story, any_step(luck, ticket, story));
        EXPECT_TRUE(story.last().views.empty());
    }
}

}  // namespace rolloutd::tests::totality_story
