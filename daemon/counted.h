#pragma once
// "1 file", "2 files": a number with its word, for reports that people read.

#include <concepts>
#include <string>
#include <string_view>

namespace rolloutd::daemon {

template <std::integral Number>
std::string counted(Number number, std::string_view one) {
    return std::to_string(number) + " " + std::string(one) + (number == 1 ? "" : "s");
}

}  // namespace rolloutd::daemon
