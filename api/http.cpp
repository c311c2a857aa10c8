#include "api/http.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace rolloutd::api {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

// Whether it holds for each byte. Looks at all of them, whatever it finds: without a way out of the
// loop many are looked at in one go, and every byte of every request is.
template <class Predicate>
bool all_bytes(std::string_view text, Predicate holds) {
    bool good = true;
    for (const char each : text)
        good &= holds(each);
    return good;
}

// By byte: asked for each of every header's name.
constexpr std::array<bool, 256> token_bytes = [] {
    constexpr std::string_view separators = "()<>@,;:\\\"/[]?={}";
    std::array<bool, 256> allowed{};
    for (std::size_t c = '!'; c < '\x7f'; ++c)
        allowed[c] = separators.find(static_cast<char>(c)) == std::string_view::npos;
    return allowed;
}();

bool is_token(std::string_view text) {
    return !text.empty() &&
           all_bytes(text, [](char c) { return token_bytes[static_cast<unsigned char>(c)]; });
}

bool is_field_value(std::string_view text) {
    return all_bytes(text, [](char c) { return (c >= ' ' && c < '\x7f') || c == '\t'; });
}

bool is_host(std::string_view text) {
    return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
        const char small = lower(c);
        return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == ':' || c == '_';
    });
}

failure bad_url(std::string_view url, std::string_view why) {
    return {origin::content, "bad_endpoint",
            "endpoint \"" + std::string(url) + "\": " + std::string(why)};
}

// Reads what may follow the host: "" or ":8080".
bool read_port(std::string_view text, std::uint16_t& port) {
    if (text.empty()) return true;
    text.remove_prefix(1);
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && stop == text.data() + text.size() && port != 0;
}

}  // namespace

std::string_view find_header(const http_response& response, std::string_view name) {
    for (const http_header& each : response.headers)
        if (same_name(each.name, name)) return each.value;
    return {};
}

result<endpoint> parse_endpoint(std::string_view url) {
    endpoint where;
    std::string_view rest = url;
    if (rest.starts_with("https://")) {
        rest.remove_prefix(8);
    } else if (rest.starts_with("http://")) {
        rest.remove_prefix(7);
        where.tls = false;
        where.port = 80;
    } else {
        return bad_url(url, "must begin with https:// or http://");
    }
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    std::string_view authority = rest.substr(0, slash);
    std::string_view path = rest.substr(slash);
    std::size_t host_end = authority.rfind(':');
    if (authority.starts_with('[')) {
        const std::size_t bracket = authority.find(']');
        if (bracket == std::string_view::npos) return bad_url(url, "'[' without ']'");
        where.host = authority.substr(1, bracket - 1);
        host_end = bracket + 1;
    } else {
        host_end = std::min(host_end, authority.size());
        where.host = authority.substr(0, host_end);
        if (where.host.find(':') != std::string::npos)
            return bad_url(url, "an IPv6 address needs brackets");
    }
    const std::string_view port = authority.substr(host_end);
    if (!is_host(where.host)) return bad_url(url, "the host is missing or not a name or address");
    if ((!port.empty() && port.front() != ':') || !read_port(port, where.port))
        return bad_url(url, "the port is not a number from 1 to 65535");
    while (path.ends_with('/'))
        path.remove_suffix(1);
    if (!std::ranges::all_of(path, is_visible) || path.find_first_of("?#") != path.npos)
        return bad_url(url, "a query, fragment or unencoded character has no place here");
    where.prefix = path;
    return where;
}

std::string host_header(const endpoint& where) {
    const bool v6 = where.host.find(':') != std::string::npos;
    std::string text = v6 ? "[" + where.host + "]" : where.host;
    if (where.port != (where.tls ? 443 : 80)) text += ":" + std::to_string(where.port);
    return text;
}

std::optional<failure> ask_check(const http_request& request) {
    if (!request.check) return std::nullopt;
    std::string reason = request.check();
    if (reason.empty()) return std::nullopt;
    return failure(origin::network, std::string(withheld_code), std::move(reason));
}

result<std::string> request_head(const endpoint& where, std::string_view host,
                                 const http_request& request) {
    const auto refuse = [](std::string_view what) {
        return failure(origin::content, "bad_request",
                       std::string(what) + " holds a character that HTTP does not allow there");
    };
    if (!is_token(request.method)) return refuse("the method");
    if (!request.target.starts_with('/') || !all_bytes(request.target, is_visible))
        return refuse("the target");
    std::size_t bytes =
        host.size() + where.prefix.size() + request.target.size() + request.fixed_lines.size() + 96;
    for (const http_header& each : request.headers)
        bytes += each.name.size() + each.value.size() + 4;
    std::string head;
    head.reserve(bytes + request.body.size());
    head.append(request.method).append(" ").append(where.prefix).append(request.target);
    head.append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n").append(request.fixed_lines);
    for (const http_header& each : request.headers) {
        if (!is_token(each.name)) return refuse("a header's name");
        // The value is not quoted: it may be a secret.
        if (!is_field_value(each.value)) return refuse("the value of header " + each.name);
        head.append(each.name).append(": ").append(each.value).append("\r\n");
    }
    if (!request.body.empty() || request.method != "GET")
        head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    head += "\r\n";
    return head;
}

}  // namespace rolloutd::api
