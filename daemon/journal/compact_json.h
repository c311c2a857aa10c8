#pragma once
// Whether a text is what the journal writes: one JSON text in UTF-8 without white space outside
// strings, nested no deeper than 32 levels. One pass and no memory, for those who check millions of
// records. Pure.

#include <string_view>

namespace rolloutd::daemon {

struct compactness {
    bool well = false;
    bool has_null = false;
};

compactness check_compact(std::string_view text);

}  // namespace rolloutd::daemon
