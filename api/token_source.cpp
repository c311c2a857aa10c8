#include "api/token_source.h"

#include <functional>
#include <utility>

namespace rolloutd::api {

namespace {

// Most requests are sent while the file is as it was: a look at it costs as much as half of what
// else is done for a request.
constexpr std::chrono::seconds looks_apart{1};

grant grant_of(std::string_view token) {
    grant made;
    made.headers.emplace_back("X-Auth-Token", std::string(token));
    made.secrets.emplace_back(token);
    made.series = std::hash<std::string_view>()(token);
    return made;
}

}  // namespace

boost::asio::awaitable<result<grant>> token_source::authorize(const http_request& request) {
    // An operation is never kept waiting for a renewal: those are the reads' business.
    result<std::string> found = is_repeatable(request) ? std::string() : held();
    if (found->empty()) found = co_await token();
    if (found.has_error()) co_return found.error();
    grant made = grant_of(*found);
    wipe(*found);
    co_return made;
}

std::optional<grant> token_source::at_hand(const http_request&) {
    const std::string_view found = token_at_hand();
    if (found.empty()) return std::nullopt;
    return grant_of(found);
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

std::string_view token_file::token_at_hand() {
    const auto now = std::chrono::steady_clock::now();
    if (now < look_again_at_ && !file_.held().empty()) return file_.held();
    const result<std::string_view> found = file_.read();
    look_again_at_ = found.has_value() ? now + looks_apart : now;
    return found.has_value() ? *found : std::string_view();
}

void token_file::rejected(std::string_view token) {
    look_again_at_ = {};
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
