#include "api/connection_failure.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>

namespace rolloutd::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

std::string short_code(const error_code& error) {
    if (error == beast::error::timeout || error == asio::error::timed_out) return "timeout";
    if (error == asio::error::connection_refused) return "refused_connection";
    if (error == asio::error::connection_reset || error == asio::error::broken_pipe) return "reset";
    if (error == http::error::end_of_stream || error == asio::error::eof) return "closed";
    if (error == http::error::partial_message || error == asio::ssl::error::stream_truncated)
        return "truncated";
    if (error == http::error::body_limit) return "body_too_large";
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
        return "header_too_large";
    if (error.category() == asio::error::get_ssl_category()) return "tls";
    if (error.category() == http::make_error_code(http::error::bad_version).category())
        return "not_http";
    return "network";
}

failure to_failure(const error_code& error, const std::string& doing, bool sent) {
    const std::string code = short_code(error);
    const bool content =
        code == "body_too_large" || code == "header_too_large" || code == "not_http";
    failure what(content ? origin::content : origin::network, code, doing + ": " + error.message());
    what.sent = sent;
    return what;
}

}  // namespace rolloutd::api
