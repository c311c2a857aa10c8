// What a person may ask of the daemon as a whole, who may, and what is kept of it.

#include "daemon/operator_pages.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "daemon/operator_desk.h"
#include "tests/daemon/journal/world.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {

namespace {

using ::testing::HasSubstr;

class looking final : public admin_pages {
public:
    admin_page answer(const admin_request&) override { return {404, "text/plain", "looked"}; }
};

class no_recorder final : public recorder {
public:
    policies::stamp record(const policies::ticket_id&, const policies::event&,
                           policies::timestamp at) override {
        return {1, at};
    }
    void record_seen(policies::timestamp, policies::timestamp) override {}
    boost::asio::awaitable<bool> durable(policies::sequence) override { co_return true; }
    policies::fleet_view fleet(const policies::ticket_id&, policies::timestamp) const override {
        return {};
    }
    bool writable() const override { return true; }
};

struct begun_journal : world {
    begun_journal() { start(); }
};

// A journal, and a fleet of no tickets.
struct asked : begun_journal {
    asked() {
        policies::decided tripped;
        tripped.reason = policies::suppression::breaker;
        tripped.detail = "tickets_per_hour: 50 tickets in the last hour, 50 allowed";
        record("SCT1", tripped);
    }

    admin_page ask(std::string path, std::string body, bool local = true,
                   std::string method = "POST") {
        admin_request what{std::move(method), "/api/v1/" + path, local, 0, std::move(body)};
        auto page =
            boost::asio::co_spawn(io, desk.pages().act(std::move(what)), boost::asio::use_future);
        settle();
        return page.get();
    }
    admin_page close(const std::string& body, bool local = true) {
        return ask("breaker/close", body, local);
    }
    bool open() const { return log->fleet().ledger.breaker_open; }

    api::manual_clock time{io.get_executor(), now};
    brakes stops;
    memory_log said;
    no_recorder records;
    scripted_gateway cloud{time};
    metrics counters{now};
    executor hands{{io.get_executor(), time, cloud, records, counters, said, stops}};
    fleet tickets{io.get_executor(),
                  {time, cloud, records, hands, counters, said,
                   std::make_shared<const policies::settings>(), poll_plan{}}};
    looking looks;
    one_name names;
    operator_desk desk{{io.get_executor(), time, tickets, *log, stops, said, looks, names}};
};

const std::string because = R"({"reason": "INC-1"})";

}  // namespace

TEST(operator_pages, the_breaker_is_closed_with_a_reason_and_the_record_says_by_whom) {
    asked in;
    ASSERT_TRUE(in.open());
    EXPECT_EQ(in.close(R"({"reason": "the hosts are back"})").status, 200);
    EXPECT_FALSE(in.open());
    EXPECT_THAT(in.bytes(), HasSubstr(R"("author":"ana","reason":"the hosts are back")"));
    EXPECT_EQ(in.close(R"({"reason": "again"})").status, 409) << "it is closed already";
}

