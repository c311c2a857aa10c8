#include "tests/simulator/doorman.h"

#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <iomanip>
#include <set>
#include <sstream>

#include "tests/simulator/request_log.h"

namespace coc_sim {
namespace {

namespace json = boost::json;

constexpr int most_in_a_row = 5;
constexpr std::chrono::minutes key_lock{5};
constexpr std::chrono::minutes user_lock{15};
constexpr std::chrono::minutes tolerance{15};
const std::string refused_because = "Incorrect IAM authentication information: ";

using bytes = std::vector<unsigned char>;

std::string to_hex(const bytes& from) {
    std::ostringstream text;
    text << std::hex << std::setfill('0');
    for (const unsigned byte : from)
        text << std::setw(2) << byte;
    return text.str();
}

std::string sha256(const std::string& text) {
    bytes digest(EVP_MAX_MD_SIZE);
    std::size_t size = 0;
    EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(), digest.data(), &size);
    digest.resize(size);
    return to_hex(digest);
}

std::string hmac_sha256(const std::string& key, const std::string& text) {
    bytes digest(EVP_MAX_MD_SIZE);
    std::size_t size = 0;
    const bytes message(text.begin(), text.end());
    EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(), message.data(),
              message.size(), digest.data(), digest.size(), &size);
    digest.resize(size);
    return to_hex(digest);
}

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string unescaped(const std::string& text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool whole = text[i] == '%' && i + 2 < text.size() && digit_of(text[i + 1]) >= 0 &&
                           digit_of(text[i + 2]) >= 0;
        if (!whole) {
            plain.push_back(text[i]);
            continue;
        }
        plain.push_back(static_cast<char>(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2])));
        i += 2;
    }
    return plain;
}

// Escapes all but the unreserved, and what else is `kept`.
std::string escaped(const std::string& text, const std::string& kept = "") {
    std::string made;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool plain = letter || (c >= '0' && c <= '9') ||
                           std::string("-_.~").find(c) != std::string::npos ||
                           kept.find(c) != std::string::npos;
        char triple[4];
        std::snprintf(triple, sizeof triple, "%%%02X", static_cast<unsigned char>(c));
        made += plain ? std::string(1, c) : std::string(triple);
    }
    return made;
}

std::vector<std::string> parts_of(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);)
        parts.push_back(part);
    return parts;
}

std::string path_to_sign(const std::string& target) {
    const std::string path = escaped(unescaped(target.substr(0, target.find('?'))), "/");
    return path.empty() || path.back() != '/' ? path + "/" : path;
}

std::string query_to_sign(const std::string& target) {
    const std::size_t mark = target.find('?');
    if (mark == std::string::npos) return {};
    std::multiset<std::pair<std::string, std::string>> sorted;
    for (const std::string& part : parts_of(target.substr(mark + 1), '&')) {
        const std::size_t equals = std::min(part.find('='), part.size());
        const std::string value = equals < part.size() ? part.substr(equals + 1) : std::string();
        if (!part.empty()) sorted.emplace(unescaped(part.substr(0, equals)), unescaped(value));
    }
    std::string joined;
    for (const auto& [name, value] : sorted)
        joined += (joined.empty() ? "" : "&") + escaped(name) + "=" + escaped(value);
    return joined;
}

std::optional<std::string> header(const arrival& who, const std::string& name) {
    std::optional<std::string> found;
    for (const auto& [called, value] : who.headers) {
        if (called != name) continue;
        const std::size_t first = value.find_first_not_of(" \t");
        const std::size_t last = value.find_last_not_of(" \t");
        found = first == std::string::npos ? "" : value.substr(first, last - first + 1);
    }
    return found;
}

// What stands between `before` and the next comma.
std::string field_of(const std::string& authorization, const std::string& before) {
    const std::size_t at = authorization.find(before);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + before.size();
    return authorization.substr(begin, authorization.find(',', begin) - begin);
}

std::optional<sim_time> parse_sdk_date(const std::string& text) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    char end = 0;
    const int read = std::sscanf(text.c_str(), "%4d%2u%2uT%2d%2d%2d%c", &year, &month, &day, &hour,
                                 &minute, &second, &end);
    if (read != 7 || end != 'Z' || text.size() != 16) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
}

std::string text_under(const json::value& from, const std::string& pointer) {
    json::error_code failure;
    const json::value* const found = from.find_pointer(pointer, failure);
    if (found == nullptr || !found->is_string()) return {};
    return std::string(found->get_string().c_str());
}

std::string iam_error(unsigned status, const std::string& message, const std::string& title) {
    return json::serialize(
        json::value{{"error", {{"code", status}, {"message", message}, {"title", title}}}});
}

}  // namespace

