// What a person may ask of the daemon, who may, and what is kept of it.

#include "daemon/operator_pages.h"

#include <gmock/gmock.h>

#include "tests/daemon/journal/world.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {

namespace {

using ::testing::HasSubstr;

class looking final : public admin_pages {
public:
    admin_page answer(const admin_request&) override { return {404, "text/plain", "looked"}; }
};

struct started : world {
    started() { start(); }
};

struct asked : started {
    asked() {
        policies::decided tripped;
        tripped.reason = policies::suppression::breaker;
        tripped.detail = "tickets_per_hour: 50 tickets in the last hour, 50 allowed";
        record("SCT1", tripped);
    }

    admin_page ask(std::string body, bool local = true, std::string method = "POST") {
        return pages.answer(
            {std::move(method), "/api/v1/breaker/close", local, 0, std::move(body)});
    }
    bool open() const { return log->fleet().ledger.breaker_open; }

    brakes stops;
    memory_log said;
    fleet_switches switches{{*log, stops, said}};
    looking looks;
    operator_pages pages{looks, switches};
};

}  // namespace

TEST(operator_pages, the_breaker_is_closed_with_a_reason_and_the_record_says_by_whom) {
    asked in;
    ASSERT_TRUE(in.open());
    EXPECT_EQ(in.ask(R"({"reason": "the hosts are back"})").status, 200);
    EXPECT_FALSE(in.open());
    in.settle();
    EXPECT_THAT(in.bytes(), HasSubstr(R"("author":"root","reason":"the hosts are back")"));
    EXPECT_EQ(in.ask(R"({"reason": "again"})").status, 409) << "it is closed already";
}

TEST(operator_pages, without_a_reason_nothing_is_done) {
    asked in;
    for (const char* body : {"", "{", "[]", "{}", R"({"reason": 3})", R"({"reason": " \n"})"}) {
        EXPECT_EQ(in.ask(body).status, 400) << body;
    }
    EXPECT_EQ(in.ask(R"({"reason": ")" + std::string(513, 'x') + R"("})").status, 400);
    EXPECT_TRUE(in.open());
}

TEST(operator_pages, nobody_acts_from_afar_or_by_looking) {
    asked in;
    EXPECT_EQ(in.ask(R"({"reason": "mine"})", false).status, 403);
    EXPECT_EQ(in.ask(R"({"reason": "mine"})", true, "GET").body, "looked");
    EXPECT_TRUE(in.open());
}

}  // namespace rolloutd::daemon::testing
