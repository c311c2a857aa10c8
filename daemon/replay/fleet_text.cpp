#include "daemon/replay/fleet_text.h"

#include <boost/json/object.hpp>
#include <exception>

#include "daemon/journal/json_text.h"
#include "policies/time.h"

namespace rolloutd::daemon {

namespace json = boost::json;

std::string fleet_text(const policies::fleet_view& what) {
    json::object out;
    out["frozen"] = what.frozen;
    out["breaker_open"] = what.breaker_open;
    if (what.thawed_at) out["thawed_at"] = policies::to_text(*what.thawed_at);
    if (what.sighted_at) out["sighted_at"] = policies::to_text(*what.sighted_at);
    out["watched"] = what.watched;
    out["unseen"] = what.unseen;
    out["operations"] = what.operations;
    out["tickets"] = what.tickets;
    out["acted_on"] = what.acted_on;
    out["pauses"] = what.pauses;
    return json_text(out);
}

std::optional<policies::fleet_view> fleet_from(const json::value& what) {
    policies::fleet_view view;
    try {
        const json::object& from = what.as_object();
        const auto time_of = [&from](std::string_view name) {
            const json::value* at = from.if_contains(name);
            return at == nullptr ? std::nullopt
                                 : policies::parse_timestamp(std::string(at->as_string()));
        };
        view.frozen = from.at("frozen").as_bool();
        view.breaker_open = from.at("breaker_open").as_bool();
        view.thawed_at = time_of("thawed_at");
        view.sighted_at = time_of("sighted_at");
        view.watched = from.at("watched").to_number<int>();
        view.unseen = from.at("unseen").to_number<int>();
        view.operations = from.at("operations").to_number<int>();
        view.tickets = from.at("tickets").to_number<int>();
        view.acted_on = from.at("acted_on").as_bool();
        view.pauses = from.at("pauses").to_number<int>();
    } catch (const std::exception&) {
        // Boost.JSON says by it that a member is missing or of another kind.
        return std::nullopt;
    }
    return view;
}

}  // namespace rolloutd::daemon
