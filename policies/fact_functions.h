#pragma once
// The functions that conditions have beside the language's own: percent, percent_lower,
// percent_upper and since (DESIGN §7). Pure but for `since`, which reads the evaluation's `now`.

#include "policies/cel/environment.h"
#include "policies/time.h"

namespace rolloutd::policies {

void declare_functions(cel::environment& names);

// While it lives, `since` on this thread measures from `now`. A function of the language sees its
// arguments only, so the evaluation's time is laid out for it here.
class evaluation_time {
public:
    explicit evaluation_time(timestamp now);
    ~evaluation_time();
    evaluation_time(const evaluation_time&) = delete;
    evaluation_time& operator=(const evaluation_time&) = delete;

private:
    const timestamp* before_;
    timestamp now_;
};

}  // namespace rolloutd::policies
