#include "daemon/executor.h"

#include <algorithm>
#include <utility>

namespace rolloutd::daemon {

namespace asio = boost::asio;
using policies::input;

namespace {

policies::answer_kind to_kind(api::outcome what) {
    switch (what) {
        case api::outcome::accepted: return policies::answer_kind::accepted;
        case api::outcome::refused: return policies::answer_kind::refused;
        case api::outcome::not_executed: return policies::answer_kind::not_executed;
        case api::outcome::unknown: return policies::answer_kind::unknown;
    }
    return policies::answer_kind::unknown;
}

policies::answer no_answer(policies::sequence intent, std::string why) {
    policies::answer result;
    result.intent = intent;
    result.kind = policies::answer_kind::unknown;
    result.code = "timeout";
    result.message = std::move(why);
    return result;
}

}  // namespace

struct executor::call {
    explicit call(api::clock& time) : settled(time) {}
    api::answer got;
    bool done = false;
    api::wakeup settled;
};

executor::executor(const parts& around)
    : around_(around), calls_(around.loop, [this](std::string_view name, std::exception_ptr) {
          around_.log.error("operation_failed", {{"call", std::string(name)}});
      }) {}

executor::~executor() = default;

asio::awaitable<input> executor::carry_out(permit what) {
    const bool durable = co_await around_.records.durable(what.intent);
    if (!durable) {
        around_.log.error("operation_withheld", {{"ticket", what.ticket},
                                                 {"do", std::string(to_text(what.what.what.what))},
                                                 {"reason", "the journal cannot be written"}});
        co_return policies::withheld{what.intent, "journal"};
    }
    std::optional<policies::withheld> hindered = hindrance(what);
    if (hindered) co_return std::move(*hindered);

    const auto mine = std::make_shared<call>(around_.time);
    open_.push_back(mine);
    ++in_flight_;
    const std::string name = "operate " + what.ticket;
    calls_.spawn(name, send(mine, what));
    co_await await_answer(mine);
    // What still waits for a connection or for our own rate limit must not be written later, beside
    // the next try.
    if (!mine->done) calls_.cancel(name);
    --in_flight_;
    std::erase_if(open_, [&](const std::weak_ptr<call>& each) { return each.lock() == mine; });
    co_return settle(what, *mine);
}

std::optional<policies::withheld> executor::hindrance(const permit& what) const {
    // A person's operation passes freeze and hold (DESIGN §6 People).
    std::string why = what.what.by.empty()     ? around_.stops.pulled_for(what.ticket)
                      : around_.stops.stopping ? "stop"
                                               : "";
    const bool late = around_.time.now() - what.given > permit_lasts;
    if (why.empty() && late && what.what.what.what != policies::action::pause) why = "late";
    if (why.empty()) return std::nullopt;
    around_.log.info("operation_withheld", {{"ticket", what.ticket},
                                            {"do", std::string(to_text(what.what.what.what))},
                                            {"reason", why}});
    return policies::withheld{what.intent, std::move(why)};
}

asio::awaitable<void> executor::send(std::shared_ptr<call> mine, permit what) {
    mine->got = co_await around_.cloud.operate(what.ticket, what.what.what);
    mine->done = true;
    mine->settled.poke();
}

asio::awaitable<void> executor::await_answer(std::shared_ptr<call> mine) {
    const policies::timestamp patient_until = around_.time.now() + patience_;
    while (!mine->done) {
        const policies::timestamp until =
            stop_by_ ? std::min(*stop_by_, patient_until) : patient_until;
        const bool poked = co_await mine->settled.wait_until(until);
        if (!poked) co_return;
    }
}

input executor::settle(const permit& what, const call& mine) {
    policies::answer result = no_answer(what.intent, "no answer came in time");
    if (mine.done) {
        result.kind = to_kind(mine.got.what);
        result.http_status = mine.got.http_status;
        result.code = mine.got.error_code;
        result.message = mine.got.message;
        result.retry_after = mine.got.retry_after.value_or(policies::duration{});
    }
    around_.counters.operated(what.what.what.what, to_text(result.kind));
    around_.log.info("operation", {{"ticket", what.ticket},
                                   {"do", std::string(to_text(what.what.what.what))},
                                   {"result", std::string(to_text(result.kind))},
                                   {"status", std::to_string(result.http_status)},
                                   {"code", result.code},
                                   {"intent", std::to_string(what.intent)}});
    return result;
}

void executor::stop_by(policies::timestamp at) {
    stop_by_ = at;
    for (const std::weak_ptr<call>& each : open_) {
        if (const auto alive = each.lock()) alive->settled.poke();
    }
}

asio::awaitable<void> executor::join() {
    calls_.cancel();
    co_await calls_.join();
}

}  // namespace rolloutd::daemon
