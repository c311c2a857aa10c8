#include "api/resolver.h"

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <future>
#include <thread>

#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::run;

resolver_settings named(std::string host, std::uint16_t port = 80) {
    resolver_settings how;
    how.host = std::move(host);
    how.port = port;
    return how;
}

lookup_answer found(std::vector<std::string> addresses) {
    lookup_answer made;
    for (const std::string& each : addresses)
        made.addresses.push_back(boost::asio::ip::make_address(each));
    return made;
}

std::vector<std::string> told(const result<tcp_addresses>& what) {
    if (what.has_error()) return {what.error().code};
    std::vector<std::string> all;
    for (const auto& each : *what)
        all.push_back(each.address().to_string());
    return all;
}

// Answers the first few times, then hangs until it is let go, as getaddrinfo does when no server
// answers.
class hanging_lookup {
public:
    explicit hanging_lookup(int answers = 0) : state_(std::make_shared<state>(answers)) {}
    ~hanging_lookup() { let_go(); }

    lookup_function function() const {
        return [kept = state_](const std::string&) {
            if (++kept->begun > kept->answers) kept->gate.wait();
            return found({"192.0.2." + std::to_string(kept->begun)});
        };
    }
    int begun() const { return state_->begun; }

    // Returns when no thread has anything more to do with it.
    void let_go() {
        if (!state_->gone) state_->open.set_value();
        state_->gone = true;
        while (state_.use_count() > 1)
            std::this_thread::yield();
    }

private:
    struct state {
        explicit state(int good) : answers(good) {}
        std::promise<void> open;
        std::shared_future<void> gate{open.get_future()};
        std::atomic<int> begun = 0;
        const int answers;
        bool gone = false;
    };
    std::shared_ptr<state> state_;
};

steady_time in(duration length) { return std::chrono::steady_clock::now() + length; }

TEST(host_resolver, an_address_needs_no_lookup) {
    boost::asio::io_context loop{1};
    for (const std::string host : {"127.0.0.1", "::1"}) {
        host_resolver resolver(loop.get_executor(), named(host, 8080));
        const auto found = run(loop, resolver.resolve(in(0ms)));
        ASSERT_TRUE(found.has_value());
        ASSERT_EQ(found->size(), 1u);
        EXPECT_EQ(found->front().address().to_string(), host);
        EXPECT_EQ(found->front().port(), 8080);
    }
}

TEST(host_resolver, a_name_is_looked_up_once_and_kept) {
    boost::asio::io_context loop{1};
    host_resolver resolver(loop.get_executor(), named("localhost"));
    ASSERT_TRUE(run(loop, resolver.resolve(in(5s))).has_value());
    // Without patience only what is known already can be had.
    EXPECT_TRUE(run(loop, resolver.resolve(in(-1s))).has_value());
    resolver.distrust();
    EXPECT_TRUE(run(loop, resolver.resolve(in(-1s))).has_value());
}

TEST(host_resolver, who_has_no_patience_is_told_and_the_lookup_goes_on_for_the_next) {
    boost::asio::io_context loop{1};
    host_resolver resolver(loop.get_executor(), named("localhost"));
    const auto first = run(loop, resolver.resolve(in(-1s)));
    ASSERT_TRUE(first.has_error());
    EXPECT_EQ(first.error().code, "timeout");
    EXPECT_FALSE(first.error().sent);
    EXPECT_TRUE(run(loop, resolver.resolve(in(5s))).has_value());
}

TEST(host_resolver, a_name_that_cannot_be_is_named) {
    boost::asio::io_context loop{1};
    const std::string host = std::string(64, 'a') + ".invalid";
    host_resolver resolver(loop.get_executor(), named(host));
    const auto found = run(loop, resolver.resolve(in(5s)));
    ASSERT_TRUE(found.has_error());
    EXPECT_EQ(found.error().code, "resolve");
    EXPECT_NE(found.error().detail.find(host), std::string::npos);
}

TEST(host_resolver, a_lookup_that_hangs_stops_nothing_else) {
    hanging_lookup hangs;
    boost::asio::io_context loop{1};
    resolver_settings bad = named("stuck.example");
    bad.lookup = hangs.function();
    host_resolver stuck(loop.get_executor(), std::move(bad));
    EXPECT_EQ(told(run(loop, stuck.resolve(in(20ms)))), std::vector<std::string>{"timeout"});
    EXPECT_TRUE(stuck.looking());
    host_resolver other(loop.get_executor(), named("localhost"));
    EXPECT_TRUE(run(loop, other.resolve(in(5s))).has_value());
    EXPECT_TRUE(stuck.looking());
}

