#include "tests/sim/faulty_client.h"

#include <utility>

#include "tests/api/take_turn.h"
#include "tests/sim/heap.h"

namespace rolloutd::sim {

namespace asio = boost::asio;

namespace {

using api::failure;
using api::http_response;
using api::origin;

failure network_failure(const char* code, bool sent) {
    failure what(origin::network, code, "simulated");
    what.sent = sent;
    return what;
}

http_response json_answer(int status, std::string body) {
    http_response answer;
    answer.status = status;
    answer.headers.emplace_back("Content-Type", "application/json");
    answer.body = std::move(body);
    return answer;
}

http_response page(int status) {
    http_response answer;
    answer.status = status;
    answer.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
    answer.body = "<html><head><title>Please wait</title></head><body>squid</body></html>";
    return answer;
}

http_response throttled(dice& chance, bool with_wait) {
    http_response answer =
        json_answer(429, R"({"error_code":"APIGW.0308","error_msg":"The throttling threshold )"
                         R"(has been reached","request_id":"0"})");
    if (with_wait)
        answer.headers.emplace_back("Retry-After", std::to_string(chance.between(1, 20)));
    return answer;
}

http_response gateway_error(dice& chance) {
    return json_answer(static_cast<int>(chance.between(502, 504)),
                       R"({"error_code":"APIGW.0201","error_msg":"Backend unavailable"})");
}

http_response service_error(dice& chance) {
    if (chance.percent(50)) {
        return json_answer(400, R"({"error_code":"COC.00040701","error_msg":"Internal error"})");
    }
    return json_answer(500, R"({"error_code":"COC.00040701","error_msg":"Internal error"})");
}

bool is_sent_in_vain(trouble what) {
    return what >= trouble::reset_before && what <= trouble::throttled_a_while;
}

}  // namespace

// A connection, given back however the coroutine ends.
struct faulty_client::place {
    explicit place(faulty_client& home) : home_(home) {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() { home_.free_place(); }

    faulty_client& home_;
};

// Tells how a request ended, also when its coroutine is cancelled.
struct faulty_client::farewell {
    farewell(faulty_client& client, const journey& trip) : home(client), about(trip) {}
    farewell(const farewell&) = delete;
    farewell& operator=(const farewell&) = delete;
    ~farewell();

