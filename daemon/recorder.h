#pragma once
// What the watchers and the executor need of the journal: to append an event, and to wait until it
// is durable. Appending orders and never waits. Implemented over the journal by journal_recorder.

#include <boost/asio/awaitable.hpp>

#include "policies/event.h"
#include "policies/settings.h"
#include "policies/ticket_state.h"

namespace rolloutd::daemon {

class recorder {
public:
    virtual ~recorder() = default;

    // Appends one record of the ticket and says where it stands. `at` is the step's own time.
    virtual policies::stamp record(const policies::ticket_id& id, const policies::event& what,
                                   policies::timestamp at) = 0;

    // Until when every ticket that is not blind has been read without a gap.
    virtual void record_seen(policies::timestamp until, policies::timestamp at) = 0;

    // True once record `seq` and all before it are on disk; false when it could not be written in
    // time. Never throws for a full or broken disk.
    virtual boost::asio::awaitable<bool> durable(policies::sequence seq) = 0;

    // What a step of this ticket at `now` is to know of the whole fleet, folded from all that was
    // recorded.
    virtual policies::fleet_view fleet(const policies::ticket_id& id,
                                       policies::timestamp now) const = 0;

    // Whether the last attempt to write went well. While it is false nothing is sent.
    virtual bool writable() const = 0;
};

}  // namespace rolloutd::daemon
