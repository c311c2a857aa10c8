#include "api/response_parser.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>

namespace rolloutd::api {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

// The headers that find_header() is asked for anywhere. An answer has a dozen others, and to keep
// those costs more than to read its body.
bool is_asked_for(http::field name, std::string_view spelt) {
    switch (name) {
        case http::field::content_encoding:
        case http::field::date:
        case http::field::retry_after: return true;
        case http::field::unknown: return beast::iequals(spelt, "X-Subject-Token");
        default: return false;
    }
}

// A length is only a promise: no more than this is made ready for it.
constexpr std::uint64_t most_at_first = 64 * 1024;

}  // namespace

response_parser::response_parser(const http_limits& limits) {
    eager(true);
    header_limit(limits.header_bytes);
    body_limit(limits.body_bytes);
}

boost::system::error_code response_parser::ended(const boost::system::error_code& met) {
    if (met != boost::asio::error::eof) return met;
    if (!got_some()) return http::error::end_of_stream;
    error_code error;
    put_eof(error);
    return error;
}

void response_parser::on_response_impl(int code, string_view, int, error_code& error) {
    error.clear();
    answer_.status = code;
}

void response_parser::on_field_impl(http::field known, string_view name, string_view value,
                                    error_code& error) {
    error.clear();
    // The date is that of a wait that a refusal asks for.
    if (known == http::field::date && answer_.status < 300) return;
    if (is_asked_for(known, name)) answer_.headers.emplace_back(name, value);
}

void response_parser::on_header_impl(error_code& error) { error.clear(); }

void response_parser::on_body_init_impl(const boost::optional<std::uint64_t>& length,
                                        error_code& error) {
    error.clear();
    if (length) answer_.body.reserve(std::min(*length, most_at_first));
}

std::size_t response_parser::on_body_impl(string_view part, error_code& error) {
    error.clear();
    answer_.body.append(part);
    return part.size();
}

void response_parser::on_chunk_header_impl(std::uint64_t, string_view, error_code& error) {
    error.clear();
}

std::size_t response_parser::on_chunk_body_impl(std::uint64_t, string_view part,
                                                error_code& error) {
    return on_body_impl(part, error);
}

void response_parser::on_finish_impl(error_code& error) { error.clear(); }

}  // namespace rolloutd::api
