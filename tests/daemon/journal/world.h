#pragma once
// A journal on a disk in memory, with a clock that the test moves. Worker and loop are one, so that
// every story runs the same way each time.

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "daemon/journal/journal.h"
#include "tests/daemon/journal/memory_disk.h"

namespace rolloutd::daemon::testing {

inline timestamp time_of(std::string_view text) { return *policies::parse_timestamp(text); }

struct world {
    boost::asio::io_context io{1};
    memory_disk files;
    timestamp now = time_of("2026-11-21T10:15:30.123Z");
    policies::duration look{};  // what passes between two looks at the clock
    std::unique_ptr<journal> log;
    std::map<ticket_id, policies::ticket_state> tickets;
    journal_options options;
    std::shared_ptr<const signer> key;
    journal_mirror* mirror = nullptr;
    char next_random = 'a';
    // Where writes and fsync run: the loop itself, or one that the test runs or leaves hanging.
    boost::asio::any_io_executor worker = io.get_executor();

    // Opens, and hands the fold out; a failure is returned as it is.
    journal_result<recovered> open();
    // Opens, starts, and applies what a start does; fails the test when it cannot.
    recovered start();
    // As the fleet does it: append, then apply.
    policies::stamp record(const ticket_id& ticket, const policies::event& what);
    // A ticket's live state with what the journal hides hidden.
    policies::ticket_state as_recorded(const ticket_id& ticket) const;
    // Runs until nothing is left to do.
    void settle();
    // The fold of what is there, which must be whole.
    recovered fold();
    // Ends the process without a last word; the machine goes on, and has all that was written.
    void kill();
    // The machine loses its power: what was not synced is lost but for `keep` bytes.
    void crash(std::size_t keep = 0);
    std::vector<std::string> segments() { return *files.list("journal"); }
    // All lines of a segment, without LF.
    std::vector<std::string> lines(const std::string& segment = "000000000001.jsonl");
    std::string& bytes(const std::string& segment = "000000000001.jsonl");
};

// What lies on the disk verifies, down to every snapshot.
void expect_whole(world& in);

// Waits for an awaitable of one journal on its world's loop.
std::optional<journal_result<void>> run_durable(world& in, sequence seq);

policies::reading a_reading(int finished, int abnormal = 0);
policies::event an_observation(int finished, int abnormal = 0);
policies::event a_decision();
policies::intended an_intent();

}  // namespace rolloutd::daemon::testing
