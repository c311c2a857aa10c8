#pragma once
// A ustar archive of small files, made in memory (POSIX.1-1988). Pure: no names, users or times of
// this machine get into it.

#include <string>
#include <string_view>

#include "policies/time.h"

namespace rolloutd::daemon {

class tar_text {
public:
    // `written` is the time that every file gets.
    explicit tar_text(policies::timestamp written) : written_(written) {}

    // The last part of `name` has at most 100 bytes, its folders at most 155; what is longer is
    // cut. At most 8 GiB - 1 of text.
    void add(std::string_view name, std::string_view text);

    // The archive with its end.
    std::string take();

private:
    policies::timestamp written_;
    std::string made_;
};

}  // namespace rolloutd::daemon
