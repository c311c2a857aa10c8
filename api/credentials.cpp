#include "api/credentials.h"

namespace rolloutd::api {

standing standing_of(const http_response& response) {
    if (response.status == 401) return standing::refused;
    // Too many requests and broken servers answer without having looked at who asks.
    const bool looked = response.status < 500 && response.status != 429;
    return looked ? standing::accepted : standing::unknown;
}

}  // namespace rolloutd::api
