#pragma once
// Checks the chain of a state or journal folder without trusting anything but the hashes. Reads
// only; used by `rolloutctl verify` and by the daemon for what recovery left out.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "daemon/journal/disk.h"
#include "daemon/journal/record.h"

namespace rolloutd::daemon {

struct verify_options {
    std::string folder = "journal";  // of the segments, below the disk's root; "." for the root
    bool snapshots = true;           // check the files that checkpoints name
    bool deep = false;               // check the form of every record, its time and tseq
    bool live = false;               // a daemon holds the lock: a torn tail is a write under way
    // Hex public key: checkpoints that are signed must be so with it, from the first on all must,
    // and there must be one.
    std::string key;
    sequence until = 0;  // stop after this record; 0: to the end
    // What somebody has kept: this record must be there and have this hash.
    std::optional<chain> kept;
};

struct verified {
    std::uint64_t records = 0;
    std::uint64_t files = 0;
    sequence first = 0;
    chain last;
    std::uint64_t checkpoints = 0;
    std::uint64_t checkpoints_signed = 0;
    sequence signed_until = 0;  // the last signed checkpoint: it answers for all before it
    bool torn = false;          // tolerated, as a daemon is alive
};

// A check that can be done a piece at a time, beside other work.
class chain_check {
public:
    chain_check(disk& from, verify_options how);
    ~chain_check();

    // Goes on by about so many bytes of records; true at the end. The first bad record is a failure
    // of kind::broken.
    journal_result<bool> step(std::uint64_t bytes);
    const verified& seen() const;

private:
    class body;
    std::unique_ptr<body> inside_;
};

journal_result<verified> verify_journal(disk& from, const verify_options& how);

}  // namespace rolloutd::daemon
