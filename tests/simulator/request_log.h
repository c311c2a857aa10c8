#pragma once
// The request log: one JSON line per request, written and flushed before its answer goes out, so
// that whoever has an answer finds the line. It never holds a token. Called by server.cpp.

#include <fstream>
#include <string>

#include "tests/simulator/cloud.h"

namespace coc_sim {

// `at` is the real time of arrival, `sim` the simulated one. Without LF.
std::string log_line(const request& asked, const reply& answered, sim_time at, sim_time sim);

// "2026-11-21T10:15:30.123Z".
std::string iso_text(sim_time at);

class request_log {
public:
    request_log() = default;  // writes nothing
    // Appends to the file; throws std::runtime_error with its name if it cannot be opened.
    explicit request_log(const std::string& file);
    void write(const std::string& line);

private:
    std::ofstream out_;
};

}  // namespace coc_sim
