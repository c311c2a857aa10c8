#include "tests/sim/world.h"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

namespace rolloutd::sim {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// The same settings as daemon/machine.cpp takes from the configuration.
api::cloud_settings cloud_of(const config::cloud& how) {
    api::cloud_settings cloud;
    cloud.timeout = how.timeout;
    cloud.rate.per_second = how.rate.per_second;
    cloud.rate.burst = how.rate.burst;
    cloud.rate.reserved_percent = how.rate.reserved_tenths / 10;
    return cloud;
}

asio::awaitable<void> live(daemon::app& who, std::optional<daemon::exit_code>& ended) {
    const daemon::exit_code code = co_await who.run();
    ended = code;
}

asio::awaitable<void> leave(faulty_client& client) { co_await client.join(); }

}  // namespace

void short_log::write(daemon::log_level level, std::string_view line) {
    if (level == daemon::log_level::error) ++errors_;
    lines_.push_back(policies::to_text(time_.now()) + " " + std::string(to_text(level)) + " " +
                     std::string(line));
    if (lines_.size() > most_) lines_.pop_front();
}

class world::fixed_grant final : public api::credentials {
public:
    asio::awaitable<api::result<api::grant>> authorize(const api::http_request&) override {
        api::grant leave;
        leave.headers.emplace_back("X-Auth-Token", std::string(world_token));
        co_return leave;
    }
    bool settle(const api::grant&, api::standing, const std::string&) override { return false; }
};

class world::quiet_manager final : public daemon::service_manager {
public:
    void tell(const std::string&) override {}
    std::optional<std::chrono::milliseconds> watchdog() const override { return std::nullopt; }
    std::uint64_t monotonic_usec() const override { return 0; }
};

// The daemon's own socket has to be somewhere; nobody connects to it.
class world::scratch_folder {
public:
    scratch_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "rolloutd-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path = name;
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::string path;
};

world::world(options chosen, cloud_end& cloud, traffic_listener& listener,
             tapped_disk::hearer journal_tap)
    : setup_(std::move(chosen.first)),
      time_(io_.get_executor(), chosen.start),
      tap_(files_, std::move(journal_tap)),
      log_(time_),
      counters_(chosen.start),
      entropy_(chosen.chance.fork()),
      folder_(std::make_unique<scratch_folder>()),
      who_(std::make_unique<fixed_grant>()),
      manager_(std::make_unique<quiet_manager>()) {
    setup_.options.admin.socket = folder_->path + "/s";
    setup_.options.admin.operators_group = "";
    setup_.options.admin.listen_port = 0;
    chosen.network.connections = static_cast<std::size_t>(setup_.options.coc.connections);
    client_ = std::make_unique<faulty_client>(
        faulty_client::parts{io_.get_executor(), time_, cloud, listener}, chosen.network,
        std::move(chosen.outside), chosen.chance.fork());
    api::cloud_ports around(time_, *client_, *who_, counters_);
    around.dice = api::make_chance(chosen.chance.next());
    gateway_ = std::make_unique<api::cloud_gateway>(around, cloud_of(setup_.options.coc));
}

world::~world() {
    if (group_ && !ended_) stop();
}

daemon::app_ports world::ports() {
    const auto random = [this](std::size_t count) {
        std::string bytes;
        for (std::size_t n = 0; n < count; ++n)
            bytes.push_back(static_cast<char>(entropy_.next() & 0xff));
        return bytes;
    };
    const auto load = [this] {
        daemon::loaded next;
        next.good = setup_;
        return next;
    };
    return {io_.get_executor(),
            io_.get_executor(),
            time_,
            *gateway_,
            tap_,
            random,
            log_,
            counters_,
            *manager_,
            load,
            [] { return std::string(); },
            nullptr,
            nullptr,
            [] { return std::string(); }};
}

daemon::exit_code world::start() {
    daemon_ = std::make_unique<daemon::app>(ports(), setup_);
    const daemon::exit_code opened = daemon_->open("");
    if (opened != daemon::exit_code::ok) return opened;
    ended_.reset();
    group_ = std::make_unique<api::task_group>(
        io_.get_executor(),
        [](std::string_view, std::exception_ptr error) { std::rethrow_exception(error); });
    group_->spawn("daemon", live(*daemon_, ended_));
    settle();
    return daemon::exit_code::ok;
}

void world::settle() {
    io_.restart();
    while (io_.poll() > 0)
        io_.restart();
}

void world::run_until(timestamp until) {
    settle();
    while (!ended_) {
        const auto due = time_.next_due();
        if (!due || *due > until) break;
        time_.advance_to(*due);
        settle();
    }
    time_.advance_to(until);
    settle();
}

void world::rewatch(std::vector<config::watched_ticket> tickets) {
    setup_.options.watch = std::move(tickets);
    daemon_->request_reload();
    settle();
}

std::optional<daemon::exit_code> world::stop() {
    daemon_->request_stop("SIGTERM");
    for (int tries = 0; tries < 60 && !ended_; ++tries)
        run_until(time_.now() + 1s);
    group_->spawn("network", leave(*client_));
    run_until(time_.now() + 1s);
    return ended_;
}

}  // namespace rolloutd::sim
