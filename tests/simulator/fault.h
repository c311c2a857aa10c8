#pragma once
// Faults: which requests go wrong, and how. A plan is what the scenario says; a book counts the
// requests that match each plan and picks the first one that is due. It touches no socket: it says
// what shall happen, the server does it. Called by cloud.cpp.

#include <re2/re2.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coc_sim {

enum class fault_kind {
    delay,         // the right answer, late
    status,        // another status with an error body
    reset_before,  // the connection is reset before the operation has any effect
    reset_after,   // ... after it has had its effect
    truncate,      // Content-Length of the whole body, half of it, then the end
    garbage,       // 200 application/json with bytes that are no JSON
    hang,          // no answer at all, the connection stays open
    stale,         // the last answer that was given to the same target
    wrong_type,    // the right body as text/html
    huge,          // a JSON body of `size` bytes
    close          // the right answer, then the end of the connection without a word
};

std::string_view to_text(fault_kind kind);
std::optional<fault_kind> parse_fault_kind(std::string_view text);

// All conditions must hold; absent ones do. Times are simulated time since the start.
struct fault_plan {
    fault_kind kind = fault_kind::delay;
    std::string method;
    std::string path;  // ECMAScript, searched for in path and query
    std::string ticket;
    std::uint64_t from = 1;  // of the matching requests, counted from 1
    std::optional<std::uint64_t> to;
    std::uint64_t every = 1;
    std::chrono::milliseconds after{0};
    std::optional<std::chrono::milliseconds> until;
    std::chrono::milliseconds delay{0};  // real time; allowed with every kind
    unsigned status = 500;
    std::string code;     // empty: what fits the status
    std::string message;  // empty: likewise
    std::string body;     // for status and garbage, verbatim, if not empty
    std::uint64_t size = 0;
    bool applied = false;  // whether an operation has its effect nevertheless
};

// Whether a fault of this kind lets an operation take effect when the scenario does not say.
bool applied_by_default(fault_kind kind);

struct fault_target {
    std::string_view method;
    std::string_view target;  // path and query
    std::string_view ticket;
    std::chrono::milliseconds since_start{0};
};

struct fault_state {
    fault_plan plan;
    std::shared_ptr<const RE2> path;  // null when any path will do
    std::uint64_t seen = 0;
    std::uint64_t applied = 0;
};

class fault_book {
public:
    // The path is a regular expression: the loader has checked it. One that is not matches nothing.
    void add(fault_plan plan);
    void clear() { faults_.clear(); }
    bool empty() const { return faults_.empty(); }

    // Counts the request with every fault that it matches and returns a copy of the first one due.
    std::optional<fault_plan> next(const fault_target& request);

    const std::vector<fault_state>& states() const { return faults_; }

private:
    std::vector<fault_state> faults_;
};

}  // namespace coc_sim
