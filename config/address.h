#pragma once
// Addresses as people write them in the configuration. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/config.h"

namespace rolloutd::config {

// "https://coc.myhuaweicloud.com", "http://127.0.0.1:8080", "https://[::1]:443"; a trailing '/' is
// allowed, user names, paths and queries are not.
std::optional<endpoint> parse_endpoint(std::string_view text);

// An address that something is posted to: an endpoint, and what follows it.
struct web_address {
    endpoint where;
    std::string path;  // with the query; empty when there is none
};

// "https://hooks.example.com/a/b?c=d". No user names and no fragments; of the path only what needs
// no encoding, at most 2000 bytes.
std::optional<web_address> parse_web_address(std::string_view text);

// "127.0.0.1:7655", "[::1]:7655", "localhost:0".
std::optional<std::pair<std::string, int>> parse_host_port(std::string_view text);

// 127.0.0.0/8, ::1 and localhost.
bool is_loopback(std::string_view host);

// 1 to 26 characters of [A-Za-z0-9_-] (reference/coc-api.md §2).
bool is_ticket_id(std::string_view text);

// The folder of a path: "." when it names none, "/" for files in the root.
std::string folder_of(std::string_view path);

// `path` as it is when it is absolute, else below `folder`.
std::string below(const std::string& folder, const std::string& path);

}  // namespace rolloutd::config
