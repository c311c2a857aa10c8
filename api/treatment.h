#pragma once
// What a failed request asks for, in one table: whether a read may be repeated, whether everything
// must slow down, and what it says about the health of whoever was asked. Pure. Used by
// cloud_gateway; what an operation's failure means is to_answer's business (gateway.h).

#include "api/result.h"

namespace rolloutd::api {

// When a read that failed may be sent again.
enum class repeating {
    never,        // the same would fail again, or nobody knows: the next reading will tell
    soon,         // after a short wait
    after_pause,  // when our rate limit, or what else held it back, lets requests through again
    renewed       // once, with other credentials
};

// What an answer, or its absence, says about the one who was asked.
enum class health { good, bad, unsaid };

struct treatment {
    repeating read = repeating::never;
    bool slow_down = false;    // too many requests: for everybody
    bool pause_reads = false;  // asked to wait (Retry-After), though not for our number of requests
    health word = health::unsaid;
    bool operator==(const treatment&) const = default;
};

// For reference/coc-api.md §4.1 to §4.3: a 400 may be an internal error (COC.00040701), and no
// other code of COC is worth repeating.
treatment treat(const failure& what);

// An answer of status 200 that could be read.
inline treatment treat_success() { return {.word = health::good}; }

// COC.00040701, the service's word for an internal error, whatever status it comes with.
bool is_internal_error(const failure& what);

// Too many requests: any status with the gateway's code for it (.0308), any code with the status
// (429) [§4.3].
bool is_throttled(const failure& what);

// "APIGW.", "APIG." and "APIC.": what the API gateway in front of the service says, in its three
// generations.
bool is_gateway_code(std::string_view code);

}  // namespace rolloutd::api
