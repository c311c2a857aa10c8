#include "config/address.h"

#include <algorithm>
#include <cctype>

namespace rolloutd::config {
namespace {

bool all_of(std::string_view text, std::string_view punctuation) {
    return std::all_of(text.begin(), text.end(), [&](char each) {
        return std::isalnum(static_cast<unsigned char>(each)) != 0 ||
               punctuation.find(each) != std::string_view::npos;
    });
}

std::optional<int> parse_port(std::string_view text) {
    if (text.empty() || text.size() > 5) return std::nullopt;
    int port = 0;
    for (const char each : text) {
        if (each < '0' || each > '9') return std::nullopt;
        port = port * 10 + (each - '0');
    }
    constexpr int highest = 65535;
    return port <= highest ? std::optional(port) : std::nullopt;
}

// "host", "host:port", "[v6]" or "[v6]:port"; the port is -1 when there is none.
std::optional<std::pair<std::string, int>> split_host(std::string_view text) {
    std::string_view host;
    std::string_view rest;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
        if (host.find(':') == std::string_view::npos || !all_of(host, ":.")) return std::nullopt;
    } else {
        const std::size_t end = text.find(':');
        host = text.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : text.substr(end);
        if (!all_of(host, ".-_")) return std::nullopt;
    }
    constexpr std::size_t longest_name = 253;
    if (host.empty() || host.size() > longest_name) return std::nullopt;
    if (rest.empty()) return std::pair(std::string(host), -1);
    if (!rest.starts_with(':')) return std::nullopt;
    const std::optional<int> port = parse_port(rest.substr(1));
    if (!port) return std::nullopt;
    return std::pair(std::string(host), *port);
}

}  // namespace

std::optional<endpoint> parse_endpoint(std::string_view text) {
    endpoint made;
    constexpr std::string_view secure = "https://";
    constexpr std::string_view plain = "http://";
    if (text.starts_with(secure)) {
        text.remove_prefix(secure.size());
    } else if (text.starts_with(plain)) {
        text.remove_prefix(plain.size());
        made.tls = false;
    } else {
        return std::nullopt;
    }
    if (text.ends_with('/')) text.remove_suffix(1);
    auto parts = split_host(text);
    if (!parts || parts->second == 0) return std::nullopt;
    made.host = std::move(parts->first);
    made.port = parts->second > 0 ? parts->second : made.tls ? 443 : 80;
    return made;
}

std::optional<web_address> parse_web_address(std::string_view text) {
    constexpr std::string_view before_host = "://";
    const std::size_t scheme = text.find(before_host);
    if (scheme == std::string_view::npos) return std::nullopt;
    const std::size_t end =
        std::min(text.find_first_of("/?#", scheme + before_host.size()), text.size());
    auto where = parse_endpoint(text.substr(0, end));
    const std::string_view path = text.substr(end);
    constexpr std::size_t longest = 2000;
    if (!where || path.size() > longest) return std::nullopt;
    // RFC 3986: what may stand in a path or query as it is.
    if (!all_of(path, "-._~!$&'()*+,;=:@/?%")) return std::nullopt;
    if (!path.empty() && path.front() != '/') return std::nullopt;
    return web_address{std::move(*where), std::string(path)};
}

std::optional<std::pair<std::string, int>> parse_host_port(std::string_view text) {
    auto parts = split_host(text);
    if (!parts || parts->second < 0) return std::nullopt;
    return parts;
}

bool is_loopback(std::string_view host) {
    if (host == "localhost" || host == "::1") return true;
    // Four numbers, so that a name such as 127.example.com does not pass.
    if (!host.starts_with("127.")) return false;
    int dots = 0;
    int number = 0;
    int digits = 0;
    for (const char each : host) {
        if (each == '.') {
            if (digits == 0) return false;
            ++dots;
            number = digits = 0;
        } else if (each >= '0' && each <= '9' && digits < 3) {
            number = number * 10 + (each - '0');
            ++digits;
        } else {
            return false;
        }
        if (number > 255) return false;
    }
    return dots == 3 && digits > 0;
}

bool is_ticket_id(std::string_view text) {
    constexpr std::size_t longest = 26;
    return !text.empty() && text.size() <= longest && all_of(text, "_-");
}

std::string folder_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return ".";
    return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string below(const std::string& folder, const std::string& path) {
    if (path.starts_with('/')) return path;
    return folder.ends_with('/') ? folder + path : folder + "/" + path;
}

}  // namespace rolloutd::config
