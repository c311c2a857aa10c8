// coc-sim: the simulated cloud as a program. Exit codes: 0 ended by a signal, 1 cannot serve, 64
// usage, 78 bad scenario.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "tests/simulator/server.h"
#include "tests/simulator/uri.h"

namespace {

constexpr int exit_failed = 1;
constexpr int exit_usage = 64;
constexpr int exit_scenario = 78;
constexpr std::size_t longest_scenario = 16 << 20;

struct arguments {
    std::string scenario;
    std::string listen = "127.0.0.1:0";
    std::string port_file;
    std::string log;
    std::string token_file;
    std::string access_key_file;
    std::string secret_key_file;
    std::string security_token_file;
    std::string iam_user;
    std::string password_file;
    int token_lifetime = 24 * 3600;
    std::string tls_cert;
    std::string tls_key;
    double speed = 0;  // 0: what the scenario says
    bool control = false;
};

std::string read_file(const std::string& name) {
    std::ifstream in(name, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in.is_open() || in.bad()) throw std::runtime_error("cannot read " + name);
    if (text.size() > longest_scenario) throw std::runtime_error(name + " is too long");
    return text;
}

std::string read_secret(const std::string& name) {
    if (name.empty()) return {};
    std::string token = read_file(name);
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r'))
        token.pop_back();
    if (token.empty()) throw std::runtime_error("the file " + name + " is empty");
    return token;
}

// Readers poll for the file, so it must never be seen half written.
void write_port(const std::string& name, unsigned port) {
    if (name.empty()) return;
    const std::string temporary = name + ".new";
    {
        std::ofstream out(temporary);
        out << port << '\n';
        if (!out.flush()) throw std::runtime_error("cannot write " + temporary);
    }
    std::filesystem::rename(temporary, name);
}

bool split_listen(const std::string& listen, coc_sim::server_options& options) {
    const std::size_t colon = listen.rfind(':');
    if (colon == std::string::npos) return false;
    const auto port = coc_sim::parse_integer(std::string_view(listen).substr(colon + 1));
    if (!port || *port < 0 || *port > 65535) return false;
    options.address = listen.substr(0, colon);
    options.port = static_cast<std::uint16_t>(*port);
    return true;
}

void declare(CLI::App& app, arguments& given) {
    app.add_option("--scenario", given.scenario, "the scenario, a YAML file")->required();
    app.add_option("--listen", given.listen, "IPv4 address and port; port 0 takes any free one")
        ->capture_default_str();
    app.add_option("--port-file", given.port_file, "write the port there once listening");
    app.add_option("--log", given.log, "append one JSON line per request to this file");
    app.add_option("--speed", given.speed,
                   "simulated seconds in a real one (default: the scenario's, or 1)")
        ->check(CLI::Range(0.01, 10'000.0));
    app.add_option("--token-file", given.token_file, "require the token in this file");
    auto* const access = app.add_option("--access-key-file", given.access_key_file,
                                        "require signatures with the access key in this file");
    auto* const secret =
        app.add_option("--secret-key-file", given.secret_key_file, "and the secret key in this");
    access->needs(secret);
    secret->needs(access);
    app.add_option("--security-token-file", given.security_token_file,
                   "the keys are temporary and need the token in this file")
        ->needs(access);
    auto* const user = app.add_option("--iam-user", given.iam_user,
                                      "issue tokens to this user, DOMAIN/USER, and require them");
    auto* const password =
        app.add_option("--password-file", given.password_file, "the user's password");
    user->needs(password);
    password->needs(user);
    app.add_option("--token-lifetime", given.token_lifetime, "of issued tokens, in real seconds")
        ->check(CLI::Range(1, 24 * 3600));
    auto* const cert =
        app.add_option("--tls-cert", given.tls_cert, "serve HTTPS with this PEM chain");
    auto* const key = app.add_option("--tls-key", given.tls_key, "and this PEM key");
    cert->needs(key);
    key->needs(cert);
    app.add_flag("--control", given.control, "open /-/sim/ to tests (see README.md)");
    app.footer(
        "Example:\n  coc-sim --scenario tests/simulator/scenarios/guarded.yaml --listen "
        "127.0.0.1:8080");
}

coc_sim::admission admission_of(const arguments& given) {
    coc_sim::admission made;
    made.token = read_secret(given.token_file);
    made.access_key = read_secret(given.access_key_file);
    made.secret_key = read_secret(given.secret_key_file);
    made.security_token = read_secret(given.security_token_file);
    made.iam_password = read_secret(given.password_file);
    made.token_lifetime = std::chrono::seconds(given.token_lifetime);
    if (given.iam_user.empty()) return made;
    const std::size_t slash = given.iam_user.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == given.iam_user.size())
        throw std::runtime_error("--iam-user must be DOMAIN/USER");
    made.iam_domain = given.iam_user.substr(0, slash);
    made.iam_user = given.iam_user.substr(slash + 1);
    return made;
}

int serve(const arguments& given, coc_sim::server_options options) {
    coc_sim::loaded_scenario loaded;
    try {
        loaded = coc_sim::load_scenario(read_file(given.scenario), given.scenario);
    } catch (const std::runtime_error& unreadable) {
        loaded.issues.push_back(unreadable.what());
    }
    if (!loaded.issues.empty()) {
        for (const std::string& issue : loaded.issues)
            std::cerr << issue << '\n';
        return exit_scenario;
    }
    options.speed = given.speed > 0 ? given.speed : loaded.value.speed;
    const coc_sim::cloud_settings settings{.required = admission_of(given),
                                           .control = given.control};
    coc_sim::request_log log;
    if (!given.log.empty()) log = coc_sim::request_log(given.log);
    coc_sim::server server(options, std::move(loaded.value), settings, std::move(log));
    write_port(given.port_file, server.port());
    std::cout << "coc-sim: listening on " << server.url() << std::endl;
    server.run();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Simulates the script ticket API of Huawei Cloud COC, for rehearsals and tests.",
                 "coc-sim");
    arguments given;
    declare(app, given);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        return app.exit(problem) == 0 ? 0 : exit_usage;
    }
    coc_sim::server_options options;
    options.stop_on_signals = true;
    options.tls_cert = given.tls_cert;
    options.tls_key = given.tls_key;
    if (!split_listen(given.listen, options)) {
        std::cerr << "coc-sim: --listen must be ADDRESS:PORT, not " << given.listen << '\n';
        return exit_usage;
    }
    try {
        return serve(given, options);
    } catch (const std::exception& failure) {
        std::cerr << "coc-sim: " << failure.what() << '\n';
        return exit_failed;
    }
}