    faulty_client& home;
    const journey& about;
    bool well = false;
};

struct faulty_client::journey {
    parcel what;
    timestamp deadline;
    trouble fate = trouble::none;
    duration there{};
    duration back{};
};

faulty_client::farewell::~farewell() {
    if (home.cut_off_) return;
    home.around_.listener.ended(about.what, well, home.around_.time.now());
}

faulty_client::faulty_client(const parts& around, network_settings how, weather outside,
                             dice chance)
    : around_(around),
      how_(how),
      outside_(std::move(outside)),
      chance_(chance),
      sent_(around.first),
      under_way_(around.loop, [](std::string_view, std::exception_ptr error) {
          std::rethrow_exception(error);
      }) {}

asio::awaitable<faulty_client::answer> faulty_client::send(const api::http_request& request,
                                                           api::steady_time deadline) {
    journey trip;
    const auto left = std::chrono::floor<duration>(deadline - around_.time.steady_now());
    trip.deadline = around_.time.now() + left;
    trip.what.number = ++sent_;
    trip.what.request = request;
    farewell end(*this, trip);
    const bool placed = co_await wait_for_place(trip.deadline);
    if (!placed || cut_off_) co_return network_failure("timeout", false);
    const place mine(*this);
    trip.fate = outside_.at(around_.time.now(), chance_);
    trip.there = chance_.between(how_.quickest, how_.slowest) / 2;
    trip.back = chance_.between(how_.quickest, how_.slowest) / 2;
    around_.listener.met(trip.fate);
    const answer got = co_await travel(trip);
    end.well = got.has_value() && got->status == 200 && trip.fate != trouble::portal;
    co_return got;
}

asio::awaitable<faulty_client::answer> faulty_client::travel(journey& trip) {
    if (trip.fate == trouble::refused) co_return network_failure("refused_connection", false);
    if (trip.fate == trouble::lookup_hangs) co_return co_await time_out(trip, false);
    const api::result<duration> waited = co_await api::test::take_turn(trip.what.request);
    if (waited.has_error()) co_return waited.error();
    trip.deadline += *waited;
    if (cut_off_) co_return network_failure("closed", false);
    if (const auto withheld = api::ask_check(trip.what.request)) co_return *withheld;
    around_.listener.written(trip.what, around_.time.now());
    if (is_sent_in_vain(trip.fate)) co_return co_await not_reached(trip);
    co_return co_await reached(trip);
}

asio::awaitable<faulty_client::answer> faulty_client::not_reached(const journey& trip) {
    if (trip.fate == trouble::lost) co_return co_await time_out(trip, true);
    co_await around_.time.sleep_for(trip.there);
    switch (trip.fate) {
        case trouble::closed: co_return network_failure("closed", true);
        case trouble::gateway_error: co_return gateway_error(chance_);
        case trouble::proxy_page: co_return page(static_cast<int>(chance_.between(502, 504)));
        case trouble::throttled: co_return throttled(chance_, false);
        case trouble::throttled_a_while: co_return throttled(chance_, true);
        default: co_return network_failure("reset", true);
    }
}

asio::awaitable<faulty_client::answer> faulty_client::reached(const journey& trip) {
    if (trip.fate == trouble::arrives_late) {
        const duration past = chance_.between(duration(-2'000), duration(15'000));
        const timestamp when = trip.deadline + past;
        parcel late = trip.what;
        late.request.check = nullptr;
        under_way_.spawn("late arrival", arrive_late(std::move(late), when));
        co_return co_await time_out(trip, true);
    }
    co_await around_.time.sleep_for(trip.there);
    if (trip.fate == trouble::service_error && chance_.percent(50)) {
        co_return service_error(chance_);
    }
    const served done = serve(trip.what);
    if (trip.fate == trouble::stalled) co_return co_await time_out(trip, true);
    const duration late =
        trip.fate == trouble::slow ? chance_.between(duration(500), duration(8'000)) : duration(0);
    const timestamp back_at = around_.time.now() + trip.back + late;
    if (back_at > trip.deadline) co_return co_await time_out(trip, true);
    co_await around_.time.sleep_until(back_at);
    switch (trip.fate) {
        case trouble::reset_after: co_return network_failure("reset", true);
        case trouble::truncated: co_return network_failure("truncated", true);
        case trouble::service_error: co_return service_error(chance_);
        case trouble::portal: co_return page(200);
        default: co_return done.response;
    }
}

asio::awaitable<void> faulty_client::arrive_late(parcel what, timestamp when) {
    co_await around_.time.sleep_until(when);
    serve(what);
}

asio::awaitable<faulty_client::answer> faulty_client::time_out(const journey& trip, bool sent) {
    co_await around_.time.sleep_until(trip.deadline);
    co_return network_failure("timeout", sent);
}

served faulty_client::serve(const parcel& what) {
    const heap::outside here;
    const timestamp now = around_.time.now();
    served done = around_.cloud.serve(what.request, now);
    if (!done.effect.empty()) around_.listener.took_effect(what, done.effect, now);
    return done;
}

asio::awaitable<bool> faulty_client::wait_for_place(timestamp deadline) {
    if (busy_ < how_.connections && waiting_.empty()) {
        ++busy_;
        co_return true;
    }
    api::wakeup bell(around_.time);
    struct listed {
        faulty_client& home;
        api::wakeup& who;
        listed(faulty_client& client, api::wakeup& bell) : home(client), who(bell) {
            home.waiting_.push_back(&who);
        }
        listed(const listed&) = delete;
        listed& operator=(const listed&) = delete;
        ~listed() {
            home.waiting_.remove(&who);
            if (!home.waiting_.empty()) home.waiting_.front()->poke();
        }
    };
    const listed in_line(*this, bell);
    for (;;) {
        if (waiting_.front() == &bell && busy_ < how_.connections) {
            ++busy_;
            co_return true;
        }
        if (around_.time.now() >= deadline) co_return false;
        co_await bell.wait_until(deadline);
    }
}

void faulty_client::free_place() {
    --busy_;
    if (!waiting_.empty()) waiting_.front()->poke();
}

asio::awaitable<void> faulty_client::join() {
    under_way_.cancel();
    co_await under_way_.join();
}

}  // namespace rolloutd::sim
