#pragma once
// What people write out of habit from other languages: `and`, `not`, `is`, `<>`, `5%`, `15m`. Each
// is told with what to write instead, and replaced by it where that is certain, so that the rest of
// the expression is judged as well. Works on tokens, before the parser.

#include "policies/cel/token.h"

namespace rolloutd::policies::cel {

// Adds a problem for each habit; `mended` stays true only if every one could be replaced.
tokens mend_habits(tokens scanned, std::string_view text);

}  // namespace rolloutd::policies::cel
