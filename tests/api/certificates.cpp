#include "tests/api/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace rolloutd::api::test {
namespace {

template <auto Free>
struct freer {
    template <class T>
    void operator()(T* what) const {
        Free(what);
    }
};

using bio = std::unique_ptr<BIO, freer<BIO_free_all>>;
using evp_key = std::unique_ptr<EVP_PKEY, freer<EVP_PKEY_free>>;
using x509 = std::unique_ptr<X509, freer<X509_free>>;

// These tests have no use for a half-made certificate.
template <class T>
T made(T what) {
    if (!what) throw std::runtime_error("OpenSSL could not make a test certificate");
    return what;
}

std::string text_of(BIO* memory) {
    char* begin = nullptr;
    const long size = BIO_get_mem_data(memory, &begin);
    return {begin, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* certificate) {
    const bio memory(BIO_new(BIO_s_mem()));
    made(PEM_write_bio_X509(memory.get(), certificate));
    return text_of(memory.get());
}

std::string to_pem(EVP_PKEY* key) {
    const bio memory(BIO_new(BIO_s_mem()));
    made(PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr));
    return text_of(memory.get());
}

bio reader(const std::string& pem) {
    return bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

void add_extension(X509* to, X509* issuer, int what, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, freer<X509_EXTENSION_free>> extension(
        made(X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str())));
    made(X509_add_ext(to, extension.get(), -1));
}

x509 start_certificate(EVP_PKEY* key, const std::string& name, long valid_for_s) {
    static std::atomic<long> serial{1};
    x509 certificate(made(X509_new()));
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -7200);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid_for_s);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    return certificate;
}

}  // namespace

key_pair make_authority(const std::string& name) {
    const evp_key key(made(EVP_EC_gen("P-256")));
    const x509 certificate = start_certificate(key.get(), name, 3600);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    made(X509_sign(certificate.get(), key.get(), EVP_sha256()));
    return {to_pem(certificate.get()), to_pem(key.get())};
}

key_pair make_certificate(const key_pair& authority, const std::string& names, long valid_for_s) {
    const bio issuer_bytes = reader(authority.certificate);
    const bio key_bytes = reader(authority.key);
    const x509 issuer(made(PEM_read_bio_X509(issuer_bytes.get(), nullptr, nullptr, nullptr)));
    const evp_key issuer_key(
        made(PEM_read_bio_PrivateKey(key_bytes.get(), nullptr, nullptr, nullptr)));
    const evp_key key(made(EVP_EC_gen("P-256")));
    const x509 certificate = start_certificate(key.get(), "a test's server", valid_for_s);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
    add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, names);
    made(X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()));
    return {to_pem(certificate.get()), to_pem(key.get())};
}

temporary_file::temporary_file(const std::string& content) {
    std::string pattern = (std::filesystem::temp_directory_path() / "rolloutd-XXXXXX").string();
    const int file = ::mkstemp(pattern.data());
    if (file >= 0) ::close(file);
    path_ = pattern;
    std::ofstream(path_) << content;
}

temporary_file::~temporary_file() { std::filesystem::remove(path_); }

}  // namespace rolloutd::api::test
