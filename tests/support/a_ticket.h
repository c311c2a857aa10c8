#pragma once
// Builds readings of a ticket the short way. Instances are numbered batch * 1000 + 1, 2, …; those
// of a batch that no status was given for are READY.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "policies/ticket.h"

namespace rolloutd::tests {

using namespace std::chrono_literals;

class a_ticket {
public:
    // A ticket of one script with a timeout of 5 minutes and a success rate of 90%.
    a_ticket();

    a_ticket& status(std::string word);
    a_ticket& ready() { return status("READY"); }
    a_ticket& processing() { return status("PROCESSING"); }
    a_ticket& paused() { return status("PAUSED"); }
    a_ticket& abnormal() { return status("ABNORMAL"); }
    a_ticket& finished() { return status("FINISHED"); }
    a_ticket& canceled() { return status("CANCELED"); }

    a_ticket& name(std::string text);
    a_ticket& success_rate_tenths(int tenths);
    a_ticket& timeout(policies::duration length);
    a_ticket& current(int batch);
    a_ticket& batch(int size, std::string rotation = "CONTINUE");

    // How many instances of the batch are in each status, in the order of their ids.
    using shares = std::vector<std::pair<std::string, int>>;
    a_ticket& in_batch(int index, shares counts);

    // One instance's status, whatever in_batch says of it.
    a_ticket& instance(policies::instance_id id, std::string word);

    // The details of every batch are part of the reading.
    a_ticket& with_details();

    // The reading of what was built.
    policies::reading read() const;
    operator policies::reading() const { return read(); }

private:
    std::vector<policies::instance_info> instances_of(const policies::batch_info& batch) const;

    policies::ticket_info info_;
    std::vector<policies::batch_info> batches_;
    std::map<int, shares> counts_;
    std::map<policies::instance_id, std::string> single_;
    bool details_ = false;
};

}  // namespace rolloutd::tests
