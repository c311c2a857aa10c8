#pragma once
// What the system calls a user: a port, asked for each act of a person. The directory that knows it
// may be down in just the incident in which somebody asks for a freeze, and its lookup blocks; so
// the real one asks in a thread of its own, and nobody waits long. Single thread otherwise.

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "api/clock.h"

namespace rolloutd::daemon {

class login_names {
public:
    virtual ~login_names() = default;
    // "" for a user without a name, and for one whose name is not told in time.
    virtual boost::asio::awaitable<std::string> of(uid_t uid) = 0;
};

// getpwuid(3): blocks; "" for a user without a name.
std::string name_in_the_system(uid_t uid);

// Waits for a fifth of a second, and remembers what it was told.
class system_names final : public login_names {
public:
    using lookup = std::function<std::string(uid_t)>;

    // `time` must outlive this; `ask` may still be running when it is gone.
    system_names(boost::asio::any_io_executor loop, api::clock& time,
                 lookup ask = name_in_the_system);
    ~system_names() override;

    boost::asio::awaitable<std::string> of(uid_t uid) override;

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
