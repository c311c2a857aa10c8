#pragma once
// Errors as COC, the API gateway and IAM write them (reference/coc-api.md §4.1). Used by wire.cpp.

#include <optional>

#include "api/json_document.h"
#include "api/result.h"

namespace rolloutd::api {

// Some COC families answer 200 with an error_code: all zeros means success, and so does any code
// beside data; anything else is a failure of the service.
std::optional<failure> error_in_good_answer(const json_document& document);

}  // namespace rolloutd::api
