#pragma once
// A server that says exactly what a test tells it to, byte by byte, on a real loopback socket,
// plain or TLS. It runs on the test's own loop.

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/http.h"
#include "tests/api/certificates.h"

namespace rolloutd::api::test {

enum class then { keep, close, reset, hang };

// What is sent after one whole request has been read, and what happens to the connection
// afterwards.
struct reply {
    std::string bytes;
    then after = then::keep;
    std::string endless;  // if any: sent again and again, until the client has had enough
    bool drip = false;    // byte by byte, a millisecond apart
    std::string second;   // sent after `bytes`, with TLS in a record of its own
};

std::string ok(const std::string& body);

class peer {
public:
    // Plain, or TLS with the given certificate. Listens on 127.0.0.1, at a port that the system
    // chose.
    explicit peer(boost::asio::io_context& loop, std::optional<key_pair> identity = std::nullopt);
    peer(const peer&) = delete;
    peer& operator=(const peer&) = delete;
    ~peer();

    // Replies are used up in the order of the requests, whatever their connection; then it hangs.
    void say(std::string bytes, then after = then::keep);
    void say_twice(std::string bytes, std::string second);
    // `bytes` once, then `endless` for as long as anybody reads.
    void pour(std::string bytes, std::string endless);
    // The same, slowly.
    void drip(std::string bytes, std::string endless);
    std::size_t poured() const;  // bytes of `endless` that the system took

    // Said to each new connection at once, before it has asked for anything.
    void greet(std::string bytes);
    // From now on connections are accepted but never spoken to.
    void fall_silent();

    // Closes the connections that a reply has left hanging.
    void hang_up();

    // From now on new connections are not shaken hands with and requests not answered, until
    // release().
    void hold();
    void release();

    // TLS at most of this version (TLS1_2_VERSION): for handshakes from now on.
    void speak_at_most(int version);
    // Sessions and tickets given out so far are refused.
    void forget_sessions();
    // Another certificate, for handshakes from now on.
    void become(const key_pair& identity);

    endpoint where(std::string host = "127.0.0.1") const;
    const std::vector<std::string>& requests() const;  // head and body as they came
    std::size_t connections() const;
    std::size_t resumed() const;  // handshakes that took up an earlier session

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace rolloutd::api::test
