#include "daemon/executor.h"

#include <algorithm>
#include <utility>

#include "policies/last_look.h"

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
        case api::outcome::withheld: return policies::answer_kind::not_executed;
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
    bool written = false;    // its check has let it go: from then on bytes may be on their way
    bool abandoned = false;  // nobody waits for it any more: it must not be written
    api::wakeup settled;
};

executor::executor(const parts& around)
    : around_(around), calls_(around.loop, [this](std::string_view name, std::exception_ptr) {
          around_.log.error("operation_failed", {{"call", std::string(name)}});
      }) {}

executor::~executor() = default;

asio::awaitable<input> executor::carry_out(permit what) {
    const bool durable = co_await around_.records.durable(what.intent);
    if (!durable) co_return withhold(what, "journal");
    const auto mine = std::make_shared<call>(around_.time);
    // Asked now as well, so that what may not be sent anyway takes nobody's turn.
    std::string why = hindrance(*mine, what);
    if (!why.empty()) co_return withhold(what, std::move(why));

    open_.push_back(mine);
    ++in_flight_;
    const std::string name = "operate " + what.ticket;
    calls_.spawn(name, send(mine, what));
    co_await await_answer(mine, what);
    // What still waits for a connection or for our own rate limit must not be written later, beside
    // the next try.
    if (!mine->done) {
        why = hindrance(*mine, what);
        mine->abandoned = true;
        calls_.cancel(name);
    }
    --in_flight_;
    std::erase_if(open_, [&](const std::weak_ptr<call>& each) { return each.lock() == mine; });
    // Given up before its turn came, and its check lets nothing go from now on.
    if (!mine->done && !mine->written) co_return withhold(what, why.empty() ? "abandoned" : why);
    co_return settle(what, *mine);
}

std::string executor::hindrance(const call& mine, const permit& what) const {
    policies::last_look found;
    found.abandoned = mine.abandoned;
    // The coroutine that awaits the answer, and with it the ticket's watcher, may be gone by then.
    found.removed = !mine.abandoned && what.removed && what.removed();
    found.stopping = around_.stops.stopping;
    found.unrecorded = !around_.records.writable();
    found.frozen = around_.stops.frozen;
    found.held = around_.stops.held.contains(what.ticket);
    found.reading_age =
        std::chrono::ceil<policies::duration>(around_.time.steady_now() - what.given);
    return std::string(policies::refuse_write(what.what, found));
}

api::write_check executor::check_for(std::shared_ptr<call> mine, permit what) {
    return [this, mine = std::move(mine), what = std::move(what)] {
        std::string why = hindrance(*mine, what);
        if (why.empty()) mine->written = true;
        return why;
    };
}

input executor::withhold(const permit& what, std::string why) {
    const log_fields about = {{"ticket", what.ticket},
                              {"do", std::string(to_text(what.what.what.what))},
                              {"intent", std::to_string(what.intent)},
                              {"reason", why}};
    if (why == "journal") {
        around_.log.error("operation_withheld", about);
    } else {
        around_.log.info("operation_withheld", about);
    }
    return policies::withheld{what.intent, std::move(why)};
}

asio::awaitable<void> executor::send(std::shared_ptr<call> mine, permit what) {
    const api::write_check check = check_for(mine, what);
    mine->got = co_await around_.cloud.operate(what.ticket, what.what.what, check);
    mine->done = true;
    mine->settled.poke();
}

asio::awaitable<void> executor::await_answer(std::shared_ptr<call> mine, permit what) {
    const policies::timestamp now = around_.time.now();
    const policies::timestamp patient_until = now + patience_;
    // Once its reading is too old it will not be written any more: it must not keep its ticket from
    // being read, nor take anybody's turn. A pause may be written however long it waited.
    const bool ages = what.what.what.what != policies::action::pause;
    const auto young_for = what.given + policies::reading_lasts - around_.time.steady_now();
    const policies::timestamp too_late =
        now + std::chrono::ceil<policies::duration>(young_for) + policies::duration{1};
    while (!mine->done) {
        policies::timestamp until = stop_by_ ? std::min(*stop_by_, patient_until) : patient_until;
        const bool unwritten = ages && !mine->written;
        if (unwritten) until = std::min(until, too_late);
        const bool poked = co_await mine->settled.wait_until(until);
        const bool went_meanwhile = unwritten && mine->written;
        if (!poked && !went_meanwhile) co_return;
    }
}

input executor::settle(const permit& what, const call& mine) {
    if (mine.done && mine.got.what == api::outcome::withheld) {
        return withhold(what, mine.got.message);
    }
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
