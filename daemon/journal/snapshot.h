#pragma once
// A snapshot: the state before a file's first record, as lines of JSON in one frame of zstd
// (docs/journal.md). Of several lines about one ticket the last one counts, so that it can be
// written while the tickets go on changing (snapshot_draft.h). Pure; streams, and never holds the
// fleet twice.

#include <boost/json/monotonic_resource.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/journal/event_text.h"
#include "daemon/journal/fold.h"
#include "daemon/journal/zstd_stream.h"

namespace rolloutd::daemon {

class snapshot_writer {
public:
    // Parameters and messages are hidden as in the journal, unless `hide` is nothing.
    explicit snapshot_writer(std::optional<redaction> hide);

    // What is known of one ticket from here on: `state` may be null, and `count` is its last tseq.
    void ticket(const ticket_id& id, const policies::ticket_state* state,
                const record_counts& count);
    // Some of those that were let go.
    void past(const record_counts::listed& some);
    // The last line. Returns the whole snapshot; nothing may be written afterwards.
    std::string finish(const fleet_state& fleet);

    std::uint64_t text_bytes() const { return text_bytes_; }  // before they were compressed

private:
    void put();

    std::optional<redaction> hide_;
    text_compressor packing_;
    std::string line_;
    std::uint64_t text_bytes_ = 0;
};

// Takes a snapshot's bytes in pieces of any size.
class snapshot_reader {
public:
    snapshot_reader();

    // The failure is kind::broken for what is no snapshot.
    journal_result<void> feed(std::string_view bytes);
    // Tickets and fleet. A failure when the last line is missing.
    journal_result<recovered> finish();

private:
    void take(std::string_view line);
    void take_ticket(const boost::json::object& line);

    text_expander unpacking_;
    std::string rest_;  // of a line that has not ended
    std::vector<unsigned char> room_;
    boost::json::monotonic_resource memory_;
    recovered made_;
    std::uint64_t lines_ = 0;
    bool ended_ = false;
};

// The snapshot in this file; kind::broken when its SHA-256 is another or it cannot be read. It is
// read twice: nothing is expanded before its hash is known, as a few bytes of anybody's may make
// gigabytes.
journal_result<recovered> read_snapshot(disk& from, const std::string& path,
                                        std::string_view sha256);

}  // namespace rolloutd::daemon
