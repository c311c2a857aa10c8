#include "api/tls_trust.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <utility>

#include "policies/check.h"

namespace rolloutd::api {
namespace {

// A TLS 1.3 server hands out two for each connection; a pool that connects anew after a cut needs a
// few.
constexpr std::size_t most_sessions = 8;

// What belongs to one connection; freed with it by OpenSSL.
struct session_sink {
    std::shared_ptr<tls_trust> trust;
    std::string origin;
};

// Typed as CRYPTO_EX_free wants it.
void free_sink(void*, void* sink, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<session_sink*>(sink);
}

int sink_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, &free_sink);
    return index;
}

std::string openssl_error() {
    const unsigned long number = ERR_get_error();
    ERR_clear_error();
    const char* const words = ERR_reason_error_string(number);
    return words == nullptr ? "error " + std::to_string(number) : words;
}

std::string origin_of(const endpoint& where) {
    return where.host + " " + std::to_string(where.port);
}

bool is_numeric_host(const std::string& host) {
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(host, not_an_address);
    return !not_an_address;
}

// SNI knows names only; an address is looked for among the certificate's addresses.
bool name_peer(SSL* tls, const std::string& host) {
    X509_VERIFY_PARAM* const how = SSL_get0_param(tls);
    if (is_numeric_host(host)) return X509_VERIFY_PARAM_set1_ip_asc(how, host.c_str()) == 1;
    X509_VERIFY_PARAM_set_hostflags(how, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_host(how, host.data(), host.size()) != 1) return false;
    // What the macro SSL_set_tlsext_host_name does, without its C casts.
    void* const name = const_cast<char*>(host.c_str());
    return SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name) == 1;
}

// A resumed session is not verified again: it must not outlive the certificate that it rests on.
bool is_usable(const SSL_SESSION* session) {
    const X509* const peer = SSL_SESSION_get0_peer(const_cast<SSL_SESSION*>(session));
    return SSL_SESSION_is_resumable(session) == 1 && peer != nullptr &&
           X509_cmp_current_time(X509_get0_notAfter(peer)) > 0;
}

}  // namespace

void tls_trust::freer::operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }

result<std::shared_ptr<tls_trust>> tls_trust::make(const std::string& ca_file) {
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    ROLLOUTD_CHECK(context != nullptr);
    std::shared_ptr<tls_trust> trust(new tls_trust(context));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, &tls_trust::on_session);
    ERR_clear_error();
    const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context)
                                       : SSL_CTX_load_verify_file(context, ca_file.c_str());
    if (loaded == 1) return trust;
    return failure(
        origin::content, "bad_ca_file",
        (ca_file.empty() ? "the system's certificate store" : ca_file) + ": " + openssl_error());
}

tls_trust::~tls_trust() { SSL_CTX_free(context_); }

result<void> tls_trust::prepare(SSL* tls, const endpoint& where) {
    const auto refuse = [] {
        return failure(origin::network, "tls", "prepare TLS: " + openssl_error());
    };
    if (!name_peer(tls, where.host)) return refuse();
    auto sink = std::make_unique<session_sink>(session_sink{shared_from_this(), origin_of(where)});
    const session earlier = take(sink->origin);
    if (SSL_set_ex_data(tls, sink_index(), sink.get()) != 1) return refuse();
    sink.release();
    if (earlier && SSL_set_session(tls, earlier.get()) != 1) ERR_clear_error();
    return {};
}

void tls_trust::forget(const endpoint& where) { kept_.erase(origin_of(where)); }

std::size_t tls_trust::sessions(const endpoint& where) const {
    const auto found = kept_.find(origin_of(where));
    return found == kept_.end() ? 0 : found->second.size();
}

// A ticket of TLS 1.3 is used once, so that nobody on the way can tell two connections to be of the
// same client (RFC 8446 §C.4); a session of TLS 1.2 goes on serving.
tls_trust::session tls_trust::take(const std::string& origin) {
    const auto found = kept_.find(origin);
    if (found == kept_.end()) return nullptr;
    std::deque<session>& all = found->second;
    while (!all.empty()) {
        session& latest = all.back();
        if (is_usable(latest.get())) {
            if (SSL_SESSION_get_protocol_version(latest.get()) < TLS1_3_VERSION) {
                SSL_SESSION_up_ref(latest.get());
                return session(latest.get());
            }
            session once = std::move(latest);
            all.pop_back();
            return once;
        }
        all.pop_back();
    }
    return nullptr;
}

// Called by OpenSSL: during the handshake with TLS 1.2, with TLS 1.3 when the first answer is read.
// Returning 1 takes over the reference.
int tls_trust::on_session(SSL* tls, SSL_SESSION* offered) {
    const auto* const sink = static_cast<const session_sink*>(SSL_get_ex_data(tls, sink_index()));
    if (sink == nullptr) return 0;
    std::deque<session>& all = sink->trust->kept_[sink->origin];
    all.emplace_back(offered);
    if (all.size() > most_sessions) all.pop_front();
    return 1;
}

void end_quietly(SSL* tls) { SSL_set_shutdown(tls, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); }

bool has_unread_records(const SSL* tls) {
    return SSL_has_pending(tls) == 1 || BIO_ctrl_pending(SSL_get_rbio(tls)) > 0;
}

std::string verification_problem(const SSL* tls) {
    const long verdict = SSL_get_verify_result(tls);
    return verdict == X509_V_OK ? "" : X509_verify_cert_error_string(verdict);
}

}  // namespace rolloutd::api
