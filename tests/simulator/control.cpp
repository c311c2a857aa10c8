// The control endpoint for tests and rehearsals, /-/sim/...: acts of a person, faults, state, new
// tickets.

#include "tests/simulator/answers.h"
#include "tests/simulator/cloud.h"
#include "tests/simulator/ticket_reader.h"
#include "tests/simulator/wire.h"

#include <boost/json.hpp>

namespace coc_sim {
namespace {

namespace json = boost::json;

reply bad_body(const std::vector<std::string>& issues) {
    json::array lines;
    for (const std::string& line : issues)
        lines.push_back(json::value(line));
    reply answer = ok(json::serialize(json::object{{"issues", std::move(lines)}}));
    answer.status = 400;
    return answer;
}

}  // namespace

reply cloud::control(exchange& going) {
    const std::vector<std::string>& segments = going.target.segments;
    const std::string& method = going.asked.method;
    const std::string what = segments.size() > 2 ? segments[2] : "";
    if (segments.size() == 3 && what == "state" && method == "GET") return control_state(going);
    if (segments.size() == 3 && what == "faults") return control_faults(going);
    if (segments.size() == 3 && what == "tickets" && method == "POST")
        return control_tickets(going);
    const bool person = segments.size() == 5 && what == "tickets" && segments[4] == "person";
    if (!person || method != "PUT") return no_such_api(going.request_id);
    ticket* const which = find(segments[3], going.now);
    if (which == nullptr) return service_error("COC.00040709", "The script order does not exist.");
    reply answer = put_operation(going, *which);
    answer.note.effect = "person: " + answer.note.effect;
    return answer;
}

reply cloud::control_faults(exchange& going) {
    if (going.asked.method == "DELETE") {
        faults_.clear();
        return ok("{}");
    }
    if (going.asked.method != "POST") return no_such_api(going.request_id);
    const loaded_scenario loaded = load_faults(going.asked.body);
    if (!loaded.issues.empty()) return bad_body(loaded.issues);
    for (const fault_plan& fault : loaded.value.faults)
        faults_.add(fault);
    return ok("{}");
}

reply cloud::control_tickets(exchange& going) {
    loaded_scenario loaded = load_tickets(going.asked.body, scenario_);
    for (const ticket_plan& plan : loaded.value.tickets)
        if (by_id_.contains(plan.id))
            loaded.issues.push_back("body:1: the ticket " + plan.id + " exists");
    if (!loaded.issues.empty()) return bad_body(loaded.issues);
    for (ticket_plan& plan : loaded.value.tickets) {
        const sim_time created = going.now + plan.appears;
        add(std::move(plan), created);
    }
    return ok("{}");
}

reply cloud::control_state(exchange& going) {
    json::array tickets;
    for (const auto& one : tickets_) {
        if (one->created() > going.now) continue;
        one->advance(going.now);
        tickets.push_back(json::parse(ticket_summary(*one)));
    }
    json::array faults;
    for (const fault_state& fault : faults_.states())
        faults.push_back(json::object{{"kind", json::string(to_text(fault.plan.kind))},
                                      {"seen", fault.seen},
                                      {"applied", fault.applied}});
    return ok(json::serialize(json::object{{"elapsed_ms", since_start(going.now).count()},
                                           {"requests", requests_},
                                           {"tickets", std::move(tickets)},
                                           {"faults", std::move(faults)}}));
}

}  // namespace coc_sim
