#pragma once
// One courier with all that it needs around it: a clock that the test moves, and whatever client.

#include <memory>
#include <string>
#include <vector>

#include "api/task_group.h"
#include "daemon/notices/courier.h"
#include "tests/api/run.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {

inline notice a_message(const std::string& id) {
    notice made;
    made.id = id;
    made.key = id;
    made.event = "rule_holds";
    made.summary = "web/bad of SCT1 holds";
    made.at = *policies::parse_timestamp("2026-11-21T10:00:00.000Z");
    made.seq = 7;
    return made;
}

inline notice_target a_target(target_kind kind) {
    notice_target made;
    made.name = "the target";
    made.kind = kind;
    made.path = "/hook";
    return made;
}

// The machine's clock as it is after it was set back, or forward, by so much.
class odd_clock final : public api::clock {
public:
    explicit odd_clock(api::manual_clock& real) : real_(real) {}
    api::timestamp now() const override { return real_.now() + jump; }
    api::steady_time steady_now() const override { return real_.steady_now(); }
    api::duration ahead() const override { return gap; }
    void not_before(api::timestamp) override {}
    std::unique_ptr<api::alarm> make_alarm() override {
        return std::make_unique<odd_alarm>(real_.make_alarm(), jump);
    }

    api::duration gap{};
    api::duration jump{};

private:
    class odd_alarm final : public api::alarm {
    public:
        odd_alarm(std::unique_ptr<api::alarm> real, const api::duration& jump)
            : real_(std::move(real)), jump_(jump) {}
        boost::asio::awaitable<void> wait_until(api::timestamp until) override {
            const api::timestamp at = until - jump_;
            co_await real_->wait_until(at);
        }
        void ring() override { real_->ring(); }

    private:
        std::unique_ptr<api::alarm> real_;
        const api::duration& jump_;
    };
    api::manual_clock& real_;
};

struct courier_stage {
    boost::asio::io_context io{1};
    api::manual_clock time{io.get_executor(),
                           *policies::parse_timestamp("2026-11-21T10:00:00.000Z")};
    odd_clock wall{time};
    memory_log log;
    metrics counters{time.now()};
    sender self{"guard-1", "", "", "0123", "1.2.3"};
    chain newest{9, "abc"};
    std::vector<notice> lasting;
    int tries = 0;
    api::task_group group{io.get_executor(), [](std::string_view name, std::exception_ptr) {
                              ADD_FAILURE() << "an exception ended " << name;
                          }};
    std::unique_ptr<courier> who;

    void employ(const notice_target& to, std::shared_ptr<api::http_client> client,
                const std::string& trouble = "") {
        courier::parts around{wall,
                              log,
                              counters,
                              self,
                              [this] { return newest; },
                              [this] { return lasting; },
                              [this] { ++tries; },
                              [] { return 0.5; }};
        who = std::make_unique<courier>(std::move(around), to, std::move(client), trouble);
        group.spawn("courier", who->run());
        settle();
    }
    void settle() { api::test::settle(io); }
    void run_for(policies::duration length) { api::test::run_for(io, time, length); }
    std::string metric(const std::string& result) const {
        return "rolloutd_notifications_total{result=\"" + result + "\",target=\"the target\"} ";
    }
    bool counted(const std::string& result, int number) {
        const std::string text = counters.exposition({});
        return text.find(metric(result) + std::to_string(number) + "\n") != std::string::npos;
    }
    ~courier_stage() {
        group.cancel();
        for (int n = 0; n < 100 && group.running() > 0; ++n)
            settle();
    }
};

}  // namespace rolloutd::daemon::testing
