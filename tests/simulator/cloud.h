#pragma once
// The simulated cloud: all tickets behind the seven endpoints, the faults and the control endpoint.
// A request and the time go in, an answer and how to deliver it come out. It owns no socket and no
// clock. Called by server.cpp and by the tests.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulator/doorman.h"
#include "tests/simulator/fault.h"
#include "tests/simulator/model.h"
#include "tests/simulator/scenario.h"
#include "tests/simulator/shelf.h"
#include "tests/simulator/uri.h"

namespace coc_sim {

struct request {
    std::string method;
    std::string target;
    std::string body;
    std::optional<std::string> token;
    bool signed_request = false;                 // an Authorization header is there
    std::map<std::string, std::string> headers;  // the others worth a place in the log
    // All, with names in lower case, for whoever checks signatures; never logged.
    std::vector<std::pair<std::string, std::string>> all_headers;
    std::optional<sim_time> real_time;  // when it came, if that is another time than the simulated
    std::uint64_t connection = 0;
};

enum class delivery { whole, half, reset, never, then_close };

// What the log says of an answer.
struct reply_note {
    std::string ticket;
    std::optional<int> batch;
    std::string code;
    std::string fault;
    std::string effect = "none";
};

struct reply {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::string request_id;
    std::string subject_token;  // sent as X-Subject-Token when not empty
    sim_duration delay{0};      // real time, before the answer goes out
    delivery how = delivery::whole;
    reply_note note;
};

struct cloud_settings {
    admission required;
    bool control = false;  // whether /-/sim/... exists
};

class cloud {
public:
    cloud(scenario played, sim_time start, cloud_settings settings);

    // Answers one request at `now`, which must not be before the last one.
    reply handle(const request& asked, sim_time now);

    // The ticket as it is now; nullptr when there is none yet. `now` as above.
    const ticket* look_at(const std::string& id, sim_time now) { return find(id, now); }

private:
    struct exchange;
    reply route(exchange& going);
    reply issue_token(exchange& going);
    std::string refusal(const exchange& going);
    reply route_orders(exchange& going);
    reply get_order(exchange& going, ticket& which);
    reply get_batch(exchange& going, const ticket& which, const std::string& index);
    reply get_list(exchange& going);
    reply put_operation(exchange& going, ticket& which);
    reply post_script(exchange& going, const std::string& script_uuid);
    reply control(exchange& going);
    reply control_faults(exchange& going);
    reply control_tickets(exchange& going);
    reply control_state(exchange& going);
    reply go_wrong(exchange& going, const fault_plan& fault);
    reply faulty(const fault_plan& fault, const exchange& going) const;
    void remember(const exchange& going, const reply& answer);
    void add(ticket_plan plan, sim_time created);
    ticket* find(const std::string& id, sim_time now);
    sim_duration since_start(sim_time now) const { return now - start_; }

    scenario scenario_;
    sim_time start_;
    cloud_settings settings_;
    doorman door_;
    fault_book faults_;
    std::vector<std::unique_ptr<ticket>> tickets_;  // in the order of their order ids
    std::map<std::string, ticket*> by_id_;
    shelf shelf_;
    std::map<std::string, std::string> last_answers_;  // by target, kept for faults of kind stale
    std::int64_t next_order_ = 71;
    std::int64_t next_instance_ = 510'450'001;
    std::uint64_t requests_ = 0;
};

// One request on its way through the routes.
struct cloud::exchange {
    const request& asked;
    uri target;
    sim_time now;
    std::string request_id;
};

}  // namespace coc_sim
