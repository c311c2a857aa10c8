#pragma once
// Who is let in to the simulated cloud: a fixed token, tokens that it issues for a password as IAM
// does, and requests signed with SDK-HMAC-SHA256, checked from the bytes that arrived. Written from
// the documents (reference/coc-api.md §5) and shares nothing with the signer that it checks. Owns
// no socket and no clock. Called by cloud.cpp.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulator/model.h"

namespace coc_sim {

// What is required; all empty lets any request in, else one that fits is enough.
struct admission {
    std::string token;

    std::string access_key;
    std::string secret_key;
    std::string security_token;  // of temporary keys; empty: permanent ones

    std::string iam_domain;
    std::string iam_user;
    std::string iam_password;
    std::chrono::seconds token_lifetime{24 * 3600};

    bool open() const { return token.empty() && access_key.empty() && iam_user.empty(); }
};

// A request as it came, with names of headers in lower case.
struct arrival {
    std::string method;
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    sim_time at;  // real time
};

struct issued_token {
    unsigned status = 201;
    std::string token;  // for X-Subject-Token; empty when refused
    std::string body;
};

class doorman {
public:
    explicit doorman(admission wanted) : wanted_(std::move(wanted)) {}

    // Why the request is not let in, in the gateway's words; "" when it is. Five bad signatures in
    // a row lock the access key for five minutes.
    std::string refusal(const arrival& who);

    // POST /v3/auth/tokens. Five wrong passwords in a row lock the user for fifteen minutes.
    issued_token issue(const std::string& body, sim_time now);

    const admission& wanted() const { return wanted_; }

private:
    std::string token_refusal(const std::string& token, sim_time now);
    std::string signature_refusal(const arrival& who);
    std::string flaw_of_signature(const arrival& who) const;

    admission wanted_;
    std::map<std::string, sim_time> issued_;  // token to its end
    std::uint64_t tokens_ = 0;
    int bad_signatures_ = 0;
    sim_time key_locked_until_{};
    int bad_passwords_ = 0;
    sim_time user_locked_until_{};
};

}  // namespace coc_sim