TEST(operator_pages, without_a_good_reason_nothing_is_done) {
    asked in;
    for (const char* body : {"", "{", "[]", "{}", R"({"reason": 3})", R"({"reason": " \n"})",
                             R"({"reason": "a\u001b[2Jb"})", R"({"reason": "one\ntwo"})"}) {
        EXPECT_EQ(in.close(body).status, 400) << body;
        EXPECT_EQ(in.ask("freeze", body).status, 400) << body;
    }
    EXPECT_EQ(in.close(R"({"reason": ")" + std::string(513, 'x') + R"("})").status, 400);
    EXPECT_TRUE(in.open());
    EXPECT_FALSE(in.stops.frozen);
}

TEST(operator_pages, nobody_acts_from_afar_or_by_looking) {
    asked in;
    EXPECT_EQ(in.close(because, false).status, 403);
    EXPECT_EQ(in.ask("freeze", because, true, "GET").body, "looked");
    EXPECT_EQ(in.ask("freeze", because, true, "PUT").body, "looked");
    EXPECT_TRUE(in.open());
    EXPECT_FALSE(in.stops.frozen);
}

TEST(operator_pages, a_freeze_is_lifted_once_by_a_thaw_that_is_on_the_disk) {
    asked in;
    EXPECT_EQ(in.ask("thaw", because).status, 409) << "nothing is frozen";
    const admin_page frozen = in.ask("freeze", because);
    EXPECT_EQ(frozen.status, 200);
    EXPECT_THAT(frozen.body, HasSubstr(R"("recorded":true)"));
    EXPECT_TRUE(in.stops.frozen);
    EXPECT_EQ(in.ask("thaw", because).status, 200);
    EXPECT_FALSE(in.stops.frozen);
    EXPECT_FALSE(in.fold().fleet.ledger.frozen);
}

TEST(operator_pages, a_freeze_works_with_a_full_disk_and_a_thaw_does_not) {
    asked in;
    in.files.fail_always("append");
    in.files.fail_always("create");
    const admin_page frozen = in.ask("freeze", because);
    EXPECT_EQ(frozen.status, 200);
    EXPECT_THAT(frozen.body, HasSubstr(R"("recorded":false)"));
    EXPECT_THAT(frozen.body, HasSubstr("not on the disk yet"));
    EXPECT_TRUE(in.stops.frozen);
    EXPECT_EQ(in.ask("thaw", because).status, 503);
    EXPECT_TRUE(in.stops.frozen);
}

TEST(operator_pages, what_does_not_exist_is_refused_by_name) {
    asked in;
    EXPECT_THAT(in.ask("tickets/SCT1/hold", because).body, HasSubstr("SCT1 is not watched"));
    EXPECT_EQ(in.ask("tickets/SCT1/hold", because).status, 404);
    EXPECT_TRUE(in.stops.held.empty());
    EXPECT_EQ(in.ask("tickets/..%2F/hold", because).status, 400);
    EXPECT_EQ(in.ask("tickets/SCT1/dance", because).status, 404);
    EXPECT_EQ(in.ask("proposals/7/approve", because).status, 404);
    EXPECT_EQ(in.ask("proposals/seven/approve", because).status, 400);
    EXPECT_EQ(in.ask("proposals/0/approve", because).status, 400);
    EXPECT_EQ(in.ask("proposals/7/shrug", because).status, 404);
    EXPECT_EQ(in.ask("tickets", because).status, 404);
    EXPECT_EQ(in.ask("", because).status, 404);
}

TEST(operator_pages, numbers_and_labels_are_looked_at) {
    asked in;
    const auto with = [&in](const std::string& command, const std::string& more) {
        return in.ask("tickets/SCT1/" + command, R"({"reason": "r", )" + more + "}").status;
    };
    for (const char* batch : {"0", "21", "-1", "1.5", "\"2\"", "1e99"})
        EXPECT_EQ(with("skip-batch", std::string("\"batch\": ") + batch), 400) << batch;
    EXPECT_EQ(in.ask("tickets/SCT1/cancel-instance", because).status, 400);
    EXPECT_EQ(with("cancel-instance", "\"instance\": \"x\""), 400);
    EXPECT_EQ(with("add", "\"labels\": 3"), 400);
    EXPECT_EQ(with("add", R"("labels": {"a": 1})"), 400);
    EXPECT_EQ(with("add", R"("labels": {"": "x"})"), 400);
}

TEST(operator_pages, nothing_new_is_begun_while_the_daemon_stops) {
    asked in;
    in.stops.stopping = true;
    EXPECT_EQ(in.ask("tickets/SCT1/pause", because).status, 503);
    EXPECT_EQ(in.ask("proposals/7/approve", because).status, 503);
    EXPECT_EQ(in.ask("freeze", because).status, 200) << "which begins nothing";
}

}  // namespace rolloutd::daemon::testing
