#include "tests/simulator/test_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace coc_sim::testing {
namespace {

// What Content-Length says, or 0.
std::size_t promised_length(const std::string& headers) {
    const std::string name = "Content-Length: ";
    const std::size_t at = headers.find(name);
    return at == std::string::npos ? 0 : std::stoul(headers.substr(at + name.size()));
}

}  // namespace

struct test_client::connection {
    int socket = -1;
    SSL_CTX* context = nullptr;
    SSL* tls = nullptr;

    long read(char* to, std::size_t most) const {
        return tls == nullptr ? ::recv(socket, to, most, 0)
                              : SSL_read(tls, to, static_cast<int>(most));
    }

    bool write(const std::string& bytes) const {
        const long sent = tls == nullptr
                              ? ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL)
                              : SSL_write(tls, bytes.data(), static_cast<int>(bytes.size()));
        return sent == static_cast<long>(bytes.size());
    }
};

test_client::test_client(std::uint16_t port, bool tls, int wait_ms)
    : self_(std::make_unique<connection>()) {
    std::signal(SIGPIPE, SIG_IGN);
    self_->socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval wait{.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
    ::setsockopt(self_->socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &where, sizeof generic);
    if (::connect(self_->socket, &generic, sizeof generic) != 0) {
        ::close(self_->socket);
        self_->socket = -1;
        return;
    }
    if (!tls) return;
    self_->context = SSL_CTX_new(TLS_client_method());
    self_->tls = SSL_new(self_->context);
    SSL_set_fd(self_->tls, self_->socket);
    if (SSL_connect(self_->tls) != 1) {
        ::close(self_->socket);
        self_->socket = -1;
    }
}

test_client::~test_client() {
    SSL_free(self_->tls);
    SSL_CTX_free(self_->context);
    if (self_->socket >= 0) ::close(self_->socket);
}

bool test_client::connected() const { return self_->socket >= 0; }

seen_answer test_client::get(const std::string& target) {
    return exchange("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

seen_answer test_client::put(const std::string& target, const std::string& body) {
    return exchange("PUT " + target +
                    " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    "Content-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
}

seen_answer test_client::exchange(const std::string& bytes) {
    seen_answer seen;
    if (!self_->write(bytes)) return seen;
    std::string all;
    std::array<char, 65536> piece{};
    std::size_t wanted = std::string::npos;
    while (all.size() < wanted) {
        errno = 0;
        const long got = self_->read(piece.data(), piece.size());
        if (got <= 0) {
            seen.reset = errno == ECONNRESET;
            seen.timed_out = errno == EAGAIN || errno == EWOULDBLOCK;
            break;
        }
        all.append(piece.data(), static_cast<std::size_t>(got));
        const std::size_t end = all.find("\r\n\r\n");
        if (end == std::string::npos || wanted != std::string::npos) continue;
        seen.headers = all.substr(0, end + 2);
        wanted = end + 4 + promised_length(seen.headers);
    }
    if (wanted == std::string::npos) return seen;
    seen.status = std::stoi(all.substr(9, 3));
    seen.body = all.substr(seen.headers.size() + 2);
    seen.complete = all.size() == wanted;
    return seen;
}

void write_certificate(const std::string& cert_file, const std::string& key_file) {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const cert = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    X509_NAME* const name = X509_get_subject_name(cert);
    const std::array<unsigned char, 10> host{"127.0.0.1"};
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host.data(), 9, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_sign(cert, key, EVP_sha256());
    std::FILE* const cert_out = std::fopen(cert_file.c_str(), "w");
    std::FILE* const key_out = std::fopen(key_file.c_str(), "w");
    if (cert_out != nullptr) PEM_write_X509(cert_out, cert);
    if (key_out != nullptr)
        PEM_write_PrivateKey(key_out, key, nullptr, nullptr, 0, nullptr, nullptr);
    if (cert_out != nullptr) std::fclose(cert_out);
    if (key_out != nullptr) std::fclose(key_out);
    X509_free(cert);
    EVP_PKEY_free(key);
}

}  // namespace coc_sim::testing
