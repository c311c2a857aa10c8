#include "api/token_source.h"

#include <functional>
#include <utility>

namespace rolloutd::api {

boost::asio::awaitable<result<grant>> token_source::authorize(const http_request& request) {
    // An operation is never kept waiting for a renewal: those are the reads' business.
    result<std::string> found = is_repeatable(request) ? std::string() : held();
    if (found->empty()) found = co_await token();
    if (found.has_error()) co_return found.error();
    grant made;
    made.headers.emplace_back("X-Auth-Token", *found);
    made.secrets.push_back(*found);
    made.series = std::hash<std::string>()(*found);
    co_return made;
}

bool token_source::settle(const grant& used, standing how, const std::string&) {
    if (how == standing::accepted) accepted(used.secrets.front());
    if (how != standing::refused) return false;
    rejected(used.secrets.front());
    return true;
}

boost::asio::awaitable<result<std::string>> token_file::token() {
    // A stat and, rarely, one read of a small local file: not worth a trip to another thread.
    co_return read();
}

void token_file::rejected(std::string_view token) {
    const result<std::string_view> held = file_.read();
    if (held.has_value() && *held == token) file_.forget();
}

result<std::string> token_file::read() {
    const result<std::string_view> held = file_.read();
    if (held.has_error()) return held.error();
    return std::string(*held);
}

std::string token_file::problem() {
    const result<std::string_view> held = file_.read();
    return held.has_error() ? held.error().detail : std::string();
}

}  // namespace rolloutd::api
