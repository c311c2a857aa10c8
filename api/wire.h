#pragma once
// COC's JSON to and from the core's models: pure, no I/O. Lenient where the API is (null anywhere,
// unknown members and words, numbers as text, a missing `data` wrapper), strict where it protects
// us: what must be there is named with its path when it is not. Source: reference/coc-api.md, the
// sections in brackets.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/gateway.h"
#include "api/http.h"
#include "api/redaction.h"
#include "api/result.h"

namespace rolloutd::api {

// ^[A-Za-z0-9_-]{1,26}$ [§2]: nothing else reaches a URI.
bool is_valid_id(std::string_view id);

// The bodies of 200 answers. `id` is empty when the service left it out.
result<policies::ticket_info> parse_info(std::string_view body);                 // [§2.1]
result<std::vector<policies::batch_info>> parse_batches(std::string_view body);  // [§2.2]
result<policies::statistics> parse_statistics(std::string_view body);            // [§2.4]

// One page of a batch's detail [§2.3], in the order of the answer.
struct batch_page {
    std::optional<int> index;
    std::optional<int> size;
    std::vector<policies::instance_info> instances;
};
result<batch_page> parse_batch_page(std::string_view body);
result<batch_page> parse_batch_page_with_messages(std::string_view body);  // cut to 1 KiB each

// One page of the list [§3.1], in the order of the answer.
result<std::vector<ticket_summary>> parse_list_page(std::string_view body);

// {"data":"<execute_uuid>"} of the operation and execute endpoints [§1, §3.2].
result<policies::ticket_id> parse_ticket_id(std::string_view body);

// All that is asked of an operation's answer: a JSON object that reports no error. The id may be
// "".
result<policies::ticket_id> parse_done(std::string_view body);

// The body of POST /v1/job/scripts/{script_uuid} [§3.2]; a content failure names what is out of
// range.
result<std::string> execute_body(const execute_request& request);

// The longest that the cloud can silence us by a Retry-After; what it asks beyond that is cut.
inline constexpr duration longest_pause{5 * 60'000};

// The longest that it can put off one operation: the rate limit keeps the cloud's pause anyway, and
// whoever wants to stop a ticket must be told soon that nothing was stopped yet.
inline constexpr duration longest_operation_wait{30'000};

// What an answer that is not 200 says [§4.1], in any of the known shapes; never asks for the body
// to be JSON. Its retry_after is at most longest_pause, and none of its
// texts holds one of the secrets.
failure parse_failure(const http_response& response, const secret_list& secrets = {});

// No more of an instance's or an error's message is kept, in bytes.
inline constexpr std::size_t most_message = 1024;

// At most `most` bytes of `text`, not ending within a character.
std::string cut(std::string_view text, std::size_t most);

}  // namespace rolloutd::api
