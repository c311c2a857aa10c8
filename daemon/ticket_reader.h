#pragma once
// Reads one ticket from the cloud: status, batches (the first time and when the total changes),
// statistics, and those details that the policies need; the order's name, once, if they name it.
// Looks once more at once when what it sees is not whole. Judges nothing else; owned by the
// ticket's watcher.

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/clock.h"
#include "api/gateway.h"
#include "policies/settings.h"
#include "policies/ticket_state.h"

namespace rolloutd::daemon {

class ticket_reader {
public:
    // The ports must outlive the reader.
    ticket_reader(api::clock& time, api::gateway& cloud, policies::ticket_id id);

    // One observation, of one or two looks. Failures of the cloud are values; throws
    // operation_aborted when the caller is cancelled. `state` and `rules` must stay until it ends.
    boost::asio::awaitable<policies::observation> read(const policies::ticket_state& state,
                                                       const policies::settings& rules);

    // Whether the ticket's status and current batch, read once more, are what the intent names, and
    // its subject is still open: a READY or PROCESSING instance, or something of the batch.
    boost::asio::awaitable<bool> still_shows(const policies::intended& what,
                                             const policies::ticket_state& state);

    // When the cloud told the status that was read last.
    api::steady_time status_read_at() const { return status_read_at_; }

    // How many calls the last reading made.
    int calls() const { return calls_; }

    // How long the server asked to wait, when the last reading failed with such an answer.
    std::optional<policies::duration> retry_after() const { return retry_after_; }

private:
    // What it saw is in now_, or else why it could not in failed_.
    boost::asio::awaitable<bool> look(const policies::ticket_state& state,
                                      const policies::settings& rules);
    boost::asio::awaitable<bool> read_batches();
    boost::asio::awaitable<void> read_order_name();
    boost::asio::awaitable<bool> read_status_and_counts();
    boost::asio::awaitable<bool> read_details(std::vector<int> batches, bool messages);
    boost::asio::awaitable<bool> reread_doubtful(const policies::ticket_state& state,
                                                 bool messages);
    void keep(policies::batch_detail detail);
    bool fail(const api::failure& why);

    api::clock& time_;
    api::gateway& cloud_;
    policies::ticket_id id_;
    std::vector<policies::batch_info> batches_;  // kept between readings
    std::string order_name_;                     // it never changes; "" until it is known
    api::steady_time list_again_at_;
    policies::duration list_pause_;
    policies::reading now_;
    api::steady_time status_read_at_;
    policies::failed_reading failed_;
    std::optional<policies::duration> retry_after_;
    int calls_ = 0;
};

}  // namespace rolloutd::daemon
