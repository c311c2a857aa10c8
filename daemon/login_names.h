#pragma once
// What the system calls a user. The directory that knows it may be down in just the incident in
// which somebody asks for a freeze, and its lookup blocks; so it is asked in a thread of its own,
// and nobody waits long. Owned by the operators' desk, single thread otherwise.

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "api/clock.h"

namespace rolloutd::daemon {

// getpwuid(3): blocks; "" for a user without a name.
std::string name_in_the_system(uid_t uid);

class login_names {
public:
    using lookup = std::function<std::string(uid_t)>;

    // `time` must outlive this; `ask` may still be running when it is gone.
    login_names(boost::asio::any_io_executor loop, api::clock& time,
                lookup ask = name_in_the_system);
    ~login_names();

    // "" for a user without a name, and for one whose name is not told within a fifth of a second.
    boost::asio::awaitable<std::string> of(uid_t uid);

private:
    struct answer;
    struct way_back;
    void ask(uid_t uid, std::weak_ptr<answer> whose);

    api::clock& time_;
    lookup ask_;
    std::map<uid_t, std::string> known_;
    std::shared_ptr<way_back> back_;
    int asking_ = 0;
};

}  // namespace rolloutd::daemon
