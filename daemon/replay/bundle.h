#pragma once
// All that the record tells of one ticket, in one archive: for a post-mortem, and to be replayed
// elsewhere (docs/replay.md). Collects records as they are read and makes the files; decides
// nothing. Called by `rolloutctl bundle`, read back by `rolloutctl replay`.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/journal/fold.h"
#include "daemon/replay/journal_source.h"

namespace rolloutd::daemon {

// A file of the archive below the folder that is named after the ticket.
struct bundled_file {
    std::string name;
    std::string text;
};

class bundler {
public:
    static constexpr std::uint64_t most_bytes = std::uint64_t{256} << 20;

    // `most`: bytes of what is collected.
    explicit bundler(ticket_id ticket, std::uint64_t most = most_bytes)
        : ticket_(std::move(ticket)), most_(most) {}

    void begin_with(recovered before);
    // The next record, whole, and its line as it stands in the journal.
    void take(const record& what, std::string_view line);

    bool empty() const { return records_ == 0; }
    // More than fits in memory beside its archive: it is not to be asked for its files.
    bool too_large() const;
    timestamp last_at() const { return last_at_; }

    // slice.jsonl, fleet.jsonl, observations.jsonl, history.txt, policies/…, README, and state.snap
    // where the ticket's beginning is no longer in the journal.
    std::vector<bundled_file> files() const;

private:
    void keep_daemons(const record& what, std::string_view line);
    void keep_ticket(const record& what, std::string_view line);
    void note_fleet(const record& what);
    void note_in_force(const daemon_body& body);
    void note_judged(const record& what);
    std::vector<bundled_file> policy_files() const;

    ticket_id ticket_;
    std::uint64_t most_;
    fleet_state fleet_;
    std::string state_;
    std::string slice_;
    std::string views_;
    std::string last_view_;
    std::string observations_;
    std::string history_;
    struct policy_text {
        std::string file;
        std::string name;  // "" where the text does not tell it
        std::string text;
    };
    std::map<std::string, policy_text> policies_;  // by digest: all that are recorded
    std::map<std::string, std::string> in_force_;  // digests by file
    std::vector<std::string> judged_;              // digests, in their order
    std::string before_;  // the daemon's records since the ticket's last one
    std::string texts_;   // before the ticket's first: the policies' records
    std::uint64_t records_ = 0;
    timestamp last_at_;
};

// The files as a ustar archive, each below a folder of that name.
std::string bundle_text(const std::vector<bundled_file>& files, const std::string& folder,
                        timestamp written);

// Whether the folder is an unpacked bundle.
bool is_bundle(disk& from);

// The records of an unpacked bundle; `see` is told what the fleet looked like to the next one.
// Lines must end in their own hash, but for `start` records, which have lost their salt.
journal_result<void> read_bundle(disk& from, const source_listener& to,
                                 const std::function<void(const policies::fleet_view&)>& see);

}  // namespace rolloutd::daemon
