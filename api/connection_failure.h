#pragma once
// What Asio, Beast and OpenSSL report as an error, in the words of the cloud client. Pure; used by
// what connects, sends and receives.

#include <boost/system/error_code.hpp>
#include <string>

#include "api/result.h"

namespace rolloutd::api {

// A short word for people and metrics: "timeout", "refused_connection", "reset", "closed",
// "truncated", "body_too_large", "header_too_large", "tls", "not_http" or "network".
std::string short_code(const boost::system::error_code& error);

// `doing` says what went wrong where, `sent` whether any byte of a request may have reached the
// peer. An answer that is too large or not HTTP is a content failure, all else the network's.
failure to_failure(const boost::system::error_code& error, const std::string& doing, bool sent);

}  // namespace rolloutd::api
