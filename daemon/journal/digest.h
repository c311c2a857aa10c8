#pragma once
// SHA-256 and Ed25519 as the journal needs them. Holds keys in memory only; never logs them.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "daemon/journal/failure.h"

namespace rolloutd::daemon {

// Lower-case hex, 64 characters. One object serves many digests, without allocating for each.
class sha256 {
public:
    sha256();
    sha256(const sha256&) = delete;
    sha256& operator=(const sha256&) = delete;
    ~sha256();

    void update(std::string_view bytes);
    std::string finish();  // and ready for the next

private:
    struct state;
    std::unique_ptr<state> state_;
};

std::string sha256_of(std::string_view bytes);

std::string to_hex(std::string_view bytes);

// Empty for anything but whole lower-case hex.
std::string from_hex(std::string_view text);

// Signs checkpoints. `pem` is the text of a PKCS #8 file with an Ed25519 key.
class signer {
public:
    static journal_result<std::shared_ptr<const signer>> load(std::string_view pem);
    virtual ~signer() = default;
    virtual std::string sign(std::string_view bytes) const = 0;  // 128 hex characters
    virtual std::string public_key() const = 0;                  // 64 hex characters
};

// The Ed25519 public key in a text, PEM or 64 hex characters, as hex; "" when there is none.
std::string public_key_in(std::string_view text);

// Both in hex, as the record holds them.
bool signature_holds(std::string_view bytes, std::string_view signature, std::string_view key);

}  // namespace rolloutd::daemon
