#include "api/messenger.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/treatment.h"
#include "api/wire.h"

namespace rolloutd::api {

namespace asio = boost::asio;

namespace {

// What the gateway's documents advise to wait when there are too many requests
// (reference/coc-api.md §4.3).
constexpr duration least_rest{2'000};
constexpr duration most_rest{5'000};

// One for the first exchange, one after a 401, and some for keys that change meanwhile.
constexpr int most_grants = 4;

}  // namespace

// One errand under way. Its leave is given back however its coroutine ends, unless the messenger
// has gone before.
struct messenger::journey final : turnstile {
    journey(messenger& of, errand& errand_of, circuit_breaker::leave given)
        : home(of), alive(of.alive_), what(errand_of), leave(given) {}
    journey(const journey&) = delete;
    journey& operator=(const journey&) = delete;
    ~journey() override {
        if (!alive.expired()) home.settle(leave, word);
    }

    bool opens_at_once() override {
        const bool opens = home.limiter_.pass_at_once(what.kind);
        if (opens) home.tell_rate();
        return opens;
    }

    asio::awaitable<result<duration>> wait() override { return home.wait_in_line(*this); }

    messenger& home;
    std::weak_ptr<bool> alive;
    errand& what;
    circuit_breaker::leave leave;
    health word = health::unsaid;
    int tries = 0;
    steady_time sent_at{};             // when the last exchange began
    std::optional<steady_time> until;  // by which a retry must have ended
};

// A grant in use: its headers are on the request as long as this lives, and it is settled once,
// however its coroutine ends. The request goes only while the grant stands and the breaker has not
// opened: it may wait for a connection and for the rate limit until everything has changed.
struct messenger::holding {
    holding(journey& trip, grant what)
        : on(trip),
          given(std::move(what)),
          bare(std::ssize(trip.what.request.headers)),
          check(std::move(trip.what.request.check)) {
        http_request& request = on.what.request;
        given.headers.insert(given.headers.begin(),
                             std::make_move_iterator(request.headers.begin()),
                             std::make_move_iterator(request.headers.end()));
        request.headers = std::move(given.headers);
        request.turn = &on;
        request.check = [this] { return objection(); };
    }
    holding(const holding&) = delete;
    holding& operator=(const holding&) = delete;
    ~holding() {
        http_request& request = on.what.request;
        request.headers.erase(request.headers.begin() + bare, request.headers.end());
        request.turn = nullptr;
        request.check = std::move(check);
        if (!settled && !on.alive.expired()) settle(standing::unknown, "");
    }

    bool settle(standing how, const std::string& said) {
        settled = true;
        return on.home.ports_.who.settle(given, how, said);
    }

    // Why the request must not be written; "" when it may.
    std::string objection() {
        outdated = !on.home.ports_.who.stands(given);
        if (outdated) return "the credentials have changed";
        barred = !on.home.may_go(on);
        if (barred) return "the breaker has opened";
        return check ? check() : "";
    }

    journey& on;
    grant given;
    std::ptrdiff_t bare;    // how many headers the request has without the grant's
    write_check check;      // the request's own
    bool outdated = false;  // it came back unsent, and may be sent with another grant
    bool barred = false;    // it came back unsent, because of the breaker
    bool settled = false;
};

messenger::messenger(cloud_ports ports, rate_settings rate, duration timeout)
    : ports_(std::move(ports)),
      timeout_(timeout),
      limiter_(ports_.time, rate),
      told_rate_(rate.per_second) {
    ports_.observer.rate_changed(told_rate_);
}

backlog messenger::pressure() const {
    backlog now;
    now.waiting = limiter_.waiting();
    now.per_second = limiter_.rate();
    now.closed =
        std::max(limiter_.closed_to_reads(), breaker_.closed_for(ports_.time.steady_now()));
    now.probing = breaker_.is_open();
    return now;
}

void messenger::tell(std::string_view endpoint, const fetched& what, const failure* failed) {
    request_report report;
    report.endpoint = endpoint;
    report.http_status = what.response.status;
    report.took = what.took;
    if (failed != nullptr) report.failed = failed->where;
    ports_.observer.request_finished(report);
}

void messenger::tell_rate() {
    const double rate = limiter_.rate();
    if (rate == told_rate_) return;
    told_rate_ = rate;
    ports_.observer.rate_changed(rate);
}

void messenger::settle(const circuit_breaker::leave& given, health word) {
    const bool was_open = breaker_.is_open();
    breaker_.settle(given, word, ports_.time.steady_now(), ports_.dice());
    if (breaker_.is_open() != was_open) ports_.observer.breaker_changed(!was_open);
}

failure messenger::refused_by_breaker() const {
    const steady_time now = ports_.time.steady_now();
    const auto at = [&](steady_time when) {
        return policies::to_text(ports_.time.now() + std::chrono::floor<duration>(when - now));
    };
    const steady_time next = breaker_.next_probe();
    return {origin::gateway, "breaker_open",
            "nothing is read since " + at(breaker_.opened_at()) +
                ", because the cloud failed too often; " +
                (next > now ? "the next try goes at " + at(next) : "one try is under way")};
}

void messenger::heed(const journey& on, const failure& failed) {
    const treatment asked = treat(failed);
    if (asked.slow_down) {
        too_many refusal(on.sent_at);
        refusal.said = failed.retry_after;
        refusal.otherwise = between(least_rest, most_rest, ports_.dice());
        limiter_.slow_down(refusal);
        tell_rate();
    } else if (asked.pause_reads) {
        limiter_.pause_reads(*failed.retry_after);
    }
}

steady_time messenger::deadline_of(const journey& on) const {
    const steady_time latest = on.sent_at + timeout_;
    return std::min(latest, on.until.value_or(latest));
}

// The answer in terms of what can be read of it: a status other than 200 is a failure.
result<fetched> messenger::judged(const journey& on, result<http_response> back,
                                  const grant& given) {
    fetched got;
    got.took = std::chrono::floor<duration>(ports_.time.steady_now() - on.sent_at);
    if (back.has_value()) got.response = std::move(*back);
    if (back.has_value() && got.response.status == 200) return got;
    failure failed = back.has_value() ? parse_failure(got.response, given.secrets) : back.error();
    // Of what was withheld no request was made, so there is none to count.
    if (!is_withheld(failed)) tell(on.what.endpoint, got, &failed);
    heed(on, failed);
    return failed;
}

// Waits for the rate limit.
asio::awaitable<result<duration>> messenger::wait_in_line(journey& on) {
    duration patience = timeout_;
    if (on.until) patience = std::chrono::floor<duration>(*on.until - ports_.time.steady_now());
    const result<duration> waited = co_await limiter_.pass(on.what.kind, patience);
    tell_rate();
    if (waited.has_error()) co_return waited.error();
    if (*waited > duration::zero()) ports_.observer.throttled(on.what.endpoint, *waited);
    co_return waited;
}

// The breaker may have opened meanwhile.
bool messenger::may_go(journey& on) {
    if (on.what.kind == request_kind::read && !breaker_.may_go(on.leave)) return false;
    on.sent_at = ports_.time.steady_now();
    return true;
}

// An answer of status 200, after at most one more exchange with other credentials.
asio::awaitable<result<fetched>> messenger::try_once(journey& on) {
    const http_request& request = on.what.request;
    result<fetched> answer = fetched();
    std::optional<std::uint64_t> refused;
    for (int grants = 0; grants < most_grants; ++grants) {
        std::optional<grant> given = ports_.who.at_hand(request);
        if (!given) {
            result<grant> waited_for = co_await ports_.who.authorize(request);
            if (waited_for.has_error()) co_return refused ? answer.error() : waited_for.error();
            given = std::move(*waited_for);
        }
        holding ours(on, std::move(*given));
        // The same again would be refused again, and too many refusals lock accounts [§4.3].
        if (refused && ours.given.series == *refused) co_return answer;
        if (!may_go(on)) co_return refused_by_breaker();
        result<http_response> back = co_await ports_.http.send(request, deadline_of(on));
        if (ours.outdated) continue;
        if (ours.barred) co_return refused_by_breaker();
        // Its turn did not come.
        if (back.has_error() && back.error().code == "throttled") co_return back.error();
        const standing how = back.has_value() ? standing_of(*back) : standing::unknown;
        answer = judged(on, std::move(back), ours.given);
        const std::string said = answer.has_error() ? answer.error().detail : std::string();
        const bool again = ours.settle(how, said);
        if (answer.has_value()) answer->secrets = std::move(ours.given.secrets);
        if (how != standing::refused || !again || refused) co_return answer;
        refused = ours.given.series;
    }
    if (refused) co_return answer;
    co_return failure(origin::gateway, "not_sent",
                      "the credentials changed several times before the request could be sent");
}

std::optional<duration> messenger::wait_before_retry(const journey& on, const failure& failed) {
    if (on.what.kind != request_kind::read || on.tries >= most_tries) return std::nullopt;
    if (treat(failed).read != repeating::soon || breaker_.is_open()) return std::nullopt;
    const duration wait = backoff(on.tries, ports_.dice());
    // A reading is only as fresh as its first try.
    const steady_time until = on.until.value_or(on.sent_at + timeout_);
    if (ports_.time.steady_now() + wait >= until) return std::nullopt;
    if (!retries_.spend()) return std::nullopt;
    return wait;
}

asio::awaitable<result<fetched>> messenger::fetch(errand& what) {
    const steady_time came = ports_.time.steady_now();
    const bool is_read = what.kind == request_kind::read;
    const auto given = is_read ? breaker_.admit_read(came) : breaker_.admit_operation(came);
    if (!given) co_return refused_by_breaker();
    retries_.earn();
    journey on(*this, what, *given);
    result<fetched> answer = co_await try_once(on);
    for (;;) {
        ++on.tries;
        if (answer.has_value()) {
            on.word = health::good;
            co_return answer;
        }
        on.word = treat(answer.error()).word;
        const std::optional<duration> wait = wait_before_retry(on, answer.error());
        if (!wait) co_return answer;
        if (!on.until) on.until = on.sent_at + timeout_;
        const timestamp then = ports_.time.now() + *wait;
        co_await ports_.time.sleep_until(then);
        result<fetched> next = co_await try_once(on);
        // What kept us from trying again tells less than what went wrong before.
        if (next.has_error() && next.error().where == origin::gateway && !next.error().sent)
            co_return answer;
        answer = std::move(next);
    }
}

}  // namespace rolloutd::api
