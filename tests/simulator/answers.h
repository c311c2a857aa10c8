#pragma once
// Answers that cloud.cpp and control.cpp both give.

#include <string>

#include "tests/simulator/cloud.h"

namespace coc_sim {

reply ok(std::string body);
reply service_error(const std::string& code, const std::string& message);
reply gateway_error(unsigned status, const std::string& code, const std::string& message,
                    const std::string& request_id);
reply no_such_api(const std::string& request_id);

struct parsed_operation {
    operation what;
    std::string problem;  // empty when the body is good
};

// The body of PUT .../operation (reference/coc-api.md §1). Other members are ignored, as the
// service does.
parsed_operation parse_operation(const std::string& body);

}  // namespace coc_sim
