#pragma once
// How rolloutctl writes for people: colours only where they can be seen, tables whose columns line
// up. Owns no stream.

#include <string>
#include <string_view>
#include <vector>

#include "daemon/counted.h"

namespace rolloutd::daemon::cli {

enum class paint { plain, bold, dim, red, green, yellow, cyan };

// Whether colours are wanted on `descriptor`: a terminal, NO_COLOR not set, and not switched off.
bool wants_colour(int descriptor, bool switched_off);

class palette {
public:
    explicit palette(bool colours) : colours_(colours) {}
    std::string operator()(paint how, std::string_view text) const;
    bool colours() const { return colours_; }

private:
    bool colours_;
};

// A status or verdict in the colour that people expect of it.
paint paint_of(std::string_view word);

// Text that came from outside, without control characters: a message must not steer the terminal.
std::string harmless(std::string_view text);

// Lines of cells; the first line is the heading. Columns are padded with spaces, the last is not.
std::string table(const std::vector<std::vector<std::string>>& lines, const palette& colours);

}  // namespace rolloutd::daemon::cli
