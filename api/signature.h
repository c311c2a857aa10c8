#pragma once
// The signature SDK-HMAC-SHA256 of Huawei Cloud's API gateway, as a pure function: a request and
// two keys in, every step of the signature out (reference/coc-api.md §5.2). Knows no clock, no file
// and no socket; keeps no key. Called by aksk_credentials and by the program sign_vectors.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http.h"
#include "api/result.h"

namespace rolloutd::api {

inline constexpr std::string_view signature_algorithm = "SDK-HMAC-SHA256";

// What is signed, before any encoding. Every header here is signed: leave out those that a proxy
// may change. One of them must be X-Sdk-Date; Host is a header like the others.
struct signable {
    std::string method;
    std::string path;  // with or without percent-encoding
    std::vector<std::pair<std::string, std::string>> query;
    std::vector<http_header> headers;
    std::string body;
    signable() = default;
};

// The steps, so that a mismatch with the gateway (which echoes its own) can be found. No key is in
// any of them, but X-Security-Token is, when it is signed.
struct signature {
    std::string payload_sha256;
    std::string canonical_uri;
    std::string canonical_query;
    std::string signed_headers;
    std::string canonical_request;
    std::string canonical_request_sha256;
    std::string string_to_sign;
    std::string value;          // 64 hex digits
    std::string authorization;  // the header's value
    signature() = default;
};

// 64 lower-case hexadecimal digits; "" when it cannot be computed. Keeps nothing.
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

// `secret_key` is used and not kept. A failure (bad_request, nothing sent) says which part of the
// request cannot be signed; it quotes no value.
result<signature> sign(const signable& what, std::string_view access_key,
                       std::string_view secret_key);

// "/v1/a b/" and "/v1/a%20b" give "/v1/a%20b/": decoded, then every segment encoded, and a slash at
// the end.
std::string canonical_uri(std::string_view path);

// Encoded and joined in the order of the names, then of the values, both as they were before
// encoding.
std::string canonical_query(std::vector<std::pair<std::string, std::string>> query);

// The query of a request's target, decoded: "a=1&b" gives {"a","1"}, {"b",""}. Without the '?'.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

// Letters, digits and -_.~ stay; all other bytes become %XX (RFC 3986).
std::string percent_encode(std::string_view text);

// YYYYMMDDTHHMMSSZ, the value of X-Sdk-Date. The gateway tolerates 15 minutes of difference.
std::string sdk_date(timestamp when);

}  // namespace rolloutd::api
