#pragma once
// How the cloud client tells that something did not work: a value with the place where it went
// wrong. Owns no policy about retries; gateway, watchers and executor decide from what is said
// here.

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "policies/ticket.h"
#include "policies/time.h"

namespace rolloutd::api {

using policies::duration;
using policies::timestamp;

// Who said no, nearest first: the way to the cloud, the API gateway in front of it, the COC service
// itself, or an answer that cannot be understood (reference/coc-api.md §4).
enum class origin { network, gateway, service, content };

// "network", "gateway", "service", "content": the words of journal and metrics.
std::string_view to_text(origin where);

// The constructor is not a convenience: GCC 12.2 destroys temporaries of aggregates twice when they
// share an expression with co_await, and classes with a constructor are spared.
struct failure {
    origin where = origin::network;
    std::string
        code;  // COC or gateway code verbatim, else a short word of ours: "timeout", "reset"
    std::string detail;                   // for people; carries no secret
    int http_status = 0;                  // 0 when no status line was read
    std::optional<duration> retry_after;  // only when the server said so
    bool sent = false;  // whether any byte of the request may have reached the peer

    failure() = default;
    failure(origin place, std::string short_code, std::string text)
        : where(place), code(std::move(short_code)), detail(std::move(text)) {}
    bool operator==(const failure&) const = default;
};

// A request that must not be made: nothing is sent.
failure bad_request(std::string detail);

// An answer that cannot be read, or contradicts itself.
failure bad_content(std::string detail);

// COC.00040709, the service's word for a ticket that does not exist (reference/coc-api.md §4.2).
bool is_not_found(const failure& what);

// The same in the core's terms: not being able to look is an observation too.
policies::failed_reading to_failed_reading(const failure& what);

// What result<T>::value() throws on a failure; only code that forgot to look ever meets it.
[[noreturn]] void throw_exception_from_error(const failure& what,
                                             const boost::source_location& where);

// T must be default-constructible to travel through co_spawn.
template <class T>
using result = boost::system::result<T, failure>;

}  // namespace rolloutd::api
