#pragma once
// An http_client that answers from a script and keeps what was asked: for tests of the gateway,
// without sockets.

#include <deque>
#include <functional>
#include <list>
#include <utility>
#include <vector>

#include "api/http.h"
#include "api/observer.h"
#include "api/token_source.h"
#include "api/wakeup.h"
#include "tests/api/take_turn.h"

namespace rolloutd::api::test {

class scripted_http final : public http_client {
public:
    void answer(int status, std::string body) {
        http_response response;
        response.status = status;
        response.body = std::move(body);
        script_.emplace_back(std::move(response));
    }
    void answer_with(http_response response) { script_.emplace_back(std::move(response)); }
    void fail(failure what) { script_.emplace_back(std::move(what)); }

    // From now on each request is held until let_go(), which lets the longest held one go.
    void hold(clock& time) { time_ = &time; }
    void let_go() {
        if (!held_.empty()) held_.front()->poke();
    }

    // Waits for the request's turn and asks its check, as every client does. An exhausted script
    // answers with a network failure that no test expects.
    boost::asio::awaitable<result<http_response>> send(const http_request& request,
                                                       steady_time deadline) override {
        const result<duration> waited = co_await take_turn(request);
        if (waited.has_error()) co_return waited.error();
        deadline += *waited;
        const std::optional<failure> refused = ask_check(request);
        if (refused) co_return *refused;
        if (on_send) on_send();
        requests.push_back(request);
        deadlines.push_back(deadline);
        if (time_ != nullptr) co_await wait();
        if (script_.empty())
            co_return failure(origin::network, "unscripted", "nothing more to say");
        result<http_response> next = std::move(script_.front());
        script_.pop_front();
        co_return next;
    }

    std::function<void()> on_send;  // called at each request, when set
    std::vector<http_request> requests;
    std::vector<steady_time> deadlines;

private:
    struct place {
        place(std::list<wakeup*>& all, wakeup& bell) : all_(all), bell_(&bell) {
            all_.push_back(bell_);
        }
        place(const place&) = delete;
        place& operator=(const place&) = delete;
        ~place() { all_.remove(bell_); }
        std::list<wakeup*>& all_;
        wakeup* bell_;
    };

    boost::asio::awaitable<void> wait() {
        wakeup bell(*time_);
        const place mine(held_, bell);
        const timestamp never{std::chrono::hours{24 * 365 * 200}};
        co_await bell.wait_until(never);
    }

    std::deque<result<http_response>> script_;
    clock* time_ = nullptr;
    std::list<wakeup*> held_;
};

// Hands out `tokens` one after the other; moves on when one is rejected, and stays at the last.
class scripted_tokens final : public token_source {
public:
    boost::asio::awaitable<result<std::string>> token() override {
        if (tokens.empty()) co_return failure(origin::content, "bad_token_file", "no token");
        co_return tokens.front();
    }
    void rejected(std::string_view token) override {
        rejections.emplace_back(token);
        if (tokens.size() > 1) tokens.pop_front();
    }

    std::deque<std::string> tokens{"secret-1"};
    std::vector<std::string> rejections;
};

class noting_observer final : public request_observer {
public:
    void request_finished(const request_report& what) override {
        notes.push_back(std::string(what.endpoint) + " " + std::to_string(what.http_status) + " " +
                        (what.failed ? std::string(to_text(*what.failed)) : "good"));
    }
    void throttled(std::string_view endpoint, duration waited) override {
        notes.push_back(std::string(endpoint) + " throttled " + std::to_string(waited.count()));
    }
    std::vector<std::string> notes;
};

inline std::string header_of(const http_request& request, std::string_view name) {
    for (const http_header& each : request.headers)
        if (each.name == name) return each.value;
    return "";
}

}  // namespace rolloutd::api::test
