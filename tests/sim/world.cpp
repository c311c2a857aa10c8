#include "tests/sim/world.h"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

namespace rolloutd::sim {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Who sits at rolloutctl.
constexpr uid_t person = 0;

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

class world::one_name final : public daemon::login_names {
public:
    asio::awaitable<std::string> of(uid_t) override { co_return "person"; }
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

// Everything that ends with a process.
struct world::process {
    explicit process(daemon::disk& beneath, timestamp start) : disk(beneath), counters(start) {}

    mortal_disk disk;
    daemon::metrics counters;
    std::unique_ptr<faulty_client> client;
    std::unique_ptr<api::cloud_gateway> gateway;
    std::unique_ptr<daemon::app> daemon;
    std::unique_ptr<api::task_group> group;
    std::optional<daemon::exit_code> ended;
};

world::world(options chosen, cloud_end& cloud, traffic_listener& listener,
             tapped_disk::hearer journal_tap)
    : setup_(std::move(chosen.first)),
      cloud_(cloud),
      listener_(listener),
      outside_(std::move(chosen.outside)),
      network_(chosen.network),
      chance_(chosen.chance),
      time_(io_.get_executor(), chosen.start),
      tap_(files_, std::move(journal_tap)),
      log_(time_),
      entropy_(chance_.fork()),
      folder_(std::make_unique<scratch_folder>()),
      who_(std::make_unique<fixed_grant>()),
      manager_(std::make_unique<quiet_manager>()),
      names_(std::make_unique<one_name>()) {
    setup_.options.admin.operators_group = "";
    setup_.options.admin.listen_port = 0;
    network_.connections = static_cast<std::size_t>(setup_.options.coc.connections);
}

world::~world() {
    if (living_ && living_->group && !living_->ended) stop();
}

const daemon::app& world::daemon() const { return *living_->daemon; }

daemon::app_ports world::ports_of(process& who) {
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
            *who.gateway,
            who.disk,
            random,
            log_,
            who.counters,
            *manager_,
            *names_,
            load,
            [] { return std::string(); },
            nullptr,
            nullptr,
            [] { return std::string(); }};
}

std::unique_ptr<world::process> world::make_process() {
    // No two processes ever number a request alike.
    constexpr std::uint64_t many = 1'000'000'000;
    setup_.options.admin.socket = folder_->path + "/s" + std::to_string(++started_);
    auto made = std::make_unique<process>(tap_, time_.now());
    made->client = std::make_unique<faulty_client>(
        faulty_client::parts{io_.get_executor(), time_, cloud_, listener_,
                             many * static_cast<std::uint64_t>(started_ - 1)},
        network_, outside_, chance_.fork());
    api::cloud_ports around(time_, *made->client, *who_, made->counters);
    around.dice = api::make_chance(chance_.next());
    made->gateway = std::make_unique<api::cloud_gateway>(around, cloud_of(setup_.options.coc));
    made->daemon = std::make_unique<daemon::app>(ports_of(*made), setup_);
    return made;
}

daemon::exit_code world::start() {
    living_.reset();
    living_ = make_process();
    const daemon::exit_code opened = living_->daemon->open("");
    if (opened != daemon::exit_code::ok) return opened;
    living_->group = std::make_unique<api::task_group>(
        io_.get_executor(),
        [](std::string_view, std::exception_ptr error) { std::rethrow_exception(error); });
    living_->group->spawn("daemon", live(*living_->daemon, living_->ended));
    settle();
    return daemon::exit_code::ok;
}

void world::settle() {
    if (one_by_one_) return take_turns();
    io_.restart();
    while (io_.poll() > 0)
        io_.restart();
}

void world::take_turns() {
    while (!doomed()) {
        io_.restart();
        if (io_.poll_one() == 0) return;
        if (turns_left_ > 0) --turns_left_;
    }
}

bool world::is_over() const { return doomed() || (living_ && living_->ended); }

void world::run_until(timestamp until) {
    settle();
    while (!is_over()) {
        const auto due = time_.next_due();
        if (!due || *due > until) break;
        time_.advance_to(*due);
        settle();
    }
    if (doomed()) return;
    time_.advance_to(until);
    settle();
}

void world::doom_in(int turns) {
    if (turns_left_ < 0) turns_left_ = turns;
}

void world::watch_turns(bool one_by_one) {
    one_by_one_ = one_by_one;
    turns_left_ = -1;
}

void world::crash(std::size_t keep) {
    watch_turns(false);
    living_->client->cut_off();
    living_->disk.die();
    files_.crash(keep);
    living_->daemon->request_stop("SIGKILL");
    dead_.push_back(std::move(living_));
}

void world::stand_still(duration length) {
    time_.advance_to(time_.now() + length);
    settle();
}

void world::ask(const std::string& path, std::string body, act_hearer hearer) {
    if (!living_->group) return;
    daemon::admin_request what;
    what.method = "POST";
    what.path = path;
    what.local = true;
    what.uid = person;
    what.body = std::move(body);
    living_->group->spawn("person", carry(*living_, std::move(what), std::move(hearer)));
}

asio::awaitable<void> world::carry(process& to, daemon::admin_request what, act_hearer hearer) {
    if (living_.get() != &to) co_return;
    hearer.heard();
    const daemon::admin_page said = co_await to.daemon->operators().act(std::move(what));
    if (living_.get() == &to) hearer.answered(said);
}

daemon::admin_page world::look(const std::string& path) {
    daemon::admin_request what;
    what.method = "GET";
    what.path = path;
    what.local = true;
    what.uid = person;
    return living_->daemon->operators().answer(what);
}

void world::rewatch(std::vector<config::watched_ticket> tickets) {
    setup_.options.watch = std::move(tickets);
    living_->daemon->request_reload();
    settle();
}

std::optional<daemon::exit_code> world::stop() {
    watch_turns(false);
    living_->daemon->request_stop("SIGTERM");
    for (int tries = 0; tries < 60 && !living_->ended; ++tries)
        run_until(time_.now() + 1s);
    dead_.push_back(std::move(living_));
    for (const auto& each : dead_)
        each->group->spawn("network", leave(*each->client));
    run_until(time_.now() + 10s);
    living_ = std::move(dead_.back());
    dead_.clear();
    return living_->ended;
}

}  // namespace rolloutd::sim
