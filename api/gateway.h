#pragma once
// The port to the cloud: the seven calls of COC that rolloutd makes, in the core's own terms.
// Implemented by cloud_gateway over HTTP, by the simulation in memory, and by scripts in tests.
// It decides nothing: no call is repeated that might change a ticket twice.

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.h"
#include "api/result.h"
#include "policies/operation.h"
#include "policies/ticket.h"

namespace rolloutd::api {

// What of a batch's detail is wanted.
struct batch_options {
    bool keep_messages = false;  // else instance_info::message stays empty
    batch_options() = default;
    explicit batch_options(bool messages) : keep_messages(messages) {}
};

// Which tickets to list (reference/coc-api.md §3.1). Empty members do not restrict.
struct list_filter {
    std::string creator;                     // at most 64 characters
    std::string status;                      // PROCESSING, ABNORMAL, PAUSED, CANCELED or FINISHED
    std::optional<timestamp> created_since;  // start_time
    int most = 1000;                         // rows; the newest come first
    list_filter() = default;
};

// One row of the list: enough to discover a ticket, and its status; never its counts.
struct ticket_summary {
    policies::ticket_id id;
    std::int64_t order_id = 0;
    std::string order_name;
    std::string creator;
    std::string status;  // verbatim
    std::optional<timestamp> created;
    std::optional<timestamp> finished;
    bool operator==(const ticket_summary&) const = default;
};

// What POST /v1/job/scripts/{script_uuid} takes (reference/coc-api.md §3.2).
struct execute_target {
    std::string resource_id;
    std::string region_id;
    std::string provider = "ECS";
    std::string type = "CLOUDSERVER";
};

struct execute_batch {
    int index = 1;  // 1..20
    std::string rotation = "CONTINUE";
    std::vector<execute_target> targets;  // 1..10
};

struct execute_request {
    duration timeout{300'000};       // whole seconds go over the wire
    int success_rate_tenths = 1000;  // 10..1000
    std::string user = "root";
    std::map<std::string, std::string> params;
    std::vector<execute_batch> batches;
    execute_request() = default;
};

// What became of an operation, as far as its answer tells (DESIGN §6, Answers).
//   accepted      200: its effect is to be awaited
//   refused       400 with a COC code other than COC.00040701, 403, 404, 413: it will not happen
//   not_executed  401, 429, our own breaker, or no byte written: may be sent again after renewal or
//   backoff unknown       all else: read before anything is sent again
//   withheld      not written: the check said no; its reason is the answer's message
enum class outcome { accepted, refused, not_executed, unknown, withheld };

// "accepted", "refused", "not_executed", "unknown", "withheld".
std::string_view to_text(outcome what);

struct answer {
    outcome what = outcome::unknown;
    int http_status = 0;     // 0 when no status line was read
    std::string error_code;  // verbatim, or a short word of ours: "timeout", "reset"
    std::string message;     // verbatim, cut to 1 KiB; or what happened; carries no secret
    std::optional<duration> retry_after;
    bool sent = false;  // whether any byte of the request may have reached the peer
    answer() = default;
    bool operator==(const answer&) const = default;
};

// The exact request of an operation, for the journal, before it is sent.
struct operation_request {
    std::string method;  // PUT
    std::string target;  // path, below the endpoint
    std::string body;    // JSON, exactly the bytes that are sent
    bool operator==(const operation_request&) const = default;
};

// Pure. `id` must match ^[A-Za-z0-9_-]{1,26}$ and `what` be one of the five operations with the
// batch (1..20) or instance (> 0) that it needs, else a content failure says what is wrong.
result<operation_request> request_of(const policies::ticket_id& id,
                                     const policies::operation& what);

// Pure: an operation's failure as an answer.
answer to_answer(const failure& what);

// How much more is asked of the cloud than our own rate limit lets through.
struct backlog {
    std::size_t waiting = 0;  // requests that wait for the rate limit
    double per_second = 0;    // that pass it now; 0: unlimited
    // For how long no read is let go, unless something changes: the cloud asked to be left alone,
    // or has failed too often.
    duration closed{};
    bool probing = false;  // one read is let go, to find out whether the others may
    bool operator==(const backlog&) const = default;
};

// Each request waits for our own rate limit no longer than the client's timeout, and then takes no
// longer than that; read_batch and list make one for each page, and a refused token costs one more.
// Failures are values; the only exception is operation_aborted, when the calling coroutine is
// cancelled. Single thread.
class gateway {
public:
    virtual ~gateway() = default;

    virtual boost::asio::awaitable<result<policies::ticket_info>> read_info(
        policies::ticket_id id) = 0;
    virtual boost::asio::awaitable<result<std::vector<policies::batch_info>>> read_batches(
        policies::ticket_id id) = 0;
    virtual boost::asio::awaitable<result<policies::statistics>> read_statistics(
        policies::ticket_id id) = 0;

    // All pages of one batch (1..20), by ascending instance id, each instance once.
    virtual boost::asio::awaitable<result<policies::batch_detail>> read_batch(
        policies::ticket_id id, int batch_index, batch_options options) = 0;

    virtual boost::asio::awaitable<result<std::vector<ticket_summary>>> list(
        list_filter filter) = 0;

    // Sends exactly request_of(id, what), at most once with effect: it is repeated only after a
    // 401, once, with a new token. Each time, when all that it waits for is at hand, `check` is
    // asked immediately before the first byte; if it says no, nothing is written and the answer is
    // `withheld`. The answer is a value whatever happens.
    virtual boost::asio::awaitable<answer> operate(policies::ticket_id id, policies::operation what,
                                                   write_check check) = 0;

    // Starts a script; returns the new ticket's id. Never repeated.
    virtual boost::asio::awaitable<result<policies::ticket_id>> execute(
        std::string script_uuid, execute_request request) = 0;

    // What stands now, for those who plan the readings.
    virtual backlog pressure() const { return {}; }
};

}  // namespace rolloutd::api
