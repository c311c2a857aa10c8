#pragma once
// Beast's parser of answers, with what it finds put straight into our own values. Bounded by the
// limits that it is given. Used by http_connection only.

#include <boost/beast/http/basic_parser.hpp>
#include <boost/optional/optional.hpp>

#include "api/http_connection.h"

namespace rolloutd::api {

class response_parser final : public boost::beast::http::basic_parser<false> {
public:
    explicit response_parser(const http_limits& limits);

    int status() const { return answer_.status; }
    http_response take() { return std::move(answer_); }

    // What the end of the connection, or another error of reading it, means for the answer: nothing
    // when that is how it was to end.
    boost::system::error_code ended(const boost::system::error_code& met);

private:
    using error_code = boost::beast::error_code;
    using string_view = boost::beast::string_view;

    void on_request_impl(boost::beast::http::verb, string_view, string_view, int,
                         error_code&) override {}
    void on_response_impl(int code, string_view, int, error_code& error) override;
    void on_field_impl(boost::beast::http::field, string_view name, string_view value,
                       error_code& error) override;
    void on_header_impl(error_code& error) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                           error_code& error) override;
    std::size_t on_body_impl(string_view part, error_code& error) override;
    void on_chunk_header_impl(std::uint64_t, string_view, error_code& error) override;
    std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code& error) override;
    void on_finish_impl(error_code& error) override;

    http_response answer_;
};

}  // namespace rolloutd::api
