#include "api/wire_error.h"

#include <algorithm>
#include <charconv>

#include "api/json_reader.h"
#include "api/treatment.h"
#include "api/wire.h"

namespace rolloutd::api {
namespace {

struct reported_error {
    std::string code;
    std::string message;
};

// Codes go into journal, metrics and comparisons: only what looks like one is taken for one.
bool is_code(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

std::optional<reported_error> read_pair(const json_node& node, std::string_view code,
                                        std::string_view message) {
    reported_error found;
    found.code = node.member(code).text().value_or("");
    found.message = node.member(message).text().value_or("");
    if (!is_code(found.code)) found.code.clear();
    if (found.code.empty() && found.message.empty()) return std::nullopt;
    return found;
}

// The three spellings of one level, in the order in which the vendor's own clients look for them
// [§4.1].
std::optional<reported_error> read_level(const json_node& node) {
    if (auto found = read_pair(node, "error_code", "error_msg")) return found;
    if (auto found = read_pair(node, "errorCode", "errorMsg")) return found;
    return read_pair(node, "code", "message");
}

std::optional<reported_error> read_error(const json_document& document) {
    json_problem ignored;
    const json_node root(document, ignored);
    if (!root.is_object()) return std::nullopt;
    if (auto found = read_level(root)) return found;
    for (const json_node member : root.members())
        if (auto found = read_level(member)) return found;
    return std::nullopt;
}

// "COC.00000000", "GOM.00000000", "0", 0: success in families that always send a code.
bool is_zero(std::string_view code) {
    const std::string_view digits = code.substr(code.rfind('.') + 1);
    return !digits.empty() && digits.find_first_not_of('0') == std::string_view::npos;
}

bool is_gateway_status(int status) {
    return (status >= 300 && status < 400) || status == 401 || status == 429 ||
           (status >= 502 && status <= 504);
}

origin place_of(std::string_view code, int status) {
    if (is_gateway_code(code)) return origin::gateway;
    if (code.starts_with("COC.")) return origin::service;
    return is_gateway_status(status) ? origin::gateway : origin::service;
}

// "Sun, 06 Nov 1994 08:49:37 GMT", the one form of dates that HTTP still writes (RFC 9110 §5.6.7).
std::optional<std::chrono::sys_seconds> read_date(std::string_view text) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != std::string_view("Sun, 06 Nov 1994 08:49:37 GMT").size() ||
        !text.ends_with(" GMT"))
        return std::nullopt;
    const auto number = [text](std::size_t at, std::size_t digits) {
        int found = -1;
        const char* const begin = text.data() + at;
        const auto [stop, error] = std::from_chars(begin, begin + digits, found);
        return error == std::errc{} && stop == begin + digits ? found : -1;
    };
    const std::size_t month = months.find(text.substr(8, 3));
    const int day = number(5, 2);
    const int year = number(12, 4);
    const int hour = number(17, 2);
    const int minute = number(20, 2);
    const int second = number(23, 2);
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    if (day < 0 || year < 0 || hour < 0 || minute < 0 || second < 0) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month / 3 + 1)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
}

// Seconds, or a date. A date is compared with the one at which the answer was made, so that our
// clock and theirs need not agree.
std::optional<duration> read_retry_after(const http_response& response) {
    constexpr auto most = std::chrono::floor<std::chrono::seconds>(longest_pause);
    const std::string_view text = find_header(response, "Retry-After");
    long seconds = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, seconds);
    if (error == std::errc{} && stop == end) {
        if (seconds < 0) return std::nullopt;
        return std::chrono::seconds(std::min<long>(seconds, most.count()));
    }
    const auto until = read_date(text);
    const auto from = read_date(find_header(response, "Date"));
    if (!until || !from) return std::nullopt;
    return std::clamp(*until - *from, std::chrono::seconds(0), most);
}

std::string explain(const http_response& response, const secret_list& secrets) {
    if (response.status >= 300 && response.status < 400)
        return "the answer is a redirect, which is not followed: check cloud.endpoint";
    const result<json_document> readable = json_document::parse(response.body);
    // Text that is not JSON is often a proxy's page: its beginning tells whose.
    if (readable.has_value() || response.body.empty())
        return "HTTP status " + std::to_string(response.status) + " without an explanation";
    std::string begin = cut(without_secrets(response.body, secrets), 256);
    std::ranges::replace_if(begin, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    const bool ascii = std::ranges::all_of(begin, [](char c) { return c >= ' ' && c < '\x7f'; });
    return "HTTP status " + std::to_string(response.status) +
           (ascii ? " with: " + begin : " with an unreadable body");
}

}  // namespace

std::optional<failure> error_in_good_answer(const json_document& document) {
    json_problem ignored;
    const json_node root(document, ignored);
    const std::string code = root.member("error_code").text().value_or("");
    if (code.empty() || is_zero(code) || !root.member("data").is_null()) return std::nullopt;
    const std::string message = cut(root.member("error_msg").text().value_or(""), most_message);
    failure what(place_of(code, 200), is_code(code) ? code : "error_code", message);
    what.http_status = 200;
    what.sent = true;
    return what;
}

failure parse_failure(const http_response& response, const secret_list& secrets) {
    std::optional<reported_error> reported;
    const result<json_document> document = json_document::parse(response.body);
    if (document.has_value()) reported = read_error(*document);
    if (reported) {
        reported->message = cut(without_secrets(reported->message, secrets), most_message);
        if (without_secrets(reported->code, secrets) != reported->code) reported->code.clear();
    }
    failure what;
    what.http_status = response.status;
    what.sent = true;
    what.code = reported ? reported->code : "";
    what.where = place_of(what.code, response.status);
    // The vendor's clients, too, let the status stand for a code that is missing.
    if (what.code.empty()) what.code = "http_" + std::to_string(response.status);
    what.detail =
        reported && !reported->message.empty() ? reported->message : explain(response, secrets);
    what.retry_after = read_retry_after(response);
    return what;
}

}  // namespace rolloutd::api
