#include "daemon/operator_pages.h"

#include <pwd.h>

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <optional>
#include <string_view>

namespace rolloutd::daemon {

namespace {

constexpr std::string_view breaker_path = "/api/v1/breaker/close";
constexpr std::size_t longest_reason = 512;  // bytes, as the journal keeps them

std::string login_of(uid_t uid) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> room{};
    ::getpwuid_r(uid, &entry, room.data(), room.size(), &found);
    return found != nullptr ? found->pw_name : policies::name_of({.uid = uid});
}

std::optional<std::string> reason_in(const std::string& body) {
    boost::system::error_code wrong;
    const boost::json::value parsed = boost::json::parse(body, wrong);
    if (wrong) return std::nullopt;
    const boost::json::value* const reason = parsed.find_pointer("/reason", wrong);
    if (reason == nullptr || !reason->is_string()) return std::nullopt;
    auto text = boost::json::value_to<std::string>(*reason);
    const bool blank = text.find_first_not_of(" \t\r\n") == std::string::npos;
    if (blank || text.size() > longest_reason) return std::nullopt;
    return text;
}

}  // namespace

admin_page operator_pages::answer(const admin_request& what) {
    if (what.path == breaker_path && what.method == "POST") return close_breaker(what);
    return looks_.answer(what);
}

admin_page operator_pages::close_breaker(const admin_request& what) {
    if (!what.local) return error_page(403, "not-local", "acting needs the unix socket");
    std::optional<std::string> reason = reason_in(what.body);
    if (!reason) {
        return error_page(400, "no-reason",
                          "a reason of 1 to " + std::to_string(longest_reason) +
                              " bytes is required: {\"reason\": \"…\"}");
    }
    const policies::person who{
        .uid = what.uid, .author = login_of(what.uid), .reason = std::move(*reason)};
    if (!switches_.close_breaker(who)) {
        return error_page(409, "not-open", "the breaker is not open");
    }
    admin_page done;
    done.body = "{\"closed\":true}\n";
    return done;
}

}  // namespace rolloutd::daemon
