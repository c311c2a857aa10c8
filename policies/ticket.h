#pragma once
// What can be read of a ticket, in the core's own terms: plain values, comparable with ==, no wire
// format. Filled by api/, judged by the engine. Facts about the API: reference/coc-api.md, the
// sections in brackets.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policies/time.h"

namespace rolloutd::policies {

// The execute_uuid [§2]: 1 to 26 characters of [A-Za-z0-9_-].
using ticket_id = std::string;

// An instance is named by execute_instances[].id [§1]; ids beyond 2^31 are real.
using instance_id = std::int64_t;

// The status words of tickets and instances [§2.1, §2.3]. A word that is not in the list is kept as
// text in the models below and classified as `unknown`: new words must never stop the daemon or be
// ignored.
enum class status_word {
    ready,
    processing,
    paused,
    abnormal,
    canceled,
    finished,
    rollbacked,
    error,
    unknown,
};

status_word classify(std::string_view status);

// The ticket is over and will not change again: FINISHED, CANCELED, ROLLBACKED, ERROR.
// ABNORMAL is not: it is halted on failure and waits for an operator [§3.3].
bool is_terminal(status_word status);

// An instance that is over: ABNORMAL, CANCELED, FINISHED, ROLLBACKED.
bool is_settled(status_word status);

// The body of GET /v1/job/script/orders/{execute_uuid} [§2.1].
struct ticket_info {
    ticket_id id;
    std::string status;  // verbatim
    std::string creator;
    std::string script_uuid;
    std::string name;  // properties.script_name
    std::string script_version;
    std::optional<timestamp> created;
    std::optional<timestamp> finished;
    std::optional<int> current_batch;        // 1-based
    std::optional<duration> timeout;         // of one script run
    std::optional<int> success_rate_tenths;  // 10..1000: 98.5% is 985
    std::map<std::string, std::string> params;
    std::string order_name;  // of the list endpoint [§3.1]; empty while no policy names it
    bool operator==(const ticket_info&) const = default;
};

// One row of GET .../batches [§2.2].
struct batch_info {
    int index = 0;  // 1..20
    int size = 0;
    std::string rotation;  // CONTINUE or PAUSE, verbatim
    std::string label;
    bool operator==(const batch_info&) const = default;
};

// One row of GET .../statistics [§2.4].
struct status_row {
    std::string status;  // verbatim
    int count = 0;
    std::vector<int> batches;  // those with at least one instance in this status, ascending
    bool operator==(const status_row&) const = default;
};

struct statistics {
    int total = 0;
    std::vector<status_row> rows;
    bool operator==(const statistics&) const = default;
};

// One row of GET .../batches/{batch_index} [§2.3].
struct instance_info {
    instance_id id = 0;
    std::string status;  // verbatim
    std::string host;
    std::string ip;
    std::string region;
    std::string zone;
    std::string resource;
    std::string message;  // cut to 1 KiB by the reader; empty unless a policy names it
    bool operator==(const instance_info&) const = default;
};

// All pages of one batch's detail, de-duplicated by id and ordered by id.
struct batch_detail {
    int index = 0;
    int size = 0;
    std::vector<instance_info> instances;
    bool operator==(const batch_detail&) const = default;
};

// What a completed reading brought. `details` holds only the batches that were read in this
// reading.
struct reading {
    ticket_info info;
    std::vector<batch_info> batches;
    statistics stats;
    std::vector<batch_detail> details;
    duration skew{};  // between the answers of status and statistics
    bool operator==(const reading&) const = default;
};

// A reading that could not be completed; not being able to look is an observation too.
struct failed_reading {
    std::string origin;      // network, gateway, service, content
    std::string code;        // the COC or gateway code, or a short word of ours: "timeout", "reset"
    std::string detail;      // for people; carries no secret
    bool not_found = false;  // COC.00040709 [§4.2]
    bool operator==(const failed_reading&) const = default;
};

using observation = std::variant<reading, failed_reading>;

}  // namespace rolloutd::policies
