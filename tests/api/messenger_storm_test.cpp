// Ten minutes of a cloud in changing moods, for many seeds: whatever it answers, the rate is kept,
// pauses are kept, operations are sent once, and all is well soon after it has calmed down.

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <vector>

#include "api/manual_clock.h"
#include "api/messenger.h"
#include "api/task_group.h"
#include "tests/api/run.h"
#include "tests/api/scripted_http.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;

enum class mood { calm, busy, insisting, unavailable, broken, gone, stumbling };

class moody_cloud final : public http_client {
public:
    moody_cloud(clock& time, std::mt19937& random) : time_(time), random_(random) {}

    boost::asio::awaitable<result<http_response>> send(const http_request& request,
                                                       steady_time) override {
        const result<duration> waited = co_await test::take_turn(request);
        if (waited.has_error()) co_return waited.error();
        if (const std::optional<failure> refused = ask_check(request)) co_return *refused;
        const steady_time came = time_.steady_now();
        EXPECT_GE(came, silent_until_) << request.target;
        sent.push_back(came);
        if (request.method == "PUT") ++operations[request.target];
        co_await time_.sleep_for(duration(1 + random_() % 400));
        co_return answer();
    }

    mood now = mood::calm;
    std::vector<steady_time> sent;
    std::map<std::string, int> operations;

private:
    result<http_response> answer() {
        http_response told;
        told.status = status();
        if (told.status == 0) {
            failure lost(origin::network, "reset", "the connection was reset");
            lost.sent = true;
            return lost;
        }
        if (now == mood::insisting || now == mood::unavailable)
            told.headers.emplace_back("Retry-After", "3");
        if (told.status == 429) {
            const duration least = now == mood::insisting ? 3s : 0s;
            silent_until_ = std::max(silent_until_, time_.steady_now() + least);
        }
        return told;
    }

    int status() {
        switch (now) {
            case mood::calm: return 200;
            case mood::busy:
            case mood::insisting: return 429;
            case mood::unavailable: return 503;
            case mood::broken: return 500;
            case mood::gone: return 0;
            case mood::stumbling: break;
        }
        constexpr std::array<int, 8> some{200, 200, 200, 200, 429, 502, 0, 404};
        return some.at(random_() % some.size());
    }

    clock& time_;
    std::mt19937& random_;
    steady_time silent_until_{};
};

// Forty readers and one who operates, each asking again when he was answered.
class storm {
public:
    explicit storm(std::uint32_t seed) : random_(seed) {
        for (int i = 0; i < 40; ++i)
            all_.spawn("reader", read_on());
        all_.spawn("operator", operate_on());
    }

    void run_for(duration length) {
        const timestamp end = time_.now() + length;
        test::settle(loop_);
        while (time_.now() < end) {
            time_.advance_to(std::min(end, time_.next_due().value_or(end)));
            test::settle(loop_);
        }
    }

    // Changes the cloud's mood every few seconds.
    void rage(duration length) {
        const timestamp end = time_.now() + length;
        while (time_.now() < end) {
            cloud.now = static_cast<mood>(draw(7));
            run_for(duration(500 + draw(8000)));
        }
    }

    // Everybody finishes what he is at.
    void stop() {
        stopping_ = true;
        run_for(1min);
        EXPECT_EQ(all_.running(), 0u);
    }

    static rate_settings rate() {
        rate_settings made;
        made.per_second = 20.0;
        made.burst = 10;
        return made;
    }

private:
    std::uint32_t draw(std::uint32_t below) {
        return static_cast<std::uint32_t>(random_() % below);
    }

    static errand errand_of(request_kind kind, std::string method, std::string target) {
        http_request request;
        request.method = std::move(method);
        request.target = std::move(target);
        return {"info", kind, std::move(request)};
    }

    boost::asio::awaitable<void> read_on() {
        while (!stopping_) {
            errand look = errand_of(request_kind::read, "GET", "/ticket");
            const result<fetched> got = co_await sender.fetch(look);
            ++(got.has_value() ? good_reads : failed_reads);
            co_await time_.sleep_for(duration(500 + draw(2000)));
        }
    }

    boost::asio::awaitable<void> operate_on() {
        for (int i = 0; !stopping_; ++i) {
            errand pause =
                errand_of(request_kind::operation, "PUT", "/operation/" + std::to_string(i));
            const result<fetched> got = co_await sender.fetch(pause);
            const std::string code = got.has_error() ? got.error().code : "";
            EXPECT_NE(code, "breaker_open");
            co_await time_.sleep_for(duration(draw(4000)));
        }
    }

    std::mt19937 random_;
    boost::asio::io_context loop_{1};
    manual_clock time_{loop_.get_executor(), timestamp(1'000'000ms)};
    test::scripted_tokens tokens_;
    test::noting_observer seen_;
    bool stopping_ = false;

public:
    int failed_reads = 0;
    int good_reads = 0;
    moody_cloud cloud{time_, random_};
    messenger sender{cloud_ports(time_, cloud, tokens_, seen_), rate(), duration(10s)};

private:
    task_group all_{loop_.get_executor(), [](std::string_view name, std::exception_ptr) {
                        ADD_FAILURE() << name << " threw";
                    }};
};

void expect_rate_was_kept(const std::vector<steady_time>& sent) {
    const rate_settings rate = storm::rate();
    double lowest = 0.0;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const double t = std::chrono::duration<double>(sent[i] - sent[0]).count();
        const double above = static_cast<double>(i) - rate.per_second * t;
        lowest = std::min(lowest, above);
        ASSERT_LE(above + 1.0 - lowest, rate.burst + 1e-3) << "request " << i;
    }
}

TEST(messenger_storm, rate_and_pauses_are_kept_operations_go_once_and_calm_returns) {
    for (std::uint32_t seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE(seed);
        storm weather(seed);
        weather.rage(10min);
        EXPECT_GT(weather.failed_reads, 100);
        weather.cloud.now = mood::calm;
        weather.run_for(90s);
        EXPECT_EQ(weather.sender.pressure().per_second, 20.0);
        weather.failed_reads = 0;
        weather.good_reads = 0;
        weather.run_for(30s);
        EXPECT_EQ(weather.failed_reads, 0);
        EXPECT_GT(weather.good_reads, 40 * 30 / 3);
        weather.stop();
        expect_rate_was_kept(weather.cloud.sent);
        EXPECT_GT(weather.cloud.operations.size(), 50u);
        for (const auto& [target, times] : weather.cloud.operations)
            EXPECT_EQ(times, 1) << target;
    }
}

}  // namespace
}  // namespace rolloutd::api
