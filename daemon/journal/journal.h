#pragma once
// The append-only, hash-chained record (DESIGN §9). Orders records at once and makes them durable
// in groups: one write and fsync on the helper thread serves all that were appended meanwhile. Owns
// the files below <state>/journal, snapshots and torn, and the lock. Never decides anything, never
// rewrites what is durable. Called by fleet, watchers, executor and admin API, on the loop's
// thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/journal/bodies.h"
#include "daemon/journal/fold.h"
#include "daemon/journal/housekeeping.h"
#include "daemon/journal/mirror.h"
#include "daemon/journal/snapshot_draft.h"
#include "policies/event.h"
#include "policies/ticket_state.h"

namespace rolloutd::daemon {

struct journal_ports {
    disk& files;                          // outlives the worker's last job, not only the journal
    boost::asio::any_io_executor loop;    // where awaitables resume; one thread
    boost::asio::any_io_executor worker;  // where writes and fsync run: one thread, or the loop
    std::function<timestamp()> now;
    std::function<std::string(std::size_t)> entropy;  // that many random bytes
    // The tickets for a snapshot, one by one; asked between steps or at the beginning of a file,
    // when all that was appended has been applied. May be empty: then snapshots hold the fleet's
    // part only.
    ticket_source tickets;
    journal_mirror* mirror = nullptr;
    std::shared_ptr<const signer> key;  // may be null
};

struct journal_options {
    std::uint64_t rotate = std::uint64_t{64} << 20;         // bytes of one file behind its head
    std::uint64_t pending_limit = std::uint64_t{64} << 20;  // bytes that wait for the disk
    std::vector<std::string> redact{"pass", "secret", "token", "key"};  // parts of parameter names
    retention keeping;                                                  // of closed files
    boost::json::object settings;  // for checkpoints, until start() or a reload brings others
    // --accept-broken-journal REASON; empty: a broken chain is an error.
    std::string accept_broken;
};

struct opened_journal;

class journal {
public:
    // Takes the lock, moves a torn tail aside and folds what is there. Nothing is appended before
    // start(). Failures: locked (exit 1), broken (exit 65), disk (exit 1).
    static journal_result<opened_journal> open(journal_ports ports, journal_options options);

    ~journal();
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;

    // The first records of a run: a repair when there was one, and `start`. The caller applies
    // policies::restarted{seen_until of the fold} to every recovered ticket at this stamp.
    policies::stamp start(start_body what);

    // Orders an event of a ticket; does not wait. Also beyond the bound of pending bytes: callers
    // stop stepping while writable() is false.
    policies::stamp append(const ticket_id& ticket, const policies::event& what);
    // An intent with the exact request; journal id and epoch are added.
    policies::stamp append_intent(const ticket_id& ticket, const policies::intended& what,
                                  const request_text& request);
    // What is the daemon's own.
    policies::stamp append(const daemon_body& what, const ticket_id& ticket = {});
    // At most policies::max_policy_bytes of text. Only when the file of the journal has not got it
    // yet. Each new one begins with those in force, so that it can be replayed alone.
    void append_policy(const policy_body& what);

    // Returns when everything up to `seq` is on the disk, or the failure of the write that should
    // have brought it there; the record stays pending then, and is written when the disk recovers.
    boost::asio::awaitable<journal_result<void>> durable(sequence seq);

    // Tries a failed write again when its backoff is over, notices one that hangs, and a disk that
    // is full; call it about once a second.
    void tick();

    // False after a failed write until one succeeds, while one hangs, while too much is pending,
    // and while the disk has no room for an operation's records: no operation may be sent,
    // readiness fails.
    bool writable() const;
    // Whether a write was begun more than 10 s ago and has not ended. Noticed by tick().
    bool hanging() const;
    std::string failure() const;  // why not, for people; "" when writable

    sequence last_seq() const;
    sequence durable_seq() const;
    const std::string& last_hash() const;
    // The last record that is on the disk, and its hash: what people may keep, and look for later.
    const chain& durable_end() const;
    // The damage that was found in the part that recovery left to be verified in the background.
    const std::optional<journal_failure>& damage() const;
    // Why closed files were not compressed or removed of late; "" when all is well.
    const std::string& disorder() const;
    // Why that part could not be read, which is tried again; "" while there is no such reason.
    const std::string& unverified() const;
    std::uint64_t epoch() const;
    const std::string& id() const;
    std::uint64_t pending_bytes() const;
    std::uint64_t commits() const;  // writes that were synced
    const fleet_state& fleet() const;

    // Writes what is pending, also when the last try failed just now; nothing may be appended
    // afterwards. The failure when the disk refuses again. Bounded by the caller's deadline.
    boost::asio::awaitable<journal_result<void>> close();

private:
    struct body;
    explicit journal(std::unique_ptr<body> inside);
    std::unique_ptr<body> inside_;
};

struct opened_journal {
    std::unique_ptr<journal> log;
    recovered state;
};

}  // namespace rolloutd::daemon
