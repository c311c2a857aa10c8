#include "api/connect_race.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <deque>
#include <optional>
#include <sstream>
#include <utility>

#include "api/cancellation.h"
#include "api/connection_failure.h"

namespace rolloutd::api {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

struct attempt {
    attempt(const asio::any_io_executor& executor, tcp::endpoint address)
        : socket(executor), to(std::move(address)) {}
    tcp::socket socket;
    tcp::endpoint to;
    error_code error;
    bool ended = false;
};

// Shared with the attempts' handlers, the last of which may run after the race is over.
class race : public std::enable_shared_from_this<race> {
public:
    race(const asio::any_io_executor& executor, const tcp_addresses& addresses) : news_(executor) {
        for (const tcp::endpoint& each : addresses)
            attempts_.emplace_back(executor, each);
    }

    bool all_begun() const { return begun_ == attempts_.size(); }
    // Nothing has begun, or what began last has failed: there is no reason to wait.
    bool next_is_due() const { return begun_ == 0 || attempts_[begun_ - 1].ended; }
    bool decided() const {
        const auto lost = [](const attempt& each) { return each.ended; };
        return winner_ || std::ranges::all_of(attempts_, lost);
    }

    void begin_next() {
        const std::size_t which = begun_++;
        attempt& next = attempts_[which];
        auto on_end = [self = shared_from_this(), which](const error_code& error) {
            self->take(which, error);
        };
        next.socket.async_connect(next.to, on_end);
    }

    // Ends at `until`, or when an attempt has ended.
    asio::awaitable<void> wait(steady_time until) {
        news_.expires_at(until);
        co_await news_.async_wait(asio::as_tuple(asio::use_awaitable));
        co_await throw_if_cancelled();
    }

    std::unique_ptr<tcp::socket> take_winner() {
        if (!winner_) return nullptr;
        return std::make_unique<tcp::socket>(std::move(attempts_[*winner_].socket));
    }

    void close_all() {
        error_code ignored;
        for (attempt& each : attempts_)
            each.socket.close(ignored);
    }

    // Only when there is no winner.
    failure explain(bool too_late) const {
        std::ostringstream words;
        const attempt* last = nullptr;
        for (std::size_t i = 0; i < begun_; ++i) {
            const attempt& each = attempts_[i];
            words << (i == 0 ? "" : "; ") << each.to << ": "
                  << (each.ended ? each.error.message() : "no answer");
            if (each.ended) last = &each;
        }
        if (attempts_.empty()) return {origin::network, "resolve", "there is no address to try"};
        if (begun_ == 0) words << "no time was left";
        const bool met = !too_late && last != nullptr;
        return {origin::network, met ? short_code(last->error) : "timeout", words.str()};
    }

private:
    void take(std::size_t which, const error_code& error) {
        attempt& what = attempts_[which];
        what.error = error;
        what.ended = error.failed();
        if (!error && !winner_) winner_ = which;
        news_.cancel();
    }

    std::deque<attempt> attempts_;
    std::size_t begun_ = 0;
    std::optional<std::size_t> winner_;
    asio::steady_timer news_;
};

// However the coroutine ends: what is still under way is closed, and so are late winners.
class closing {
public:
    explicit closing(race& which) : which_(which) {}
    closing(const closing&) = delete;
    closing& operator=(const closing&) = delete;
    ~closing() { which_.close_all(); }

private:
    race& which_;
};

}  // namespace

tcp_addresses interleave(const tcp_addresses& addresses) {
    tcp_addresses first;
    tcp_addresses other;
    for (const tcp::endpoint& each : addresses) {
        const bool as_first = each.protocol() == addresses.front().protocol();
        (as_first ? first : other).push_back(each);
    }
    tcp_addresses turns;
    for (std::size_t i = 0; i < std::max(first.size(), other.size()); ++i) {
        if (i < first.size()) turns.push_back(first[i]);
        if (i < other.size()) turns.push_back(other[i]);
    }
    return turns;
}

asio::awaitable<result<std::unique_ptr<tcp::socket>>> connect_first(asio::any_io_executor executor,
                                                                    tcp_addresses addresses,
                                                                    race_rules rules) {
    const auto running = std::make_shared<race>(executor, interleave(addresses));
    const closing at_the_end(*running);
    steady_time next = steady_time::min();
    while (!running->decided()) {
        const steady_time now = std::chrono::steady_clock::now();
        if (now >= rules.deadline) co_return running->explain(true);
        if (!running->all_begun() && (running->next_is_due() || now >= next)) {
            running->begin_next();
            next = now + rules.stagger;
            continue;
        }
        const steady_time until =
            running->all_begun() ? rules.deadline : std::min(next, rules.deadline);
        co_await running->wait(until);
    }
    std::unique_ptr<tcp::socket> won = running->take_winner();
    if (!won) co_return running->explain(false);
    error_code ignored;
    won->set_option(tcp::no_delay(true), ignored);
    co_return won;
}

}  // namespace rolloutd::api
