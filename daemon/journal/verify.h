#pragma once
// Checks the chain of a state or journal folder without trusting anything but the hashes. Reads
// only; used by `rolloutctl verify` and by the daemon for what recovery left out.

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/journal/disk.h"
#include "daemon/journal/record.h"

namespace rolloutd::daemon {

struct verify_options {
    std::string folder = "journal";  // of the segments, below the disk's root; "." for the root
    bool snapshots = true;           // check the files that checkpoints name
    bool deep = false;               // parse every record whole, count tseq
    bool live = false;               // a daemon holds the lock: a torn tail is a write under way
    std::string key;                 // hex public key that every checkpoint must be signed with
    sequence until = 0;              // stop after this record; 0: to the end
};

struct verified {
    std::uint64_t records = 0;
    std::uint64_t files = 0;
    sequence first = 0;
    chain last;
    std::uint64_t checkpoints_signed = 0;
    bool torn = false;  // tolerated, as a daemon is alive
};

// The first bad record as a failure of kind::broken.
journal_result<verified> verify_journal(disk& from, const verify_options& how);

// Whether somebody holds <state>/lock.
bool daemon_is_alive(disk& state);

}  // namespace rolloutd::daemon
