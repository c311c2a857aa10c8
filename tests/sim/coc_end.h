#pragma once
// The simulated cloud of tests/simulator at the far end of a faulty_client. Translates between the
// two; what a person does in the console reaches the cloud without a network.

#include "tests/sim/faulty_client.h"
#include "tests/simulator/cloud.h"

namespace rolloutd::sim {

class coc_end final : public cloud_end {
public:
    // Requests must carry `token`.
    coc_end(coc_sim::scenario played, timestamp start, const std::string& token);

    served serve(const api::http_request& asked, timestamp now) override;

    // PUT_ORDER and the like by somebody else; what it did, "illegal" when nothing.
    std::string by_a_person(const std::string& ticket, const std::string& operation, timestamp now);

    // READY, PROCESSING, ... as it is now; "" when there is no such ticket.
    std::string status_of(const std::string& ticket, timestamp now);

private:
    coc_sim::reply ask(coc_sim::request what, timestamp now);

    coc_sim::cloud cloud_;
    std::string token_;
};

}  // namespace rolloutd::sim
