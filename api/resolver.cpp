#include "api/resolver.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/cancellation.h"

namespace rolloutd::api {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// A host has a few addresses; a name that brings thousands is not going to be tried through.
constexpr std::size_t most_addresses = 16;

}  // namespace

struct host_resolver::state : std::enable_shared_from_this<state> {
    state(asio::any_io_executor executor, std::string name, std::uint16_t on, duration fresh_for)
        : lookup(executor), host(std::move(name)), port(on), keep(fresh_for) {}

    void start_lookup();
    void take(const boost::system::error_code& error, const tcp::resolver::results_type& results);

    tcp::resolver lookup;
    std::vector<std::shared_ptr<asio::steady_timer>> waiting;  // cancelled when a lookup ends
    std::string host;
    std::uint16_t port;
    duration keep;
    addresses known;
    steady_time stale_at = steady_time::min();
    bool numeric = false;
    bool looking = false;
    std::size_t lookups = 0;  // ended ones
    std::string error;        // of the last one; "" when it brought something
};

void host_resolver::state::start_lookup() {
    if (looking || numeric) return;
    looking = true;
    auto on_end = [self = shared_from_this()](const boost::system::error_code& what,
                                              const tcp::resolver::results_type& results) {
        self->take(what, results);
    };
    lookup.async_resolve(host, std::to_string(port), tcp::resolver::numeric_service, on_end);
}

void host_resolver::state::take(const boost::system::error_code& what,
                                const tcp::resolver::results_type& results) {
    looking = false;
    ++lookups;
    error = what ? what.message() : results.empty() ? "the name has no address" : "";
    if (error.empty()) {
        known.clear();
        for (const auto& each : results)
            if (known.size() < most_addresses) known.push_back(each.endpoint());
        stale_at = std::chrono::steady_clock::now() + keep;
    }
    for (const auto& each : waiting)
        each->cancel();
    waiting.clear();
}

host_resolver::host_resolver(asio::any_io_executor executor, std::string host, std::uint16_t port,
                             duration keep)
    : state_(std::make_shared<state>(std::move(executor), std::move(host), port, keep)) {
    boost::system::error_code not_an_address;
    const auto address = asio::ip::make_address(state_->host, not_an_address);
    state_->numeric = !not_an_address;
    if (state_->numeric) state_->known.emplace_back(address, port);
}

host_resolver::~host_resolver() { state_->lookup.cancel(); }

asio::awaitable<result<host_resolver::addresses>> host_resolver::resolve(steady_time deadline) {
    const std::shared_ptr<state> shared = state_;
    if (std::chrono::steady_clock::now() >= shared->stale_at) shared->start_lookup();
    if (!shared->known.empty()) co_return shared->known;
    const auto too_late = [&shared] {
        return failure(origin::network, "timeout",
                       "looking up " + shared->host + " takes too long");
    };
    if (std::chrono::steady_clock::now() >= deadline) co_return too_late();
    const std::size_t before = shared->lookups;
    const auto patience = std::make_shared<asio::steady_timer>(shared->lookup.get_executor());
    patience->expires_at(deadline);
    shared->waiting.push_back(patience);
    co_await patience->async_wait(asio::as_tuple(asio::use_awaitable));
    co_await throw_if_cancelled();
    if (shared->lookups == before) co_return too_late();
    if (shared->known.empty())
        co_return failure(origin::network, "resolve",
                          "cannot find the address of " + shared->host + ": " + shared->error);
    co_return shared->known;
}

void host_resolver::distrust() {
    state_->stale_at = steady_time::min();
    if (state_->known.size() > 1) std::ranges::rotate(state_->known, state_->known.begin() + 1);
}

}  // namespace rolloutd::api
