#include "daemon/journal/digest.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <vector>

#include "policies/check.h"

namespace rolloutd::daemon {

namespace {

struct context_deleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct key_deleter {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using context_ptr = std::unique_ptr<EVP_MD_CTX, context_deleter>;
using key_ptr = std::unique_ptr<EVP_PKEY, key_deleter>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

int nibble(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    return -1;
}

std::string raw_public_key(const EVP_PKEY* key) {
    std::array<unsigned char, 32> raw{};
    std::size_t length = raw.size();
    ROLLOUTD_CHECK(EVP_PKEY_get_raw_public_key(key, raw.data(), &length) == 1);
    return to_hex({reinterpret_cast<const char*>(raw.data()), length});
}

class ed25519 final : public signer {
public:
    explicit ed25519(key_ptr key) : key_(std::move(key)) {}

    std::string sign(std::string_view bytes) const override {
        const context_ptr context(EVP_MD_CTX_new());
        std::array<unsigned char, 64> signature{};
        std::size_t length = signature.size();
        ROLLOUTD_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) ==
                           1 &&
                       EVP_DigestSign(context.get(), signature.data(), &length, bytes_of(bytes),
                                      bytes.size()) == 1);
        return to_hex({reinterpret_cast<const char*>(signature.data()), length});
    }

    std::string public_key() const override { return raw_public_key(key_.get()); }

private:
    key_ptr key_;
};

}  // namespace

// The algorithm is fetched once; asking for it by name at each record costs more than the hashing.
struct sha256::state {
    EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    context_ptr context{EVP_MD_CTX_new()};
    state() {
        ROLLOUTD_CHECK(algorithm != nullptr && context != nullptr);
        ROLLOUTD_CHECK(EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1);
    }
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() { EVP_MD_free(algorithm); }
};

sha256::sha256() : state_(std::make_unique<state>()) {}
sha256::~sha256() = default;

void sha256::update(std::string_view bytes) {
    ROLLOUTD_CHECK(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

std::string sha256::finish() {
    std::array<unsigned char, 32> digest{};
    unsigned length = 0;
    ROLLOUTD_CHECK(EVP_DigestFinal_ex(state_->context.get(), digest.data(), &length) == 1);
    ROLLOUTD_CHECK(EVP_DigestInit_ex2(state_->context.get(), nullptr, nullptr) == 1);
    return to_hex({reinterpret_cast<const char*>(digest.data()), length});
}

std::string sha256_of(std::string_view bytes) {
    sha256 hasher;
    hasher.update(bytes);
    return hasher.finish();
}

std::string from_hex(std::string_view text) {
    std::string bytes;
    if (text.size() % 2 != 0) return bytes;
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const int high = nibble(text[at]);
        const int low = nibble(text[at + 1]);
        if (high < 0 || low < 0) return {};
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char each : bytes) {
        const auto value = static_cast<unsigned char>(each);
        text += digits[value >> 4U];
        text += digits[value & 15U];
    }
    return text;
}

journal_result<std::shared_ptr<const signer>> signer::load(std::string_view pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    // An empty password, so that a protected key is refused instead of asked for on a terminal.
    std::array<char, 1> no_password{};
    key_ptr key(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, no_password.data()));
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519)
        return journal_failure(journal_failure::kind::broken,
                               "this is not an unprotected Ed25519 private key in PEM form "
                               "(make one with: openssl genpkey -algorithm ed25519)");
    return std::shared_ptr<const signer>(std::make_shared<ed25519>(std::move(key)));
}

std::string public_key_in(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    if (from_hex(text).size() == 32) return std::string(text);
    const std::unique_ptr<BIO, decltype(&BIO_free)> pem(
        BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
    const key_ptr key(PEM_read_bio_PUBKEY(pem.get(), nullptr, nullptr, nullptr));
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) return "";
    return raw_public_key(key.get());
}

bool signature_holds(std::string_view bytes, std::string_view signature, std::string_view key) {
    const std::string raw_key = from_hex(key);
    const std::string raw_signature = from_hex(signature);
    if (raw_key.size() != 32 || raw_signature.size() != 64) return false;
    const key_ptr opened(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(raw_key), raw_key.size()));
    const context_ptr context(EVP_MD_CTX_new());
    return opened &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, opened.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes_of(raw_signature), raw_signature.size(),
                            bytes_of(bytes), bytes.size()) == 1;
}

}  // namespace rolloutd::daemon
