#include "daemon/journal/fold.h"

#include <boost/json/monotonic_resource.hpp>

#include "daemon/journal/event_text.h"
#include "daemon/journal/line_reader.h"
#include "daemon/journal/snapshot.h"

namespace rolloutd::daemon {

namespace {

// The fleet's part of the daemon's own records.
struct apply_body {
    fleet_state& fleet;
    const envelope& head;

    void operator()(const start_body& what) const {
        fleet.journal = what.journal;
        fleet.epoch = what.epoch;
        fleet.salt = what.salt;
        policies::fold_start(fleet.ledger, head.at);
    }
    void operator()(const checkpoint_body& what) const {
        if (!what.journal.empty()) fleet.journal = what.journal;
    }
    void operator()(const policy_body&) const {}
    void operator()(const seen_body& what) const { fleet.seen_until = what.until; }
    void operator()(const freeze_body&) const {
        policies::fold_freeze(fleet.ledger, true, head.at);
    }
    void operator()(const thaw_body&) const { policies::fold_freeze(fleet.ledger, false, head.at); }
    void operator()(const breaker_body& what) const {
        policies::fold_breaker(fleet.ledger, what.open, what.reason);
    }
    // What rules had done and what people had forbidden stood in the chain that was set aside.
    void operator()(const repair_body& what) const {
        if (what.what == "broken")
            policies::fold_breaker(fleet.ledger, true, "the journal was set aside: " + what.reason);
    }
    void operator()(const stop_body&) const {}
    void operator()(const alert_body&) const {}
    void operator()(const reload_body&) const {}
};

bool is_ticket_event(std::string_view kind) {
    static const std::set<std::string_view> kinds{
        "watch",  "unwatch", "observe", "blind", "verdict", "decision", "intent",  "result",
        "effect", "notify",  "foreign", "hold",  "release", "operator", "proposal"};
    return kinds.contains(kind);
}

bool is_daemon_body(std::string_view kind) {
    static const std::set<std::string_view> kinds{"start", "stop",       "reload", "policy",
                                                  "seen",  "checkpoint", "repair", "freeze",
                                                  "thaw",  "breaker"};
    return kinds.contains(kind);
}

// `stands` holds the tickets of which the file has shown a whole reading: changes are made to it.
std::optional<journal_failure> fold_one(recovered& into, const record& what,
                                        std::set<ticket_id>& stands) {
    const envelope& head = what.head;
    if (!head.ticket.empty()) {
        const std::uint64_t expected = into.fleet.tseq.of(head.ticket) + 1;
        if (head.tseq != expected)
            return journal_failure(journal_failure::kind::broken,
                                   "its tseq is " + std::to_string(head.tseq) + ", expected is " +
                                       std::to_string(expected));
        into.fleet.tseq.set(head.ticket, head.tseq);
    }
    if (!head.ticket.empty() && is_ticket_event(head.kind)) {
        policies::ticket_state& state = into.tickets[head.ticket];
        const bool change = what.body.contains("change");
        if (change && !(stands.contains(head.ticket) && state.last))
            return journal_failure(
                journal_failure::kind::broken,
                "a change of " + head.ticket + " comes before any whole reading of it");
        // What is known of a ticket is its last recorded reading, so that a change is one to it.
        const auto event = change ? parse_change(what, *state.last) : parse_event(what);
        if (!event) return event.error();
        if (std::holds_alternative<policies::observed>(*event)) stands.insert(head.ticket);
        state.id = head.ticket;
        policies::apply(state, *event, {head.seq, head.at});
        apply_to_fleet(into.fleet, head.ticket, *event, {head.seq, head.at});
        // A ticket that is let go and watched again is seen for the first time.
        if (head.kind == "unwatch") {
            into.tickets.erase(head.ticket);
            stands.erase(head.ticket);
        }
    } else if (is_daemon_body(head.kind)) {
        const auto body = parse_daemon_body(what);
        if (!body) return body.error();
        apply_to_fleet(into.fleet, head, *body);
        if (head.kind == "checkpoint" || head.kind == "start") stands.clear();
        if (head.kind == "checkpoint") into.policies.clear();
        if (const auto* text = std::get_if<policy_body>(&*body))
            into.policies.emplace(text->file, text->sha256);
        if (const auto* start = std::get_if<start_body>(&*body)) {
            const policies::event restarted = policies::restarted{start->seen_until};
            for (auto& [id, state] : into.tickets)
                policies::apply(state, restarted, {head.seq, head.at});
        }
    }
    into.last.seq = head.seq;
    into.last.hash = what.hash;
    into.last_at = head.at;
    ++into.folded;
    return std::nullopt;
}

// What is read, and which tickets' changes have something to stand on: a file that was begun after
// a failed write goes on with those of the file before it.
struct source {
    disk& from;
    std::set<ticket_id> stands;
};

// Room for the parsed form of a line, used again for each.
class line_room {
public:
    boost::json::storage_ptr empty() {
        memory_.release();
        return &memory_;
    }

private:
    std::vector<unsigned char> room_ = std::vector<unsigned char>(std::size_t{256} << 10);
    boost::json::monotonic_resource memory_{room_.data(), room_.size()};
};

// One file from its first record on. `last` tells whether a torn tail is tolerated.
std::optional<journal_failure> fold_segment(source& of, const std::string& name, bool last,
                                            recovered& into) {
    line_reader lines(of.from, "journal/" + name);
    sha256 hasher;
    line_room room;
    chain where = into.last;
    into.segment = name;
    into.segment_begun.reset();
    into.segment_head = 0;
    bool in_head = true;
    if (parse_segment_name(name) != where.seq + 1)
        return journal_failure(journal_failure::kind::broken,
                               "its name is not the number of the record that comes next, " +
                                   std::to_string(where.seq + 1),
                               lines.path());
    for (;;) {
        auto line = lines.next();
        if (!line) return line.error();
        if (!*line) break;
        if (auto wrong = follow(where, **line, hasher)) return lines.damaged(*wrong, where.seq + 1);
        const auto parsed = parse_record(**line, room.empty());
        if (!parsed) return lines.damaged(parsed.error().what, where.seq);
        if (auto wrong = fold_one(into, *parsed, of.stands))
            return lines.damaged(wrong->what, where.seq);
        if (!into.segment_begun) into.segment_begun = parsed->head.at;
        const std::string& kind = parsed->head.kind;
        in_head = in_head && (kind == "checkpoint" || kind == "policy");
        if (in_head) into.segment_head = lines.offset();
    }
    into.segment_size = lines.offset();
    // A file that was closed and compressed is not written on.
    if (is_compressed(name)) into.segment.clear();
    if (lines.tail() > 0) {
        if (!last) return lines.damaged("the file ends within a record", where.seq + 1);
        into.torn = torn_tail{lines.path(), lines.offset(), lines.tail()};
    }
    return std::nullopt;
}

// A list that does not name the ticket any more is not somebody who says that rules may act on it.
bool ends_hold(const policies::event& what) {
    const auto* gone = std::get_if<policies::unwatched>(&what);
    const auto* act = std::get_if<policies::operated>(&what);
    return std::holds_alternative<policies::released>(what) ||
           (gone != nullptr && gone->reason != "removed") ||
           (act != nullptr && act->command == "remove");
}

}  // namespace

void apply_to_fleet(fleet_state& fleet, const envelope& head, const daemon_body& what) {
    std::visit(apply_body{fleet, head}, what);
}

void apply_to_fleet(fleet_state& fleet, const ticket_id& ticket, const policies::event& what,
                    const policies::stamp& where) {
    policies::fold_fleet(fleet.ledger, ticket, what, where);
    if (const auto* held = std::get_if<policies::held>(&what)) fleet.held[ticket] = *held;
    if (ends_hold(what)) fleet.held.erase(ticket);
    if (std::holds_alternative<policies::unwatched>(what)) fleet.tseq.let_go(ticket);
}

std::optional<recovered> snapshot_before(disk& from, const std::string& segment) {
    const auto first = first_record(from, segment);
    if (!first || first->head.kind != "checkpoint") return std::nullopt;
    const auto body = parse_daemon_body(*first);
    const checkpoint_body* checkpoint = body ? std::get_if<checkpoint_body>(&*body) : nullptr;
    if (checkpoint == nullptr || checkpoint->previous != first->prev) return std::nullopt;
    auto state =
        read_snapshot(from, "snapshots/" + std::to_string(first->head.seq), checkpoint->snapshot);
    if (!state) return std::nullopt;
    state->last.seq = first->head.seq - 1;
    state->last.hash = first->prev;
    state->verified_from = first->head.seq;
    return std::move(*state);
}

journal_result<recovered> fold_journal(disk& from) {
    const auto names = list_segments(from, "journal");
    if (!names) return names.error();
    recovered state;
    std::size_t begin = 0;
    for (std::size_t n = names->size(); n > 0 && state.verified_from == 0; --n) {
        if (auto found = snapshot_before(from, "journal/" + (*names)[n - 1])) {
            state = std::move(*found);
            begin = n - 1;
        }
    }
    if (state.verified_from == 0 && !names->empty() && parse_segment_name(names->front()) != 1U)
        return journal_failure(journal_failure::kind::broken,
                               "no checkpoint's snapshot is whole, and the records before this "
                               "file are not kept: nothing to start from",
                               "journal/" + names->front());
    state.verified_from = state.last.seq + 1;
    state.hash_before = state.last.hash;
    source of{from, {}};
    for (std::size_t n = begin; n < names->size(); ++n) {
        const bool last = n + 1 == names->size();
        if (auto wrong = fold_segment(of, (*names)[n], last, state)) return *wrong;
    }
    return state;
}

}  // namespace rolloutd::daemon
