#include "api/treatment.h"

namespace rolloutd::api {
namespace {

treatment broken(const failure& what) {
    treatment found;
    found.word = health::bad;
    found.pause_reads = what.retry_after.has_value();
    found.read = found.pause_reads ? repeating::after_pause : repeating::soon;
    return found;
}

// It was not sent, and not for the network's sake: something of ours held it back.
treatment held_back(const failure& what) {
    treatment found;
    if (what.where == origin::gateway) found.read = repeating::after_pause;
    return found;
}

}  // namespace

bool is_internal_error(const failure& what) { return what.code == "COC.00040701"; }

bool is_gateway_code(std::string_view code) {
    return code.starts_with("APIGW.") || code.starts_with("APIG.") || code.starts_with("APIC.");
}

bool is_throttled(const failure& what) {
    return what.http_status == 429 || (is_gateway_code(what.code) && what.code.ends_with(".0308"));
}

treatment treat(const failure& what) {
    if (what.where == origin::network) return broken(what);
    if (!what.sent) return held_back(what);
    treatment found;
    if (is_throttled(what)) {
        found.slow_down = true;
        found.read = repeating::after_pause;
        return found;
    }
    if (what.http_status >= 500) return broken(what);
    // It may be about this one ticket, so it is no word on the service as a whole [§4.2].
    if (is_internal_error(what)) {
        found.read = repeating::soon;
        return found;
    }
    if (what.http_status == 401) found.read = repeating::renewed;
    // Redirects, and answers that cannot be read, may come from somebody else on the way.
    if (what.http_status >= 400) found.word = health::good;
    return found;
}

}  // namespace rolloutd::api
