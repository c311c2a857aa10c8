#include "daemon/replay/step_text.h"

#include <algorithm>
#include <array>

#include "api/gateway.h"
#include "daemon/journal/event_text.h"
#include "daemon/journal/json_text.h"

namespace rolloutd::daemon {

namespace json = boost::json;

bool opens_step(std::string_view kind) {
    static constexpr std::array<std::string_view, 8> kinds{
        "observe", "blind", "result", "hold", "release", "operator", "watch", "unwatch"};
    return std::ranges::find(kinds, kind) != kinds.end();
}

bool may_stand_within(std::string_view kind) {
    return kind == "checkpoint" || kind == "policy" || kind == "breaker";
}

std::string body_text(const ticket_id& ticket, const policies::event& what,
                      const fleet_state& fleet) {
    json::object members = body_of(what);
    if (const auto* intent = std::get_if<policies::intended>(&what)) {
        if (const auto request = api::request_of(ticket, intent->what)) {
            members.emplace("request", json::object{{"method", request->method},
                                                    {"target", request->target},
                                                    {"body", request->body}});
        }
        members.emplace("journal", fleet.journal);
        members.emplace("epoch", fleet.epoch);
    }
    return json_text(members);
}

std::string body_text(const record& what) { return json_text(what.body); }

bool says(const record& recorded, const policies::event& parsed, const ticket_id& ticket,
          const policies::event& produced, const fleet_state& fleet) {
    if (recorded.head.kind != policies::kind_of(produced)) return false;
    if (std::holds_alternative<policies::observed>(produced)) return parsed == produced;
    return body_text(recorded) == body_text(ticket, produced, fleet);
}

}  // namespace rolloutd::daemon
