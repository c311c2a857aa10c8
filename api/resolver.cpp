#include "api/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "api/cancellation.h"

namespace rolloutd::api {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// A host has a few addresses; a name that brings thousands is not going to be tried through.
constexpr std::size_t most_addresses = 16;

std::optional<asio::ip::address> address_in(const addrinfo& entry) {
    tcp::endpoint where;
    if (entry.ai_family != AF_INET && entry.ai_family != AF_INET6) return std::nullopt;
    if (entry.ai_addrlen > where.capacity()) return std::nullopt;
    std::memcpy(where.data(), entry.ai_addr, entry.ai_addrlen);
    return where.address();
}

// What the function throws is an answer too: nobody else could catch it on that thread.
lookup_answer ask(const lookup_function& lookup, const std::string& host) {
    try {
        return lookup(host);
    } catch (const std::exception& error) {
        lookup_answer none;
        none.error = error.what();
        return none;
    }
}

using waiting_timers = std::list<asio::steady_timer*>;

// Takes a waiter off the list however its coroutine ends: a lookup may hang for as long as
// thousands come and go.
class waiting_place {
public:
    waiting_place(waiting_timers& all, asio::steady_timer& mine)
        : all_(all), place_(all.insert(all.end(), &mine)) {}
    waiting_place(const waiting_place&) = delete;
    waiting_place& operator=(const waiting_place&) = delete;
    ~waiting_place() { all_.erase(place_); }

private:
    waiting_timers& all_;
    waiting_timers::iterator place_;
};

}  // namespace

lookup_answer system_lookup(const std::string& host) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
    const int system_error = errno;
    lookup_answer brought;
    if (error != 0) {
        brought.error = error == EAI_SYSTEM ? std::strerror(system_error) : ::gai_strerror(error);
        return brought;
    }
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        if (const auto address = address_in(*each)) brought.addresses.push_back(*address);
    }
    ::freeaddrinfo(found);
    return brought;
}

// Between the loop and a lookup's thread: the one thing that both touch. Once it is closed the
// thread touches nothing but it.
struct host_resolver::mailbox {
    mailbox(asio::any_io_executor executor, std::weak_ptr<state> owner)
        : loop(std::move(executor)), to(std::move(owner)) {}

    void deliver(lookup_answer brought);
    void close() {
        const std::lock_guard<std::mutex> alone(mutex);
        open = false;
        loop = {};
    }

    std::mutex mutex;
    bool open = true;
    asio::any_io_executor loop;
    std::weak_ptr<state> to;  // used on the loop only
};

struct host_resolver::state : std::enable_shared_from_this<state> {
    state(asio::any_io_executor executor, resolver_settings settings)
        : loop(std::move(executor)), how(std::move(settings)) {}
    ~state() {
        if (mail) mail->close();
    }

    void start_lookup();
    void take(const lookup_answer& brought);

    asio::any_io_executor loop;
    resolver_settings how;
    waiting_timers waiting;  // cancelled when a lookup ends
    std::shared_ptr<mailbox> mail;
    tcp_addresses known;
    steady_time stale_at = steady_time::min();
    bool numeric = false;
    bool looking = false;
    std::size_t lookups = 0;  // ended ones
    std::string error;        // of the last one; "" when it brought something
};

// Posted while the lock is held: close() then returns either before the thread uses the loop or
// after.
void host_resolver::mailbox::deliver(lookup_answer brought) {
    const std::lock_guard<std::mutex> alone(mutex);
    if (!open) return;
    asio::post(loop, [owner = to, brought = std::move(brought)] {
        if (const std::shared_ptr<state> self = owner.lock()) self->take(brought);
    });
}

void host_resolver::state::start_lookup() {
    if (looking || numeric) return;
    looking = true;
    if (!mail) mail = std::make_shared<mailbox>(loop, weak_from_this());
    try {
        // The thread owns all that it uses, so that nobody need wait for it.
        std::thread([box = mail, lookup = how.lookup, host = how.host] {
            box->deliver(ask(lookup, host));
        }).detach();
    } catch (const std::system_error& refused) {
        lookup_answer none;
        none.error = std::string("no thread for it: ") + refused.what();
        mail->deliver(std::move(none));
    }
}

void host_resolver::state::take(const lookup_answer& brought) {
    looking = false;
    ++lookups;
    error = brought.error;
    if (error.empty() && brought.addresses.empty()) error = "the name has no address";
    if (error.empty()) {
        known.clear();
        for (const asio::ip::address& each : brought.addresses)
            if (known.size() < most_addresses) known.emplace_back(each, how.port);
        stale_at = std::chrono::steady_clock::now() + how.keep;
    }
    for (asio::steady_timer* each : waiting)
        each->cancel();
}

host_resolver::host_resolver(asio::any_io_executor executor, resolver_settings settings)
    : state_(std::make_shared<state>(std::move(executor), std::move(settings))) {
    boost::system::error_code not_an_address;
    const auto address = asio::ip::make_address(state_->how.host, not_an_address);
    state_->numeric = !not_an_address;
    if (state_->numeric) state_->known.emplace_back(address, state_->how.port);
}

// The state may live on in a coroutine that waits; the thread must not find the loop from here on.
host_resolver::~host_resolver() {
    if (state_->mail) state_->mail->close();
}

asio::awaitable<result<tcp_addresses>> host_resolver::resolve(steady_time deadline) {
    const std::shared_ptr<state> shared = state_;
    if (std::chrono::steady_clock::now() >= shared->stale_at) shared->start_lookup();
    if (!shared->known.empty()) co_return shared->known;
    const auto too_late = [&shared] {
        return failure(origin::network, "timeout",
                       "looking up " + shared->how.host + " takes too long");
    };
    if (std::chrono::steady_clock::now() >= deadline) co_return too_late();
    const std::size_t before = shared->lookups;
    asio::steady_timer patience(shared->loop);
    patience.expires_at(deadline);
    {
        const waiting_place place(shared->waiting, patience);
        co_await patience.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_await throw_if_cancelled();
    if (shared->lookups == before) co_return too_late();
    if (shared->known.empty())
        co_return failure(origin::network, "resolve",
                          "cannot find the address of " + shared->how.host + ": " + shared->error);
    co_return shared->known;
}

void host_resolver::prefer(const tcp::endpoint& address) {
    const auto found = std::ranges::find(state_->known, address);
    if (found != state_->known.end()) std::rotate(state_->known.begin(), found, std::next(found));
}

void host_resolver::distrust() {
    state_->stale_at = steady_time::min();
    if (state_->known.size() > 1) std::ranges::rotate(state_->known, state_->known.begin() + 1);
}

bool host_resolver::looking() const { return state_->looking; }

}  // namespace rolloutd::api
