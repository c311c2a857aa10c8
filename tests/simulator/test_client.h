#pragma once
// A blocking HTTP client for the simulator's tests, on plain sockets and OpenSSL alone: it must see
// exactly what the server did to the connection, which a good client library would hide.

#include <cstdint>
#include <memory>
#include <string>

namespace coc_sim::testing {

struct seen_answer {
    int status = 0;  // 0: no status line came
    std::string headers;
    std::string body;
    bool complete = false;   // as many body bytes as Content-Length promised
    bool reset = false;      // the connection was reset
    bool timed_out = false;  // nothing came for as long as the client waits
};

class test_client {
public:
    // Connects to 127.0.0.1; with `tls` it shakes hands without checking the certificate. Reads
    // wait for at most `wait_ms`.
    explicit test_client(std::uint16_t port, bool tls = false, int wait_ms = 5000);
    ~test_client();

    seen_answer get(const std::string& target);
    seen_answer put(const std::string& target, const std::string& body);
    // Sends these bytes and reads one answer.
    seen_answer exchange(const std::string& bytes);
    bool connected() const;

private:
    struct connection;
    std::unique_ptr<connection> self_;
};

// Writes a self-signed certificate and its key for 127.0.0.1 as PEM files.
void write_certificate(const std::string& cert_file, const std::string& key_file);

}  // namespace coc_sim::testing
