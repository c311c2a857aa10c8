#include "tests/sim/coc_end.h"

#include <algorithm>
#include <array>
#include <utility>

namespace rolloutd::sim {

namespace {

coc_sim::cloud_settings letting_in(const std::string& token) {
    coc_sim::cloud_settings settings;
    settings.required.token = token;
    return settings;
}

bool is_effect(const std::string& word) {
    constexpr std::array<std::string_view, 4> nothing{"", "none", "illegal", "invalid"};
    return std::ranges::find(nothing, word) == nothing.end();
}

std::string order(const std::string& ticket) { return "/v1/job/script/orders/" + ticket; }

}  // namespace

coc_end::coc_end(coc_sim::scenario played, timestamp start, const std::string& token)
    : cloud_(std::move(played), start, letting_in(token)), token_(token) {}

coc_sim::reply coc_end::ask(coc_sim::request what, timestamp now) {
    return cloud_.handle(what, now);
}

served coc_end::serve(const api::http_request& asked, timestamp now) {
    coc_sim::request what;
    what.method = asked.method;
    what.target = asked.target;
    what.body = asked.body;
    for (const api::http_header& each : asked.headers) {
        if (each.name == "X-Auth-Token") what.token = each.value;
    }
    coc_sim::reply said = ask(std::move(what), now);
    served done;
    done.response.status = static_cast<int>(said.status);
    done.response.headers.emplace_back("Content-Type", std::move(said.content_type));
    done.response.body = std::move(said.body);
    if (is_effect(said.note.effect)) done.effect = std::move(said.note.effect);
    return done;
}

std::string coc_end::by_a_person(const std::string& ticket, const std::string& operation,
                                 timestamp now) {
    coc_sim::request what;
    what.method = "PUT";
    what.target = order(ticket) + "/operation";
    what.body = R"({"operation_type":")" + operation + R"("})";
    what.token = token_;
    return ask(std::move(what), now).note.effect;
}

std::string coc_end::status_of(const std::string& ticket, timestamp now) {
    const coc_sim::ticket* const found = cloud_.look_at(ticket, now);
    return found == nullptr ? "" : std::string(coc_sim::to_text(found->status()));
}

}  // namespace rolloutd::sim
