#include "api/proxy.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <charconv>

namespace rolloutd::api {

namespace ip = boost::asio::ip;

namespace {

char small_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Names are compared without case and without the root's dot.
std::string plain_name(std::string_view name) {
    std::string plain(name);
    std::ranges::transform(plain, plain.begin(), small_letter);
    if (plain.ends_with('.')) plain.pop_back();
    return plain;
}

std::optional<ip::address> address_of(const std::string& text) {
    boost::system::error_code none;
    ip::address found = ip::make_address(text, none);
    if (none) return std::nullopt;
    // The same host, however it is written.
    if (found.is_v6() && found.to_v6().is_v4_mapped())
        found = ip::make_address_v4(ip::v4_mapped, found.to_v6());
    return found;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
    std::uint16_t port = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || stop != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

// Asio's networks throw away nothing: 10.1.2.3/8 holds what 10.0.0.0/8 holds.
bool in_network(const std::string& network, const ip::address& host) {
    boost::system::error_code none;
    if (host.is_v4()) {
        const ip::network_v4 net = ip::make_network_v4(network, none);
        if (none) return false;
        const ip::network_v4 own(host.to_v4(), net.prefix_length());
        return own.canonical() == net.canonical();
    }
    const ip::network_v6 net = ip::make_network_v6(network, none);
    if (none) return false;
    const ip::network_v6 own(host.to_v6(), net.prefix_length());
    return own.canonical() == net.canonical();
}

struct exception_entry {
    std::string host;
    std::optional<std::uint16_t> port;
};

// Nothing when what follows the host is no port.
std::optional<exception_entry> split_port(std::string_view text) {
    exception_entry entry;
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == text.npos) return std::nullopt;
        entry.host = plain_name(text.substr(1, end - 1));
        port = text.substr(end + 1);
    } else if (std::ranges::count(text, ':') == 1) {
        entry.host = plain_name(text.substr(0, text.find(':')));
        port = text.substr(text.find(':'));
    } else {
        entry.host = plain_name(text);
    }
    if (port.empty()) return entry;
    entry.port = port_of(port.substr(1));
    if (port.front() != ':' || !entry.port) return std::nullopt;
    return entry;
}

bool names(std::string_view text, const std::string& host, std::uint16_t port) {
    if (text == "*") return true;
    const std::optional<ip::address> address = address_of(host);
    if (text.find('/') != text.npos) return address && in_network(std::string(text), *address);
    std::optional<exception_entry> entry = split_port(text);
    if (!entry || (entry->port && *entry->port != port)) return false;
    if (address) return address_of(entry->host) == address;
    if (entry->host.starts_with("*.")) entry->host.erase(0, 1);
    if (entry->host.empty() || entry->host == ".") return false;
    if (entry->host.starts_with('.')) return host.ends_with(entry->host);
    return host == entry->host || host.ends_with("." + entry->host);
}

failure bad_proxy(std::string_view why) {
    return {origin::content, "bad_proxy",
            "HTTPS_PROXY: " + std::string(why) + "; write http://host:port"};
}

}  // namespace

std::string to_text(const proxy_address& where) {
    const bool v6 = where.host.find(':') != std::string::npos;
    return (v6 ? "[" + where.host + "]" : where.host) + ":" + std::to_string(where.port);
}

result<proxy_address> parse_proxy(std::string_view text) {
    const std::size_t scheme = text.find("://");
    const std::string kind = scheme == text.npos ? "http" : plain_name(text.substr(0, scheme));
    const std::string_view rest = scheme == text.npos ? text : text.substr(scheme + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (rest.find('@') != rest.npos)
        return bad_proxy(
            "it holds a user or password, which do not belong into the environment, where other "
            "programs can read them; name a proxy that lets this host through without");
    if (kind == "https")
        return bad_proxy(
            "a proxy that is itself reached by TLS is not supported (what goes through the proxy "
            "is encrypted for the cloud in any case)");
    if (kind != "http") return bad_proxy("only HTTP proxies are supported");
    if (rest.size() > authority.size() + 1 ||
        (rest.size() > authority.size() && rest.back() != '/'))
        return bad_proxy("a path has no place here");
    const result<endpoint> where = parse_endpoint("http://" + std::string(authority));
    if (where.has_error()) return bad_proxy("it is not the address of a proxy");
    proxy_address proxy;
    proxy.host = where->host;
    proxy.port = where->port;
    return proxy;
}

bool is_excepted(std::string_view no_proxy, const endpoint& where) {
    const std::string host = plain_name(where.host);
    while (!no_proxy.empty()) {
        const std::size_t end = std::min(no_proxy.find_first_of(", \t"), no_proxy.size());
        if (names(no_proxy.substr(0, end), host, where.port)) return true;
        no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
    }
    return false;
}

bool is_loopback(std::string_view host) {
    const std::string name = plain_name(host);
    if (const std::optional<ip::address> address = address_of(name)) return address->is_loopback();
    return name == "localhost" || name.ends_with(".localhost");
}

result<std::optional<proxy_address>> choose_proxy(const proxy_environment& around,
                                                  const endpoint& where) {
    if (around.https_proxy.empty() || !where.tls || is_loopback(where.host) ||
        is_excepted(around.no_proxy, where))
        return std::optional<proxy_address>();
    const result<proxy_address> proxy = parse_proxy(around.https_proxy);
    if (proxy.has_error()) return proxy.error();
    return std::optional<proxy_address>(*proxy);
}

std::string tunnel_request(const endpoint& where) {
    proxy_address target;
    target.host = where.host;
    target.port = where.port;
    const std::string to = to_text(target);
    return "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\nUser-Agent: rolloutd/" +
           ROLLOUTD_VERSION + "\r\n\r\n";
}

std::optional<std::string> tunnel_refusal(std::string_view head) {
    const std::string_view line = head.substr(0, head.find_first_of("\r\n"));
    const bool http = line.starts_with("HTTP/1.0 ") || line.starts_with("HTTP/1.1 ");
    // Any 2xx opens the tunnel (RFC 9110 §9.3.6).
    const bool three_digits = line.size() == 12 || (line.size() > 12 && line[12] == ' ');
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (http && three_digits && line[9] == '2' && is_digit(line[10]) && is_digit(line[11]))
        return std::nullopt;
    std::string words(line.substr(0, 200));
    std::ranges::replace_if(words, [](char c) { return c < ' ' || c > '~'; }, '?');
    return words.empty() ? "an empty line" : words;
}

}  // namespace rolloutd::api
