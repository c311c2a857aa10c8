// The last look before the write (DESIGN §6 Sending), over the real gateway, pool and sockets: what
// happens while an operation waits for its turn is heeded.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "api/cloud_gateway.h"
#include "api/http_pool.h"
#include "api/manual_clock.h"
#include "daemon/executor.h"
#include "tests/api/peer.h"
#include "tests/api/run.h"
#include "tests/api/scripted_http.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

using api::test::ok;
using policies::action;

// What an operation may have to wait for between its intent and its first byte.
enum class wait_for { the_rate, a_connection, a_handshake, a_token };

class sound_recorder final : public recorder {
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
    bool writable() const override { return well; }
    bool well = true;
};

// Moved by hand; the deadlines that it gives to sockets lie an hour ahead of the machine's clock.
class staged_clock final : public api::clock {
public:
    explicit staged_clock(const boost::asio::any_io_executor& loop)
        : inner(loop, policies::timestamp{1'000'000'000ms}),
          origin_(std::chrono::steady_clock::now() + 1h - inner.steady_now()) {}
    policies::timestamp now() const override { return inner.now(); }
    api::steady_time steady_now() const override { return inner.steady_now() + origin_; }
    std::unique_ptr<api::alarm> make_alarm() override { return inner.make_alarm(); }
    void not_before(policies::timestamp least) override { inner.not_before(least); }

    api::manual_clock inner;

private:
    std::chrono::steady_clock::duration origin_;
};

// Takes its time over the second token.
class slow_tokens final : public api::token_source {
public:
    explicit slow_tokens(api::clock& time) : renewed(time) {}
    boost::asio::awaitable<api::result<std::string>> token() override {
        if (!refused) co_return std::string("first");
        asked = true;
        const auto never = policies::timestamp{2'000'000'000ms};
        co_await renewed.wait_until(never);
        co_return std::string("second");
    }
    void rejected(std::string_view) override { refused = true; }
    bool refused = false;
    bool asked = false;
    api::wakeup renewed;
};

boost::asio::awaitable<void> bring(executor& hands, permit what,
                                   std::optional<policies::input>& to) {
    policies::input got = co_await hands.carry_out(std::move(what));
    to = std::move(got);
}

boost::asio::awaitable<void> read_once(api::gateway& cloud, bool& done) {
    const auto info = co_await cloud.read_info("SCT2");
    done = info.has_value();
}

class last_look : public ::testing::TestWithParam<wait_for> {
protected:
    last_look() {
        api::pool_settings one;
        one.where = server.where();
        one.where.tls = is(wait_for::a_handshake);
        one.ca_file = trusted.path();
        one.connections = 1;
        pool = api::http_pool::make(io.get_executor(), one).value();
        api::cloud_settings how;
        how.rate.burst = is(wait_for::the_rate) ? 1 : 40;
        how.rate.per_second = 1.0;
        cloud =
            std::make_unique<api::cloud_gateway>(api::cloud_ports(time, *pool, tokens, seen), how);
        hands = std::make_unique<executor>(
            executor::parts{io.get_executor(), time, *cloud, records, counters, log, stops});
    }

    static bool is(wait_for what) { return GetParam() == what; }

    // An operation that stands before the write but for one thing.
    void begin(action what) {
        const std::string seen_well = ok(R"({"data":{"status":"PROCESSING"}})");
        if (is(wait_for::the_rate)) {
            server.say(seen_well);
            group.spawn("read", read_once(*cloud, has_read));
            run_until([this] { return has_read; });
        } else if (is(wait_for::a_connection)) {
            server.say(seen_well);
            server.hold();
            group.spawn("read", read_once(*cloud, has_read));
            run_until([this] { return server.requests().size() == 1; });
        } else if (is(wait_for::a_handshake)) {
            server.hold();
        } else {
            server.say("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}");
        }
        server.say(ok(R"({"data":"SCT1"})"));
        group.spawn("operation", bring(*hands, a_permit(what), got));
        if (is(wait_for::a_handshake)) run_until([this] { return server.connections() == 1; });
        if (is(wait_for::a_token)) run_until([this] { return tokens.asked; });
        api::test::settle(io);
        ASSERT_FALSE(got) << "it waits";
        refused = puts();
        ASSERT_EQ(refused, is(wait_for::a_token) ? 1 : 0);
    }

    // What it waited for is there. "withheld freeze", or "answer accepted".
    std::string let_go() {
        if (is(wait_for::the_rate)) time.inner.advance(1s);
        server.release();
        tokens.renewed.poke();
        run_until([this] { return got.has_value(); });
        if (!got) return "nothing";
        if (const auto* kept = std::get_if<policies::withheld>(&*got)) {
            return "withheld " + kept->why;
        }
        return "answer " + std::string(to_text(std::get<policies::answer>(*got).kind));
    }

    void run_until(const std::function<bool()>& there) {
        const auto limit = std::chrono::steady_clock::now() + 20s;
        io.restart();
        while (!there() && io.run_one_until(limit) > 0) {}
        EXPECT_TRUE(there()) << "it took too long";
    }

    permit a_permit(action what) {
        permit made;
        made.ticket = "SCT1";
        made.what.what.what = what;
        if (what == action::skip_batch) made.what.what.batch = 1;
        made.what.by = by;
        made.intent = 17;
        made.given = time.steady_now();
        made.removed = [this] { return removed; };
        return made;
    }

    int puts() const {
        const auto is_put = [](const std::string& each) { return each.starts_with("PUT "); };
        return static_cast<int>(std::ranges::count_if(server.requests(), is_put));
    }
    // Operations that reached the server, without the one whose token it refused.
    int sent() const { return puts() - refused; }

    void TearDown() override {
        api::test::run(io, hands->join());
        group.cancel();
        api::test::run(io, group.join());
    }

    boost::asio::io_context io{1};
    staged_clock time{io.get_executor()};
    api::test::key_pair authority = api::test::make_authority("a test's authority");
    api::test::temporary_file trusted{authority.certificate};
    api::test::peer server{
        io, is(wait_for::a_handshake)
                ? std::optional(api::test::make_certificate(authority, "IP:127.0.0.1"))
                : std::nullopt};
    slow_tokens tokens{time};
    api::test::noting_observer seen;
    sound_recorder records;
    metrics counters{time.now()};
    memory_log log;
    brakes stops;
    std::unique_ptr<api::http_pool> pool;
    std::unique_ptr<api::cloud_gateway> cloud;
    std::unique_ptr<executor> hands;
    api::task_group group{io.get_executor(), nullptr};
    std::optional<policies::input> got;
    std::string by;  // who ordered it; "" for a rule
    bool removed = false;
    bool has_read = false;
    int refused = 0;
};

TEST_P(last_look, what_nothing_hinders_is_sent_exactly_once) {
    begin(action::skip_batch);
    EXPECT_EQ(let_go(), "answer accepted");
    EXPECT_EQ(sent(), 1);
}

TEST_P(last_look, a_freeze_that_comes_while_it_waits_sends_nothing) {
    begin(action::skip_batch);
    stops.frozen = true;
    EXPECT_EQ(let_go(), "withheld freeze");
    EXPECT_EQ(sent(), 0);
    EXPECT_EQ(log.count("operation_withheld"), 1);
}

TEST_P(last_look, a_freeze_that_comes_while_it_waits_holds_a_pause_back_as_well) {
    begin(action::pause);
    stops.frozen = true;
    EXPECT_EQ(let_go(), "withheld freeze");
    EXPECT_EQ(sent(), 0);
}

TEST_P(last_look, a_hold_of_its_own_ticket_alone_counts) {
    begin(action::continue_ticket);
    stops.held.insert("SCT2");
    EXPECT_EQ(let_go(), "answer accepted");
    EXPECT_EQ(sent(), 1);
}

TEST_P(last_look, a_hold_that_comes_while_it_waits_sends_nothing) {
    begin(action::continue_ticket);
    stops.held.insert("SCT1");
    EXPECT_EQ(let_go(), "withheld hold");
    EXPECT_EQ(sent(), 0);
}

TEST_P(last_look, a_reading_that_grows_old_while_it_waits_withdraws) {
    begin(action::cancel);
    time.inner.advance(2001ms);
    EXPECT_EQ(let_go(), "withheld late");
    EXPECT_EQ(sent(), 0);
}

TEST_P(last_look, a_pause_needs_no_young_reading) {
    begin(action::pause);
    time.inner.advance(2001ms);
    EXPECT_EQ(let_go(), "answer accepted");
    EXPECT_EQ(sent(), 1);
}

TEST_P(last_look, a_persons_operation_passes_a_freeze_but_not_a_stop) {
    by = "ana";
    begin(action::pause);
    stops.frozen = true;
    EXPECT_EQ(let_go(), "answer accepted");
    EXPECT_EQ(sent(), 1);
}

TEST_P(last_look, a_stop_sends_nothing_more_even_for_a_person) {
    by = "ana";
    begin(action::pause);
    stops.stopping = true;
    EXPECT_EQ(let_go(), "withheld stop");
    EXPECT_EQ(sent(), 0);
}

TEST_P(last_look, a_ticket_that_is_removed_while_it_waits_is_left_alone) {
    begin(action::pause);
    removed = true;
    EXPECT_EQ(let_go(), "withheld removed");
    EXPECT_EQ(sent(), 0);
}

TEST_P(last_look, a_journal_that_fails_while_it_waits_sends_nothing) {
    begin(action::pause);
    records.well = false;
    EXPECT_EQ(let_go(), "withheld journal");
    EXPECT_EQ(sent(), 0);
}

TEST_P(last_look, what_is_given_up_while_it_waits_is_never_sent) {
    begin(action::continue_ticket);
    hands->stop_by(time.now());
    run_until([this] { return got.has_value(); });
    // Of a first try whose token was refused, bytes have gone out.
    EXPECT_EQ(let_go(), is(wait_for::a_token) ? "answer unknown" : "withheld abandoned");
    api::test::settle(io);
    EXPECT_EQ(sent(), 0);
    EXPECT_EQ(hands->in_flight(), 0);
}

std::string name_of(const ::testing::TestParamInfo<wait_for>& what) {
    switch (what.param) {
        case wait_for::the_rate: return "the_rate";
        case wait_for::a_connection: return "a_connection";
        case wait_for::a_handshake: return "a_handshake";
        case wait_for::a_token: return "a_token";
    }
    return "";
}

INSTANTIATE_TEST_SUITE_P(waits, last_look,
                         ::testing::Values(wait_for::the_rate, wait_for::a_connection,
                                           wait_for::a_handshake, wait_for::a_token),
                         name_of);

}  // namespace
}  // namespace rolloutd::daemon::testing
