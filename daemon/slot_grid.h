#pragma once
// When a ticket is to be read: at first + k * every, so that the fleet stays spread out however
// long each reading takes. Pure arithmetic; the watcher asks, nobody else.

#include "policies/time.h"

namespace rolloutd::daemon {

class slot_grid {
public:
    // `first` is the first slot; `every` is at least 10 ms.
    slot_grid(policies::timestamp first, policies::duration every);

    struct plan {
        policies::timestamp due;  // of the next reading
        int missed = 0;           // slots that no reading began for
    };

    // After the reading for the slot that was taken last ended at `now`. A slot that has begun
    // meanwhile is taken at once, late; those before it are missed.
    plan next(policies::timestamp now);

    // Slots that begin before `until` are left out on purpose: the server asked for it.
    void skip_to(policies::timestamp until);

    policies::duration every() const { return every_; }

    // Another interval, from the slot that was taken last on.
    void set_every(policies::duration every);

private:
    policies::timestamp taken_;
    policies::duration every_;
};

}  // namespace rolloutd::daemon
