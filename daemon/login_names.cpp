#include "daemon/login_names.h"

#include <pwd.h>

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "api/wakeup.h"

namespace rolloutd::daemon {

namespace asio = boost::asio;

namespace {

constexpr policies::duration longest_question{200};
// Threads that a directory which does not answer may hold.
constexpr int most_questions = 4;
constexpr std::size_t most_names = 1000;

}  // namespace

std::string name_in_the_system(uid_t uid) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> room{};
    ::getpwuid_r(uid, &entry, room.data(), room.size(), &found);
    return found == nullptr ? "" : found->pw_name;
}

struct system_names::answer {
    explicit answer(api::clock& time) : given(time) {}
    std::optional<std::string> name;
    api::wakeup given;
};

// An answer may come when there is no loop any more to take it to.
struct system_names::way_back {
    explicit way_back(asio::any_io_executor to) : loop(std::move(to)) {}
    std::mutex guard;
    bool open = true;
    asio::any_io_executor loop;
};

system_names::system_names(asio::any_io_executor loop, api::clock& time, lookup ask)
    : time_(time), ask_(std::move(ask)), back_(std::make_shared<way_back>(std::move(loop))) {}

system_names::~system_names() {
    const std::lock_guard lock(back_->guard);
    back_->open = false;
}

asio::awaitable<std::string> system_names::of(uid_t uid) {
    const auto known = known_.find(uid);
    if (known != known_.end()) co_return known->second;
    if (asking_ >= most_questions) co_return "";
    const auto mine = std::make_shared<answer>(time_);
    ask(uid, mine);
    const policies::timestamp until = time_.now() + longest_question;
    while (!mine->name) {
        const bool told = co_await mine->given.wait_until(until);
        if (!told) co_return "";
    }
    co_return *mine->name;
}

void system_names::ask(uid_t uid, std::weak_ptr<answer> whose) {
    ++asking_;
    // While a question is open the loop has something to wait for.
    asio::any_io_executor busy =
        asio::prefer(back_->loop, asio::execution::outstanding_work.tracked);
    std::thread([this, uid, whose = std::move(whose), question = ask_, back = back_,
                 busy = std::move(busy)] {
        std::string name = question(uid);
        const std::lock_guard lock(back->guard);
        if (!back->open) return;
        asio::post(busy, [this, uid, name = std::move(name), whose, back] {
            if (!back->open) return;
            --asking_;
            if (known_.size() < most_names) known_[uid] = name;
            const std::shared_ptr<answer> waiting = whose.lock();
            if (!waiting) return;
            waiting->name = name;
            waiting->given.poke();
        });
    }).detach();
}

}  // namespace rolloutd::daemon
