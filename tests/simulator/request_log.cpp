#include "tests/simulator/request_log.h"

#include <boost/json.hpp>
#include <cstdio>
#include <stdexcept>

#include "tests/simulator/uri.h"

namespace coc_sim {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_body = 16 * 1024;

json::value text_or_null(const std::string& text) {
    if (text.empty()) return nullptr;
    return json::value(text);
}

// A body that is JSON is shown as JSON, so that jq can look into it; anything else as text.
json::value body_value(const std::string& body) {
    if (body.empty()) return nullptr;
    if (body.size() > longest_body)
        return json::value("(" + std::to_string(body.size()) + " bytes)");
    json::error_code failure;
    json::value parsed = json::parse(body, failure);
    if (!failure) return parsed;
    std::string printable;
    for (const char c : body)
        printable.push_back(c >= ' ' && c <= '~' ? c : '?');
    return json::value(printable);
}

}  // namespace

std::string iso_text(sim_time at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(at - day);
    char text[40];
    std::snprintf(
        text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text;
}

std::string log_line(const request& asked, const reply& answered, sim_time at, sim_time sim) {
    const uri target = parse_uri(asked.target);
    json::object line{{"at", iso_text(at)},       {"sim", iso_text(sim)},
                      {"conn", asked.connection}, {"method", asked.method},
                      {"target", asked.target},   {"path", target.path}};
    json::object query;
    for (const auto& [name, value] : target.parameters)
        query[name] = value;
    line["query"] = std::move(query);
    line["ticket"] = text_or_null(answered.note.ticket);
    line["batch"] = answered.note.batch ? json::value(*answered.note.batch) : json::value(nullptr);
    json::object headers{{"x-auth-token", asked.token.has_value()},
                         {"authorization", asked.signed_request}};
    for (const auto& [name, value] : asked.headers)
        headers[name] = value;
    line["headers"] = std::move(headers);
    // A login's body holds the password.
    const bool is_login = target.path == "/v3/auth/tokens";
    if (asked.method != "GET")
        line["body"] = is_login ? json::value("(a login)") : body_value(asked.body);
    const bool answers = answered.how != delivery::reset && answered.how != delivery::never;
    line["status"] = answers ? json::value(answered.status) : json::value(nullptr);
    line["code"] = text_or_null(answered.note.code);
    line["fault"] = text_or_null(answered.note.fault);
    line["effect"] = answered.note.effect;
    return json::serialize(line);
}

request_log::request_log(const std::string& file) : out_(file, std::ios::app) {
    if (!out_) throw std::runtime_error("cannot write the request log " + file);
}

void request_log::write(const std::string& line) {
    if (!out_.is_open()) return;
    out_ << line << '\n';
    out_.flush();
}

}  // namespace coc_sim
