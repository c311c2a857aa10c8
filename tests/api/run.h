#pragma once
// Runs coroutines to their end in a test: on one loop, with every exception seen.

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

#include "api/manual_clock.h"

namespace rolloutd::api::test {

namespace asio = boost::asio;

inline void run_until(asio::io_context& loop, const bool& ended, const std::exception_ptr& thrown) {
    loop.restart();
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!ended && loop.run_one_until(limit) > 0) {}
    if (thrown) std::rethrow_exception(thrown);
    if (!ended) throw std::runtime_error("the coroutine did not end");
}

// Runs the loop until `work` has ended and returns what it brought; rethrows what it threw. A test
// whose loop runs dry, or that takes longer than 20 s, fails instead of hanging.
template <class T>
T run(asio::io_context& loop, asio::awaitable<T> work) {
    std::optional<T> brought;
    std::exception_ptr thrown;
    bool ended = false;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error, T value) {
        thrown = error;
        brought = std::move(value);
        ended = true;
    });
    run_until(loop, ended, thrown);
    return std::move(*brought);
}

inline void run(asio::io_context& loop, asio::awaitable<void> work) {
    std::exception_ptr thrown;
    bool ended = false;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error) {
        thrown = error;
        ended = true;
    });
    run_until(loop, ended, thrown);
}

// Runs what is ready, and what that makes ready, without waiting.
inline void settle(asio::io_context& loop) {
    loop.restart();
    loop.poll();
}

// The same, while `time` goes on by so much from one time that something waits for to the next.
inline void run_for(asio::io_context& loop, manual_clock& time, duration length) {
    const timestamp until = time.now() + length;
    settle(loop);
    for (auto due = time.next_due(); due && *due <= until; due = time.next_due()) {
        time.advance_to(*due);
        settle(loop);
    }
    time.advance_to(until);
    settle(loop);
}

}  // namespace rolloutd::api::test
