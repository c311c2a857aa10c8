#pragma once
// Whom TLS connections trust: TLS 1.2 or newer, certificates verified up to known authorities, and
// for the name that was asked for. Keeps the sessions that servers offer, so that the next
// connection to the same origin need not be negotiated in full. Owns an SSL_CTX; opens no
// connection. One of them per pool; a reload makes a new one, whose sessions are its own.

#include <openssl/types.h>

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "api/http.h"
#include "api/result.h"

struct ssl_session_st;

namespace rolloutd::api {

class tls_trust : public std::enable_shared_from_this<tls_trust> {
public:
    // `ca_file` is a PEM file of trusted authorities; "" means the system's store. A content
    // failure names the file and what is wrong with it.
    static result<std::shared_ptr<tls_trust>> make(const std::string& ca_file);

    tls_trust(const tls_trust&) = delete;
    tls_trust& operator=(const tls_trust&) = delete;
    ~tls_trust();

    // Borrowed: who makes a connection of it takes a reference of their own.
    SSL_CTX* context() const { return context_; }

    // To be called once, before the handshake: the peer must prove to be `where`, and is told so
    // (SNI); a session of an earlier connection is offered to it, and what sessions it offers in
    // its turn are kept. Holds this object for as long as `tls` lives. A network failure "tls" when
    // OpenSSL has no memory.
    result<void> prepare(SSL* tls, const endpoint& where);

    // A handshake with this origin failed: sessions that may be the reason are not offered again.
    void forget(const endpoint& where);

    std::size_t sessions(const endpoint& where) const;

private:
    struct freer {
        void operator()(ssl_session_st* session) const;
    };
    using session = std::unique_ptr<ssl_session_st, freer>;

    explicit tls_trust(SSL_CTX* context) : context_(context) {}
    session take(const std::string& origin);
    static int on_session(SSL* tls, ssl_session_st* offered);

    SSL_CTX* context_;
    std::map<std::string, std::deque<session>> kept_;  // by host:port, the newest last
};

// The connection was closed without the good-bye that OpenSSL expects, which is no reason to
// distrust its session. To be called before `tls` is freed.
void end_quietly(SSL* tls);

// Whether more has come than was read: decrypted, or as records that OpenSSL was handed already.
bool has_unread_records(const SSL* tls);

// Why the peer's certificate was refused, for people; "" when it was not.
std::string verification_problem(const SSL* tls);

}  // namespace rolloutd::api
