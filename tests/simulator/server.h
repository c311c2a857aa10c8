#pragma once
// The socket side of coc-sim: accepts HTTP/1.1 connections, plain or TLS, keeps them alive, hands
// requests to the cloud with the simulated time and delivers the answers, as badly as a fault asks.
// One thread, the one that calls run(). Called by main.cpp and by the tests.

#include <cstdint>
#include <memory>
#include <string>

#include "tests/simulator/cloud.h"
#include "tests/simulator/request_log.h"

namespace coc_sim {

struct server_options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free one
    std::string tls_cert;    // both or none
    std::string tls_key;
    double speed = 1;              // simulated seconds in a real one
    bool stop_on_signals = false;  // SIGTERM and SIGINT end run()
};

class server {
public:
    // Listens at once. Throws std::exception if the address, certificate or key cannot be used.
    server(const server_options& options, scenario played, cloud_settings settings,
           request_log log);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    std::uint16_t port() const;
    std::string url() const;

    // Serves until stop() or a signal.
    void run();
    // May be called from any thread.
    void stop();

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

}  // namespace coc_sim
