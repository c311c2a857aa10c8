#include "api/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <cstdio>
#include <optional>
#include <span>

#include "policies/check.h"

namespace rolloutd::api {
namespace {

constexpr std::string_view date_header = "x-sdk-date";
constexpr std::string_view content_hash_header = "x-sdk-content-sha256";

std::string hex_of(std::span<const unsigned char> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const unsigned char byte : bytes)
        text += {digits[byte >> 4U], digits[byte & 15U]};
    return text;
}

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, 32> digest{};
    unsigned int size = 0;
    const int done =
        EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    ROLLOUTD_CHECK(done == 1 && size == digest.size());
    return hex_of(digest);
}

// Only ASCII letters change, whatever the locale.
std::string lower(std::string_view text) {
    std::string made(text);
    for (char& c : made)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return made;
}

std::string upper(std::string_view text) {
    std::string made(text);
    for (char& c : made)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return made;
}

// Both ends only: spaces within a value are part of it.
std::string_view trim_blanks(std::string_view text) {
    constexpr std::string_view blank = " \t\n\v\f\r";
    const std::size_t first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string percent_decode(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned value = 0;
        if (text[at] == '%' && text.size() - at > 2) {
            const char* const digits = text.data() + at + 1;
            const auto [stop, error] = std::from_chars(digits, digits + 2, value, 16);
            if (error == std::errc{} && stop == digits + 2) {
                plain += static_cast<char>(value);
                at += 2;
                continue;
            }
        }
        plain += text[at];
    }
    return plain;
}

struct canonical_header {
    std::string name;
    std::string value;
};

// In the order of the names. Of a name that comes twice each entry has the last value, as the
// vendor's own signer does it.
std::vector<canonical_header> canonical_headers(const std::vector<http_header>& headers) {
    std::vector<canonical_header> made;
    for (const http_header& each : headers) {
        const std::string name = lower(each.name);
        const std::string value(trim_blanks(each.value));
        for (canonical_header& other : made)
            if (other.name == name) other.value = value;
        made.push_back({name, value});
    }
    std::ranges::sort(made, {}, &canonical_header::name);
    return made;
}

const canonical_header* find(const std::vector<canonical_header>& headers, std::string_view name) {
    const auto found = std::ranges::find(headers, name, &canonical_header::name);
    return found == headers.end() ? nullptr : &*found;
}

bool is_sdk_date(std::string_view text) {
    constexpr std::string_view shape = "00000000T000000Z";
    return std::ranges::equal(text, shape, [](char c, char wanted) {
        return wanted == '0' ? c >= '0' && c <= '9' : c == wanted;
    });
}

std::optional<failure> flaw_of(const signable& what, const std::vector<canonical_header>& headers) {
    if (what.method.empty()) return bad_request("a request without a method cannot be signed");
    // A line break would let one value pass for two lines of what is signed.
    for (const canonical_header& each : headers) {
        if (each.name.empty() || each.name.find_first_of(":;\r\n") != std::string::npos)
            return bad_request("a header's name is no name: it cannot be signed");
        if (each.value.find_first_of("\r\n") != std::string::npos)
            return bad_request("the header " + each.name + " has a line break in its value");
    }
    const canonical_header* const date = find(headers, date_header);
    if (date == nullptr) return bad_request("X-Sdk-Date must be among the signed headers");
    if (!is_sdk_date(date->value)) return bad_request("X-Sdk-Date is not YYYYMMDDTHHMMSSZ");
    return std::nullopt;
}

// The hash of the bytes on the wire, unless a header states another word for them. An empty body
// has its own hash in any case.
std::string payload_hash(const signable& what, const std::vector<canonical_header>& headers) {
    const canonical_header* const stated = find(headers, content_hash_header);
    if (!what.body.empty() && stated != nullptr && !stated->value.empty()) return stated->value;
    return sha256_hex(what.body);
}

}  // namespace

std::string percent_encode(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    constexpr std::string_view marks = "-._~";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                           (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos;
        if (plain)
            encoded += c;
        else
            encoded += {'%', hex[byte >> 4U], hex[byte & 15U]};
    }
    return encoded;
}

std::string canonical_uri(std::string_view path) {
    const std::string plain = percent_decode(path);
    std::string made;
    std::string_view rest = plain;
    for (;;) {
        const std::size_t slash = rest.find('/');
        made += percent_encode(rest.substr(0, slash));
        if (slash == std::string_view::npos) break;
        made += '/';
        rest.remove_prefix(slash + 1);
    }
    if (!made.ends_with('/')) made += '/';
    return made;
}

std::string canonical_query(std::vector<std::pair<std::string, std::string>> query) {
    // std::string compares bytes as unsigned, and UTF-8 keeps the order of code points.
    std::ranges::sort(query);
    std::string made;
    for (const auto& [name, value] : query) {
        if (!made.empty()) made += '&';
        made += percent_encode(name) + "=" + percent_encode(value);
    }
    return made;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> made;
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        const std::string_view value =
            equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
        made.emplace_back(percent_decode(pair.substr(0, equals)), percent_decode(value));
    }
    return made;
}

std::string sdk_date(timestamp when) {
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(when - day));
    std::array<char, 40> text{};
    const int length = std::snprintf(
        text.data(), text.size(), "%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count()));
    ROLLOUTD_CHECK(length > 0);
    return std::string(text.data());
}

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
    std::array<unsigned char, 32> digest{};
    unsigned int size = 0;
    const void* const bytes = text.data();
    const unsigned char* const done =
        HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             static_cast<const unsigned char*>(bytes), text.size(), digest.data(), &size);
    if (done == nullptr || size != digest.size()) return "";
    return hex_of(digest);
}

result<signature> sign(const signable& what, std::string_view access_key,
                       std::string_view secret_key) {
    if (access_key.empty() || secret_key.empty() || secret_key.size() > INT_MAX)
        return bad_request("a request cannot be signed without both keys");
    const std::vector<canonical_header> headers = canonical_headers(what.headers);
    if (const std::optional<failure> flaw = flaw_of(what, headers)) return *flaw;
    signature made;
    std::string lines;
    for (const canonical_header& each : headers) {
        lines += each.name + ":" + each.value + "\n";
        if (!made.signed_headers.empty()) made.signed_headers += ';';
        made.signed_headers += each.name;
    }
    made.payload_sha256 = payload_hash(what, headers);
    made.canonical_uri = canonical_uri(what.path);
    made.canonical_query = canonical_query(what.query);
    made.canonical_request = upper(what.method) + "\n" + made.canonical_uri + "\n" +
                             made.canonical_query + "\n" + lines + "\n" + made.signed_headers +
                             "\n" + made.payload_sha256;
    made.canonical_request_sha256 = sha256_hex(made.canonical_request);
    const std::string algorithm(signature_algorithm);
    made.string_to_sign =
        algorithm + "\n" + find(headers, date_header)->value + "\n" + made.canonical_request_sha256;
    made.value = hmac_sha256_hex(secret_key, made.string_to_sign);
    ROLLOUTD_CHECK(!made.value.empty());
    made.authorization = algorithm + " Access=" + std::string(access_key) +
                         ", SignedHeaders=" + made.signed_headers + ", Signature=" + made.value;
    return made;
}

}  // namespace rolloutd::api
