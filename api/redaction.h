#pragma once
// Takes secrets out of texts that were written elsewhere: the gateway in front of COC echoes
// requests in some of its messages (reference/coc-api.md §4.3), and any proxy may. To be done
// before a text is cut: half a secret is not recognised any more. Used by wire_error and
// iam_tokens.

#include <string>
#include <string_view>
#include <vector>

#include "api/secret.h"

namespace rolloutd::api {

using secret_list = std::vector<secret_text>;

// `text` with "***" for each occurrence of each of the secrets. Empty ones are passed over.
std::string without_secrets(std::string text, const secret_list& secrets);

}  // namespace rolloutd::api
