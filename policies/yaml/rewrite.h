#pragma once
// Changes of a scalar's value, as changes of the file that it was read from: the text that is put
// in is written as the scalar's style asks. Pure. Used for the fixes under a problem.

#include <string>
#include <vector>

#include "policies/yaml/document.h"

namespace rolloutd::policies::yaml {

struct value_change {
    span where;  // bytes of the scalar's decoded value
    std::string text;
};

// What to change in the file so that the scalar's value is changed so. `changes` do not overlap.
// Empty when the file does not tell where the value's bytes come from, or when no safe way is
// known to write the new value.
std::vector<text_edit> rewrite(const document& file, const node& scalar,
                               const std::vector<value_change>& changes);

}  // namespace rolloutd::policies::yaml
