#pragma once
// What to tell a person whose file is not YAML, or is YAML that means something else than it looks.
// Conditions are full of characters that YAML takes for itself; most of these errors are one of
// them without quotes. Pure.

#include <cstddef>
#include <string>
#include <string_view>

#include "policies/yaml/node.h"

namespace rolloutd::policies::yaml {

struct syntax_advice {
    span where;
    std::string code;  // "syntax", "tag", "anchor" or "alias"
    std::string message;
    std::string hint;
};

// Advice for yaml-cpp's error `reason` at byte `at`.
syntax_advice advise(std::string_view text, std::size_t at, std::string_view reason);

// One past the word (up to white space, comma or bracket) that begins at `at`; at least at + 1
// unless the text ends.
std::size_t word_end(std::string_view text, std::size_t at);

// For a value that begins with `!`.
std::string tag_message(std::string_view text, std::size_t at);
std::string tag_hint(std::string_view text, std::size_t at);

// "quote the condition or use a `|` block", or "the value" for keys that hold no condition.
std::string quoting_hint(std::string_view text, std::size_t at);

}  // namespace rolloutd::policies::yaml