std::string doorman::refusal(const arrival& who) {
    if (wanted_.open()) return {};
    if (header(who, "authorization") && !wanted_.access_key.empty()) return signature_refusal(who);
    const auto token = header(who, "x-auth-token");
    if (token) return token_refusal(*token, who.at);
    return refused_because + "x-auth-token not found";
}

std::string doorman::token_refusal(const std::string& token, sim_time now) {
    if (!wanted_.token.empty() && token == wanted_.token) return {};
    const auto found = issued_.find(token);
    if (found == issued_.end()) return refused_because + "decrypt token fail";
    if (now < found->second) return {};
    return refused_because + "token expires, expires_at: " + iso_text(found->second);
}

std::string doorman::signature_refusal(const arrival& who) {
    if (who.at < key_locked_until_)
        return refused_because + "AK access failed to reach the limit,forbidden";
    const std::string flaw = flaw_of_signature(who);
    if (flaw.empty()) {
        bad_signatures_ = 0;
        return {};
    }
    if (++bad_signatures_ >= most_in_a_row) {
        key_locked_until_ = who.at + key_lock;
        bad_signatures_ = 0;
    }
    return refused_because + flaw;
}

std::string doorman::flaw_of_signature(const arrival& who) const {
    const std::string given = header(who, "authorization").value_or("");
    if (!given.starts_with("SDK-HMAC-SHA256 ")) return "unknown algorithm";
    if (field_of(given, "Access=") != wanted_.access_key) return "Get secretKey failed";
    const auto date = header(who, "x-sdk-date");
    const auto when = parse_sdk_date(date.value_or(""));
    if (!when) return "X-Sdk-Date is missing or no date";
    if (*when < who.at - tolerance || *when > who.at + tolerance)
        return "calc ak sk signature fail:signature expired";
    if (!wanted_.security_token.empty() &&
        header(who, "x-security-token") != wanted_.security_token)
        return "the security token is wrong";
    const std::string list = field_of(given, "SignedHeaders=");
    const std::vector<std::string> names = parts_of(list, ';');
    if (std::ranges::find(names, "x-sdk-date") == names.end()) return "X-Sdk-Date is not signed";
    std::string signed_text =
        who.method + "\n" + path_to_sign(who.target) + "\n" + query_to_sign(who.target) + "\n";
    for (const std::string& name : names) {
        const auto value = header(who, name);
        if (!value) return "the signed header " + name + " is missing";
        signed_text += name + ":" + *value + "\n";
    }
    signed_text += "\n" + list + "\n" + sha256(who.body);
    const std::string expected =
        hmac_sha256(wanted_.secret_key, "SDK-HMAC-SHA256\n" + *date + "\n" + sha256(signed_text));
    if (field_of(given, "Signature=") == expected) return {};
    // As the gateway does it: what it signed, with bars for line breaks.
    std::ranges::replace(signed_text, '\n', '|');
    return "verify aksk signature fail, canonicalRequest:" + signed_text;
}

issued_token doorman::issue(const std::string& body, sim_time now) {
    issued_token made;
    json::error_code failure;
    const json::value asked = json::parse(body, failure);
    const std::string user = "/auth/identity/password/user";
    const std::string domain = failure ? "" : text_under(asked, user + "/domain/name");
    const std::string project = failure ? "" : text_under(asked, "/auth/scope/project/name");
    if (domain.empty() ||
        (project.empty() && text_under(asked, "/auth/scope/domain/name").empty())) {
        made.status = 400;
        made.body = iam_error(400, "The request body is invalid", "Bad Request");
        return made;
    }
    const bool right = domain == wanted_.iam_domain &&
                       text_under(asked, user + "/name") == wanted_.iam_user &&
                       text_under(asked, user + "/password") == wanted_.iam_password;
    if (now < user_locked_until_ || !right) {
        if (!right && ++bad_passwords_ >= most_in_a_row) {
            user_locked_until_ = now + user_lock;
            bad_passwords_ = 0;
        }
        made.status = 401;
        made.body = iam_error(401, "The username or password is wrong.", "Unauthorized");
        return made;
    }
    bad_passwords_ = 0;
    const sim_time end = now + wanted_.token_lifetime;
    made.token = "MII" + sha256(wanted_.iam_password + std::to_string(++tokens_));
    issued_[made.token] = end;
    made.body = json::serialize(json::value{{"token",
                                             {{"issued_at", iso_text(now)},
                                              {"expires_at", iso_text(end)},
                                              {"methods", json::array{"password"}},
                                              {"catalog", json::array{}}}}});
    return made;
}

}  // namespace coc_sim
