#pragma once
// One line of the journal: the envelope, the chain, and nothing of what the body means (DESIGN §9).
// Pure. The journal writes lines with it, recovery, verify, history and replay read them back.

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/journal/digest.h"
#include "daemon/journal/failure.h"
#include "policies/event.h"
#include "policies/time.h"

namespace rolloutd::daemon {

using policies::sequence;
using policies::ticket_id;
using policies::timestamp;

// A line with its LF is at most this long.
inline constexpr std::size_t record_limit = std::size_t{1} << 20;

// `,"hash":"<64 hex>"}`: what every line ends in, before the LF.
inline constexpr std::size_t ending_length = 75;

// What stands before the first record instead of a hash.
inline constexpr std::string_view no_hash =
    "0000000000000000000000000000000000000000000000000000000000000000";

struct envelope {
    sequence seq = 0;
    timestamp at;
    std::string kind;
    std::string ticket;      // empty for records of the daemon
    std::uint64_t tseq = 0;  // from 1 with a ticket, else 0
    bool operator==(const envelope&) const = default;
};

struct record {
    envelope head;
    boost::json::object body;
    std::string prev;
    std::string hash;
};

struct sealed_line {
    std::string text;  // ends in LF
    std::string hash;
};

// The line up to and without `,"prev"`: what a checkpoint's signature is made over.
std::string open_line(const envelope& head, const boost::json::object& body);

// Ends an open line: prev, hash, LF.
sealed_line seal(std::string open, std::string_view prev, sha256& hasher);

// "000000000041.jsonl"; closed ones may be compressed, "000000000041.jsonl.zst".
std::string segment_name(sequence first);
std::optional<sequence> parse_segment_name(std::string_view name);
inline constexpr std::string_view compressed_suffix = ".zst";
inline bool is_compressed(std::string_view name) { return name.ends_with(compressed_suffix); }

// Where the chain stands: what the next record must follow.
struct chain {
    sequence seq = 0;
    std::string hash{no_hash};
};

// Checks one line (without its LF) against the chain, by its fixed parts alone: the beginning
// `{"v":1,"seq":N,`, the ending, prev and hash. Advances the chain, or says what is wrong.
std::optional<std::string> follow(chain& where, std::string_view line, sha256& hasher);

// The envelope alone, of a line that follow() has passed, without parsing the rest: nothing when it
// is not written as the journal writes it. A ticket's id is given as it stands, escapes and all.
struct envelope_view {
    std::string_view at;
    std::string_view kind;
    std::string_view ticket;
    std::uint64_t tseq = 0;
};
std::optional<envelope_view> view_envelope(std::string_view line);

// The whole line (without its LF), strictly: UTF-8, no white space between tokens, envelope members
// in their order, no null. Does not check the hash. The body lies in `into`, which must outlive it:
// who reads many lines clears it after each.
journal_result<record> parse_record(std::string_view line, boost::json::storage_ptr into = {});

}  // namespace rolloutd::daemon
