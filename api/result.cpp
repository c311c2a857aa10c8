#include "api/result.h"

#include <stdexcept>

namespace rolloutd::api {

std::string_view to_text(origin where) {
    switch (where) {
        case origin::network: return "network";
        case origin::gateway: return "gateway";
        case origin::service: return "service";
        case origin::content: return "content";
    }
    return "network";
}

failure bad_request(std::string detail) {
    return {origin::content, "bad_request", std::move(detail)};
}

failure bad_content(std::string detail) {
    return {origin::content, "bad_content", std::move(detail)};
}

bool is_not_found(const failure& what) { return what.code == "COC.00040709"; }

policies::failed_reading to_failed_reading(const failure& what) {
    policies::failed_reading look;
    look.origin = to_text(what.where);
    look.code = what.code;
    look.detail = what.detail;
    look.not_found = is_not_found(what);
    return look;
}

void throw_exception_from_error(const failure& what, const boost::source_location&) {
    throw std::logic_error("a failed call was taken for a good one: " + what.code + ": " +
                           what.detail);
}

}  // namespace rolloutd::api
