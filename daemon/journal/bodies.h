#pragma once
// What the daemon itself records, beside the events of tickets (policies/event.h). Plain values;
// the text form of each is in docs/journal.md.

#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policies/event.h"

namespace rolloutd::daemon {

using policies::timestamp;

// kind "start". The journal fills in journal, epoch, salt and seen_until.
struct start_body {
    std::string version;                          // of the engine
    std::string tz_version;                       // of the time-zone data
    boost::json::object settings;                 // those that the engine reads (settings_text.h)
    std::map<std::string, std::string> policies;  // file to SHA-256 of its text
    std::string journal;                          // 32 hex characters
    std::uint64_t epoch = 0;                      // from 1, one more at each start
    std::string salt;                             // 32 hex characters, for redacted values
    std::optional<timestamp> seen_until;          // the last `seen` record before this start
};
BOOST_DESCRIBE_STRUCT(start_body, (),
                      (version, tz_version, settings, policies, journal, epoch, salt, seen_until))

struct stop_body {
    std::string reason;  // "SIGTERM"
};
BOOST_DESCRIBE_STRUCT(stop_body, (), (reason))

// kind "reload": also one that failed, which leaves everything as it was.
struct reload_body {
    bool accepted = false;
    std::string detail;  // the problems, when refused
    std::string version;
    std::string tz_version;
    boost::json::object settings;
    std::map<std::string, std::string> policies;
};
BOOST_DESCRIBE_STRUCT(reload_body, (), (accepted, detail, version, tz_version, settings, policies))

// kind "policy": appended only when this digest was not yet recorded for this file.
struct policy_body {
    std::string file;
    std::string sha256;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(policy_body, (), (file, sha256, text))

// kind "seen": until when every watched ticket had been read without a gap.
struct seen_body {
    timestamp until;
};
BOOST_DESCRIBE_STRUCT(seen_body, (), (until))

// kind "checkpoint": made by the journal itself, first in each file.
struct checkpoint_body {
    std::string journal;   // 32 hex characters; empty before the first start
    std::string previous;  // hash of the record before
    boost::json::object settings;
    std::string snapshot;   // SHA-256 of snapshots/<seq>
    std::string key;        // Ed25519 public key, hex; empty when nothing is signed
    std::string signature;  // over the line's bytes before `,"signature"`, hex
};
BOOST_DESCRIBE_STRUCT(checkpoint_body, (), (journal, previous, settings, snapshot, key, signature))

// kind "repair": what was done to the files at start.
struct repair_body {
    std::string what;  // "torn" or "broken"
    std::string file;
    std::uint64_t offset = 0;    // torn: where the last whole line ended
    std::uint64_t bytes = 0;     // torn: how many were moved
    std::string moved_to;        // below the state folder
    std::string reason;          // broken: the operator's
    std::string detail;          // broken: what was found
    std::string last_journal;    // broken: the id of the chain before
    std::uint64_t last_seq = 0;  // broken: the last good record
    std::string last_hash;
    std::uint64_t last_epoch = 0;  // the new chain's epochs go on from it
};
BOOST_DESCRIBE_STRUCT(repair_body, (),
                      (what, file, offset, bytes, moved_to, reason, detail, last_journal, last_seq,
                       last_hash, last_epoch))

// An operator's act on the whole daemon; those on one ticket are events (policies/event.h).
struct freeze_body : policies::person {};
struct thaw_body : policies::person {};
struct breaker_body : policies::person {
    bool open = false;
};
BOOST_DESCRIBE_STRUCT(freeze_body, (policies::person), ())
BOOST_DESCRIBE_STRUCT(thaw_body, (policies::person), ())
BOOST_DESCRIBE_STRUCT(breaker_body, (policies::person), (open))

// kind "notify" without a ticket: what people are told of the daemon itself.
struct alert_body {
    std::string about;  // "readings_overrun"
    std::string text;
};
BOOST_DESCRIBE_STRUCT(alert_body, (), (about, text))

using daemon_body =
    std::variant<start_body, stop_body, reload_body, policy_body, seen_body, checkpoint_body,
                 repair_body, freeze_body, thaw_body, breaker_body, alert_body>;

std::string_view kind_of(const daemon_body& what);

// The exact request of an intent, kept beside it (DESIGN §9).
struct request_text {
    std::string method;
    std::string target;
    std::string body;
    bool operator==(const request_text&) const = default;
};
BOOST_DESCRIBE_STRUCT(request_text, (), (method, target, body))

}  // namespace rolloutd::daemon
