#pragma once
// From the decoded value of a scalar back to the bytes of the file that it came from, for every
// style of YAML. Works by walking the raw text and the value side by side; when they do not agree
// to the last byte it says so instead of guessing. Pure.

#include <cstddef>
#include <string_view>
#include <vector>

#include "policies/yaml/node.h"

namespace rolloutd::policies::yaml {

// For each byte of scalar.value the offset in `text` that gave it, and one more: the offset of the
// first byte after the content (of a quoted scalar, the closing quote). Empty when raw text and
// value do not agree. Of the scalar only where.begin, style and value are used.
std::vector<std::size_t> map_scalar(std::string_view text, const node& scalar);

}  // namespace rolloutd::policies::yaml
