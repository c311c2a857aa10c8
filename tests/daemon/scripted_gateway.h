#pragma once
// A cloud that says what the test wrote down: one reading per ticket, faults where the test wants
// them, and every operation remembered.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/gateway.h"
#include "api/wakeup.h"

namespace rolloutd::daemon::testing {

class scripted_gateway final : public api::gateway {
public:
    explicit scripted_gateway(api::clock& time) : time_(time), released_(time) {}

    // What is there to be read. The details of all batches are in it.
    std::map<policies::ticket_id, policies::reading> tickets;
    // Asked before each answer: a failure here is what the caller gets.
    std::function<std::optional<api::failure>(std::string_view endpoint)> fault;
    // What an operation is answered; by default it is accepted and changes nothing.
    std::function<api::answer(const policies::operation&)> answer;
    // How much waits for the rate already, and the rate.
    api::backlog load;
    // What the list has besides the tickets.
    std::vector<api::ticket_summary> listed;
    std::vector<api::list_filter> asked;  // of the list
    // Operations are written, but answered only after release().
    bool hold_operations = false;
    // Operations wait for their turn, unwritten, until release().
    bool hold_turns = false;
    // The list does not have what is there.
    bool unlisted = false;
    // What is told of a ticket is told only after release().
    bool hold_readings = false;
    void release() { released_.poke(); }

    struct sent {
        policies::ticket_id ticket;
        policies::operation what;
        policies::timestamp at;
    };
    std::vector<sent> operations;                   // those whose check let them go
    int waiting = 0;                                // for their turn
    std::map<std::string, int, std::less<>> calls;  // by endpoint

    api::backlog pressure() const override { return load; }
    boost::asio::awaitable<api::result<policies::ticket_info>> read_info(
        policies::ticket_id id) override;
    boost::asio::awaitable<api::result<std::vector<policies::batch_info>>> read_batches(
        policies::ticket_id id) override;
    boost::asio::awaitable<api::result<policies::statistics>> read_statistics(
        policies::ticket_id id) override;
    boost::asio::awaitable<api::result<policies::batch_detail>> read_batch(
        policies::ticket_id id, int batch_index, api::batch_options options) override;
    boost::asio::awaitable<api::result<std::vector<api::ticket_summary>>> list(
        api::list_filter filter) override;
    boost::asio::awaitable<api::answer> operate(policies::ticket_id id, policies::operation what,
                                                api::write_check check) override;
    boost::asio::awaitable<api::result<policies::ticket_id>> execute(
        std::string script_uuid, api::execute_request request) override;

private:
    boost::asio::awaitable<void> wait_while(bool& held);
    std::optional<api::failure> trouble(std::string_view endpoint, const policies::ticket_id& id);

    api::clock& time_;
    api::wakeup released_;
};

}  // namespace rolloutd::daemon::testing
