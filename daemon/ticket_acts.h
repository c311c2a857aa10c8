#pragma once
// What people ask of single tickets (DESIGN §6 People): hands each act to the ticket's watcher,
// keeps the brakes in step with it, and says what came of it. A hold takes effect at once, whatever
// the disk does; all else needs the journal. What an act means is the engine's to judge. Owned by
// the app, called by the operator's pages.

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>

#include "daemon/brakes.h"
#include "daemon/event_log.h"
#include "daemon/fleet.h"
#include "daemon/journal/journal.h"
#include "daemon/receipts.h"

namespace rolloutd::daemon {

class ticket_acts {
public:
    // All of it must outlive the acts.
    struct parts {
        fleet& tickets;
        journal& records;
        brakes& stops;
        receipts& paper;
        event_log& log;
    };

    explicit ticket_acts(const parts& around) : around_(around) {}

    // Nothing is sent for the ticket any more, if it is watched; for the moments until it is known
    // who holds it.
    void brake(const policies::ticket_id& id);

    boost::asio::awaitable<act_report> hold(policies::person who, policies::ticket_id id);
    boost::asio::awaitable<act_report> release(policies::person who, policies::ticket_id id);
    // `what.what` is approve or deny, and names the proposal alone.
    boost::asio::awaitable<act_report> answer(policies::operator_act what);
    // An operation of a person's own.
    boost::asio::awaitable<act_report> operate(policies::ticket_id id, policies::operator_act what);
    boost::asio::awaitable<act_report> add(policies::person who, watch_entry what);
    boost::asio::awaitable<act_report> remove(policies::person who, policies::ticket_id id);

private:
    // The report of an act that was recorded last, once it is on the disk or has waited for it;
    // `meanwhile` says what holds for it until it is written.
    boost::asio::awaitable<act_report> acknowledge(policies::ticket_id id, std::string text,
                                                   std::string meanwhile);
    act_report unrecorded(std::string_view what) const;
    void tell(std::string_view act, const policies::ticket_id& id, const policies::person& who);

    parts around_;
};

}  // namespace rolloutd::daemon