TEST(host_resolver, there_is_never_a_second_lookup_while_one_hangs) {
    hanging_lookup hangs;
    boost::asio::io_context loop{1};
    resolver_settings bad = named("stuck.example");
    bad.lookup = hangs.function();
    host_resolver stuck(loop.get_executor(), std::move(bad));
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(told(run(loop, stuck.resolve(in(1ms)))), std::vector<std::string>{"timeout"});
        stuck.distrust();
    }
    EXPECT_LE(hangs.begun(), 1);
}

TEST(host_resolver, the_old_addresses_go_on_serving_while_a_lookup_hangs) {
    hanging_lookup hangs(1);
    boost::asio::io_context loop{1};
    resolver_settings hasty = named("stuck.example");
    hasty.keep = 0ms;
    hasty.lookup = hangs.function();
    host_resolver resolver(loop.get_executor(), std::move(hasty));
    const std::vector<std::string> first{"192.0.2.1"};
    EXPECT_EQ(told(run(loop, resolver.resolve(in(5s)))), first);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(told(run(loop, resolver.resolve(in(5s)))), first);
    EXPECT_TRUE(resolver.looking());
}

TEST(host_resolver, the_end_does_not_wait_for_a_lookup_that_hangs) {
    hanging_lookup hangs;
    {
        boost::asio::io_context loop{1};
        resolver_settings bad = named("stuck.example");
        bad.lookup = hangs.function();
        host_resolver stuck(loop.get_executor(), std::move(bad));
        EXPECT_EQ(told(run(loop, stuck.resolve(in(10ms)))), std::vector<std::string>{"timeout"});
    }
    // Resolver and loop are gone, and the thread still hangs: now it comes back.
    hangs.let_go();
}

TEST(host_resolver, who_waits_for_a_lookup_that_hangs_can_be_cancelled) {
    hanging_lookup hangs;
    boost::asio::io_context loop{1};
    resolver_settings bad = named("stuck.example");
    bad.lookup = hangs.function();
    host_resolver stuck(loop.get_executor(), std::move(bad));
    boost::asio::cancellation_signal signal;
    bool aborted = false;
    const auto note = [&](std::exception_ptr error, const auto&) { aborted = error != nullptr; };
    boost::asio::co_spawn(loop, stuck.resolve(in(1min)),
                          boost::asio::bind_cancellation_slot(signal.slot(), note));
    test::settle(loop);
    signal.emit(boost::asio::cancellation_type::terminal);
    test::settle(loop);
    EXPECT_TRUE(aborted);
}

TEST(host_resolver, what_a_lookup_throws_is_told_and_an_empty_answer_too) {
    boost::asio::io_context loop{1};
    resolver_settings broken = named("x.example");
    broken.lookup = [](const std::string&) -> lookup_answer { throw std::runtime_error("broken"); };
    host_resolver thrower(loop.get_executor(), broken);
    const auto thrown = run(loop, thrower.resolve(in(5s)));
    EXPECT_EQ(thrown.error().detail, "cannot find the address of x.example: broken");
    broken.lookup = [](const std::string&) { return lookup_answer(); };
    host_resolver empty(loop.get_executor(), broken);
    const auto none = run(loop, empty.resolve(in(5s)));
    EXPECT_EQ(none.error().detail, "cannot find the address of x.example: the name has no address");
}

TEST(host_resolver, what_answered_comes_first_and_what_did_not_goes_last) {
    boost::asio::io_context loop{1};
    resolver_settings many = named("many.example");
    many.lookup = [](const std::string&) { return found({"192.0.2.1", "::1", "192.0.2.3"}); };
    host_resolver resolver(loop.get_executor(), std::move(many));
    const auto known = run(loop, resolver.resolve(in(5s)));
    using order = std::vector<std::string>;
    ASSERT_EQ(told(known), (order{"192.0.2.1", "::1", "192.0.2.3"}));
    resolver.prefer(known->at(2));
    EXPECT_EQ(told(run(loop, resolver.resolve(in(5s)))), (order{"192.0.2.3", "192.0.2.1", "::1"}));
    resolver.distrust();
    EXPECT_EQ(told(run(loop, resolver.resolve(in(5s)))), (order{"192.0.2.1", "::1", "192.0.2.3"}));
}

TEST(host_resolver, a_name_with_thousands_of_addresses_is_cut_short) {
    boost::asio::io_context loop{1};
    resolver_settings many = named("many.example");
    many.lookup = [](const std::string&) {
        return found(std::vector<std::string>(5000, "192.0.2.1"));
    };
    host_resolver resolver(loop.get_executor(), std::move(many));
    EXPECT_EQ(run(loop, resolver.resolve(in(5s)))->size(), 16u);
}

}  // namespace
}  // namespace rolloutd::api
