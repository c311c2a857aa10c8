#pragma once
// Events and the daemon's own records as bodies of journal lines, and back (docs/journal.md). Pure.
// A reading is written whole or as an RFC 7396 merge patch on the ticket's last one; messages and
// secret parameters only as hashes.

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/journal/bodies.h"
#include "daemon/journal/failure.h"
#include "daemon/journal/packed_text.h"
#include "daemon/journal/record.h"
#include "policies/event.h"

namespace rolloutd::daemon {

// What is never written in the clear.
struct redaction {
    std::vector<std::string> words;  // parts of parameter names, any case
    std::string salt;                // goes before the value of a parameter
    policies::reading operator()(policies::reading what) const;
    // Whether that would change anything.
    bool changes(const policies::reading& what) const;
};

// Whether the journal has the hash of a value in its place.
bool is_hashed(std::string_view text);

// The members beside the envelope. An observed reading stands whole in "reading".
boost::json::object body_of(const policies::event& what);
boost::json::object body_of(const daemon_body& what);

journal_result<policies::event> parse_event(const record& what);
// Of an `observe` that holds a change: the reading before it, with the change made. The same as
// record_reader gives, without the whole reading as a parsed value.
journal_result<policies::event> parse_change(const record& what, const policies::reading& before);
journal_result<daemon_body> parse_daemon_body(const record& what);

// Turns whole readings into patches as they are written.
class reading_writer {
public:
    // Replaces "reading" by "change" when the ticket's last reading stands in this file.
    boost::json::object shorten(const ticket_id& ticket, boost::json::object body);
    void forget(const ticket_id& ticket) { last_.erase(ticket); }
    void forget_all() { last_.clear(); }

private:
    text_packer packer_;
    // As packed text: a parsed value takes a hundred times as much, and is needed only when the
    // ticket has changed.
    std::map<ticket_id, std::string> last_;
};

// Turns patches into whole readings as records are read in order.
class record_reader {
public:
    // The record with "reading" in the place of "change". A failure when the patch has nothing to
    // stand on, as when reading began in the middle of a file.
    journal_result<record> complete(record what);

private:
    std::map<ticket_id, boost::json::object> last_;
};

}  // namespace rolloutd::daemon
