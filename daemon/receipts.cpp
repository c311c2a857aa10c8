#include "daemon/receipts.h"

#include <utility>

#include "api/wakeup.h"

namespace rolloutd::daemon {

namespace asio = boost::asio;

struct receipts::wait {
    explicit wait(api::clock& time) : ended(time) {}
    bool well = false;
    bool done = false;
    api::wakeup ended;
};

receipts::receipts(asio::any_io_executor loop, api::clock& time, journal& records)
    : time_(time), records_(records), waits_(std::move(loop), [](auto, auto) {}) {}

asio::awaitable<bool> receipts::written(sequence seq, policies::duration patience) {
    if (records_.durable_seq() >= seq) co_return true;
    if (!records_.writable()) co_return false;
    const auto mine = std::make_shared<wait>(time_);
    waits_.spawn("receipt", watch(mine, seq));
    const policies::timestamp until = time_.now() + patience;
    while (!mine->done) {
        const bool told = co_await mine->ended.wait_until(until);
        if (!told) break;
    }
    co_return mine->well;
}

asio::awaitable<act_report> receipts::acknowledge(act_report report, std::string meanwhile) {
    const bool done = co_await written(report.seq, people_wait);
    report.recorded = done;
    if (!done) {
        report.text += "; it is not on the disk yet (" + records_.failure() + "): " + meanwhile;
    }
    co_return report;
}

asio::awaitable<void> receipts::watch(std::shared_ptr<wait> mine, sequence seq) {
    const auto result = co_await records_.durable(seq);
    mine->well = result.has_value();
    mine->done = true;
    mine->ended.poke();
}

asio::awaitable<void> receipts::stop() {
    waits_.cancel();
    co_await waits_.join();
}

}  // namespace rolloutd::daemon
