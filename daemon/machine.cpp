#include "daemon/machine.h"

#include <openssl/rand.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "api/cloud_gateway.h"
#include "api/http_pool.h"
#include "api/task_group.h"
#include "config/config_loader.h"
#include "daemon/activation.h"
#include "daemon/authentication.h"
#include "daemon/files.h"
#include "policies/check.h"

namespace rolloutd::daemon {

namespace asio = boost::asio;

namespace {

// SIGTERM ends the daemon within 10 s, whatever hangs. What was not settled is read first at the
// next start.
constexpr unsigned stop_within_seconds = 10;

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    void* const raw = bytes.data();
    const int made = RAND_bytes(static_cast<unsigned char*>(raw), static_cast<int>(count));
    ROLLOUTD_CHECK(made == 1);
    return bytes;
}

// "" when it has no name.
std::string machine_name() {
    constexpr std::size_t longest = 255;
    std::string name(longest + 1, '\0');
    if (::gethostname(name.data(), longest) != 0) return "";
    return name.c_str();
}

std::uint64_t random_seed() {
    const std::string bytes = random_bytes(sizeof(std::uint64_t));
    std::uint64_t seed = 0;
    std::memcpy(&seed, bytes.data(), sizeof(seed));
    return seed;
}

api::pool_settings pool_of(const setup& from, metrics& counters) {
    const config::cloud& how = from.options.coc;
    api::pool_settings pool;
    pool.where = endpoint_of(how.where);
    pool.proxy = from.ways.cloud;
    pool.ca_file = how.ca_file;
    pool.connections = static_cast<std::size_t>(how.connections);
    pool.connected = [&counters](bool resumed) { counters.connected(resumed); };
    return pool;
}

api::cloud_settings cloud_of(const config::cloud& how) {
    api::cloud_settings cloud;
    cloud.project_id = how.project_id;
    cloud.timeout = how.timeout;
    cloud.rate.per_second = how.rate.per_second;
    cloud.rate.burst = how.rate.burst;
    cloud.rate.reserved_percent = how.rate.reserved_tenths / 10;
    return cloud;
}

// The key that signs checkpoints; null without one. `problem` says why a named one is not usable.
std::shared_ptr<const signer> load_key(const config::config& options, std::string& problem) {
    if (options.journalling.sign_key_file.empty()) return nullptr;
    const char* const named = std::getenv("CREDENTIALS_DIRECTORY");
    const auto is_there = [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; };
    const std::string path = config::find_credential(
        options.journalling.sign_key_file, named == nullptr ? "" : named, options.folder, is_there);
    const file_text read = read_file(path);
    if (!read.text) {
        problem = path + ": " + read.problem;
        return nullptr;
    }
    auto key = signer::load(*read.text);
    if (!key) {
        problem = path + ": " + key.error().what;
        return nullptr;
    }
    return *key;
}

// Under systemd the folder is there (StateDirectory=); by hand it is made, its parent is not.
std::string make_state_folder(const std::string& path) {
    if (::mkdir(path.c_str(), 0750) == 0 || errno == EEXIST) return "";
    return "cannot make the state folder " + path + ": " + std::strerror(errno);
}

// "" when both know whom to trust from here on, else why one of them stays with what it knew.
std::string reload_certificates(api::http_pool& cloud, api::http_pool* iam) {
    const api::result<void> first = cloud.reload_trust();
    const api::result<void> second = iam == nullptr ? api::result<void>() : iam->reload_trust();
    if (first.has_error()) return first.error().detail;
    return second.has_error() ? second.error().detail : "";
}

void tell_proxies(event_log& log, const proxies& ways) {
    if (ways.cloud) log.info("proxy", {{"to", "cloud"}, {"by", to_text(*ways.cloud)}});
    if (ways.iam) log.info("proxy", {{"to", "iam"}, {"by", to_text(*ways.iam)}});
}

asio::awaitable<void> heed_signals(asio::signal_set& signals, app& daemon) {
    for (;;) {
        auto [error, number] = co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
        if (error) co_return;
        if (number == SIGHUP) {
            daemon.request_reload();
        } else {
            // The last resort, should a disk or a resolver never answer.
            ::alarm(stop_within_seconds);
            daemon.request_stop(number == SIGTERM ? "SIGTERM" : "SIGINT");
        }
    }
}

asio::awaitable<void> live(app& daemon, asio::signal_set& signals, exit_code& code) {
    code = co_await daemon.run();
    signals.cancel();
}

exit_code run_loop(asio::io_context& loop, app& daemon, event_log& log) {
    asio::signal_set signals(loop, SIGTERM, SIGINT, SIGHUP);
    exit_code code = exit_code::failure;
    bool failed = false;
    api::task_group group(loop.get_executor(), [&](std::string_view name, std::exception_ptr) {
        log.error("failed", {{"part", std::string(name)}});
        failed = true;
        signals.cancel();
    });
    group.spawn("daemon", live(daemon, signals, code));
    group.spawn("signals", heed_signals(signals, daemon));
    while (group.running() > 0)
        loop.run_one();
    return failed ? exit_code::failure : code;
}

}  // namespace

exit_code run_on_machine(setup first, std::function<loaded()> load,
                         const std::string& accept_broken) {
    asio::io_context loop{1};
    api::system_clock_port time(loop.get_executor());
    const auto log = make_stderr_log([&time] { return time.now(); }, log_level::info);
    const auto refuse = [&log](exit_code code, std::string why) {
        log->error("not_started", {{"error", std::move(why)}});
        return code;
    };
    std::string problem = make_state_folder(first.options.state);
    if (!problem.empty()) return refuse(exit_code::failure, problem);
    const auto key = load_key(first.options, problem);
    if (!problem.empty()) return refuse(exit_code::bad_config, problem);

    const handed_socket door = take_handed_socket(first.options.admin.socket);
    if (!door.problem.empty()) return refuse(exit_code::bad_config, door.problem);

    metrics counters(time.now());
    const auto files = make_disk(first.options.state);
    // Joined before the disk goes; a write that is still under way holds the lock.
    asio::thread_pool worker{1};
    const auto manager = make_systemd_manager();
    const auto mirror = make_journald_mirror();
    auto known = make_authentication(loop.get_executor(), time, first);
    if (!known) return refuse(exit_code::bad_config, known.error().detail);
    api::credentials& who = *known->who;
    auto http = api::http_pool::make(loop.get_executor(), pool_of(first, counters));
    if (!http) return refuse(exit_code::bad_config, http.error().detail);
    tell_proxies(*log, first.ways);
    api::cloud_ports around(time, **http, who, counters);
    around.dice = api::make_chance(random_seed());
    api::cloud_gateway cloud(around, cloud_of(first.options.coc));
    system_names names(loop.get_executor(), time);
    const app_ports ports{
        loop.get_executor(),
        worker.get_executor(),
        time,
        cloud,
        *files,
        random_bytes,
        *log,
        counters,
        *manager,
        names,
        std::move(load),
        [&who] { return who.problem(); },
        mirror.get(),
        key,
        [&] { return reload_certificates(**http, known->iam.get()); },
        door.number,
        machine_name(),
        [&loop](const notice_target& to) { return make_notice_client(loop.get_executor(), to); }};
    app daemon(ports, std::move(first));
    const exit_code opened = daemon.open(accept_broken);
    if (opened != exit_code::ok) return opened;
    return run_loop(loop, daemon, *log);
}

}  // namespace rolloutd::daemon
