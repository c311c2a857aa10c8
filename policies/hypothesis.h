#pragma once
// A ticket as it might be read next: so many of its open instances fail, so many finish, and
// nothing else changes. For asking the rules themselves how near they are. Pure; the ticket's own
// state is never touched.

#include "policies/ticket_state.h"

namespace rolloutd::policies {

class hypothesis {
public:
    // `seen` must have been read, and outlive this.
    hypothesis(const ticket_state& seen, timestamp now);

    // READY and PROCESSING: those that may yet fail or finish.
    int open() const { return open_; }

    // The state after a reading at `now` at which `failed` more are ABNORMAL and `finished` more
    // FINISHED, those at work first. Together at most open(). It stands until the next call.
    const ticket_state& after(int failed, int finished);

private:
    const ticket_state& seen_;
    ticket_state next_;
    int open_ = 0;
};

}  // namespace rolloutd::policies
