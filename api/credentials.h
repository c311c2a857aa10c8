#pragma once
// The port to whoever makes a request ours: what headers it needs, and what the cloud's answer says
// about them. The gateway knows no more of authentication than this. Tokens, passwords and keys
// appear in no log, error or metric; whoever shows a text that the cloud sent takes them out first.

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/http.h"
#include "api/redaction.h"
#include "api/result.h"

namespace rolloutd::api {

// What one request carries to be let in.
struct grant {
    std::vector<http_header> headers;  // to be added, after all others
    secret_list secrets;               // to be taken out of whatever the cloud says
    std::uint64_t series = 0;  // differs between two grants when they rest on different secrets
    std::uint64_t number = 0;  // means something to whoever gave it
    grant() = default;
};

// How a request with a grant ended, as far as authentication goes: let in, refused (401), or it
// cannot be told because no answer came or the answer is nobody's word on it.
enum class standing { accepted, refused, unknown };

standing standing_of(const http_response& response);

class credentials {
public:
    virtual ~credentials() = default;

    // The grant for this request, which must be whole but for the grant's headers and must not
    // change afterwards. A failure (nothing sent) says why there is none. Ends within seconds.
    virtual boost::asio::awaitable<result<grant>> authorize(const http_request& request) = 0;

    // The same without waiting, and without a coroutine, where that can be: else nothing.
    virtual std::optional<grant> at_hand(const http_request&) { return std::nullopt; }

    // Whether a request with this grant may still be sent: the word of the last moment before its
    // first byte. If not, settle() it as unknown and authorize() anew.
    virtual bool stands(const grant&) { return true; }

    // How the request ended that carried `used`; each grant is settled once. Returns whether
    // another authorize() may bring something better: of use after a refusal only, and then for one
    // more try. `said` is what the cloud said to a refusal.
    virtual bool settle(const grant& used, standing how, const std::string& said) = 0;

    // What keeps this from working now, for readiness: "" when nothing does.
    virtual std::string problem() { return ""; }
};

}  // namespace rolloutd::api
