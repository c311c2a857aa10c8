#include "daemon/journal/fold.h"

#include "daemon/journal/event_text.h"
#include "daemon/journal/json_text.h"
#include "daemon/journal/line_reader.h"
#include "daemon/journal/words.h"

namespace rolloutd::daemon {

namespace json = boost::json;

namespace {

journal_failure damaged(std::string what, const line_reader& where, sequence seq) {
    journal_failure failure(journal_failure::kind::broken, std::move(what), where.path());
    failure.line = where.line();
    failure.seq = seq;
    return failure;
}

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
    void operator()(const policy_body& what) const {
        fleet.policies.emplace(what.file, what.sha256);
    }
    void operator()(const seen_body& what) const { fleet.seen_until = what.until; }
    void operator()(const freeze_body&) const {
        policies::fold_freeze(fleet.ledger, true, head.at);
    }
    void operator()(const thaw_body&) const { policies::fold_freeze(fleet.ledger, false, head.at); }
    void operator()(const breaker_body& what) const {
        policies::fold_breaker(fleet.ledger, what.open, what.reason);
    }
    void operator()(const repair_body&) const {}
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

std::optional<journal_failure> fold_whole(recovered& into, const record& what) {
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
        const auto event = parse_event(what);
        if (!event) return event.error();
        policies::ticket_state& state = into.tickets[head.ticket];
        state.id = head.ticket;
        policies::apply(state, *event, {head.seq, head.at});
        apply_to_fleet(into.fleet, head.ticket, *event, {head.seq, head.at});
        // A ticket that is let go and watched again is seen for the first time.
        if (head.kind == "unwatch") into.tickets.erase(head.ticket);
    } else if (is_daemon_body(head.kind)) {
        const auto body = parse_daemon_body(what);
        if (!body) return body.error();
        apply_to_fleet(into.fleet, head, *body);
        if (const auto* start = std::get_if<start_body>(&*body)) {
            const policies::event restarted = policies::restarted{start->seen_until};
            for (auto& [id, state] : into.tickets)
                policies::apply(state, restarted, {head.seq, head.at});
        }
        if (const auto* repair = std::get_if<repair_body>(&*body))
            into.started_anew = into.started_anew || repair->what == "broken";
    }
    into.last.seq = head.seq;
    into.last.hash = what.hash;
    into.last_at = head.at;
    ++into.folded;
    return std::nullopt;
}

// What is read, and the readings that changes stand on: a file that was begun after a failed write
// goes on with those of the file before it.
struct source {
    disk& from;
    record_reader readings;
};

// One file from its first record on. `last` tells whether a torn tail is tolerated.
std::optional<journal_failure> fold_segment(source& of, const std::string& name, bool last,
                                            recovered& into) {
    line_reader lines(of.from, "journal/" + name);
    sha256 hasher;
    chain where = into.last;
    into.segment = name;
    into.segment_begun.reset();
    if (parse_segment_name(name) != where.seq + 1)
        return journal_failure(journal_failure::kind::broken,
                               "its name is not the number of the record that comes next, " +
                                   std::to_string(where.seq + 1),
                               lines.path());
    for (;;) {
        auto line = lines.next();
        if (!line) return line.error();
        if (!*line) break;
        if (auto wrong = follow(where, **line, hasher))
            return damaged(*wrong, lines, where.seq + 1);
        auto parsed = parse_record(**line);
        if (parsed) parsed = of.readings.complete(std::move(*parsed));
        if (!parsed) return damaged(parsed.error().what, lines, where.seq);
        if (auto wrong = fold_whole(into, *parsed)) return damaged(wrong->what, lines, where.seq);
        if (!into.segment_begun) into.segment_begun = parsed->head.at;
    }
    into.segment_size = lines.offset();
    if (lines.tail() > 0) {
        if (!last) return damaged("the file ends within a record", lines, where.seq + 1);
        into.torn = torn_tail{lines.path(), lines.offset(), lines.tail()};
    }
    return std::nullopt;
}

// The state before a file's first record, when the file begins with a checkpoint whose snapshot is
// as it names it; nothing when another must be looked for.
std::optional<recovered> snapshot_before(disk& from, const std::string& name) {
    line_reader lines(from, "journal/" + name);
    const auto line = lines.next();
    if (!line || !*line) return std::nullopt;
    const auto first = parse_record(**line);
    if (!first || first->head.kind != "checkpoint") return std::nullopt;
    const auto body = parse_daemon_body(*first);
    const checkpoint_body* checkpoint = body ? std::get_if<checkpoint_body>(&*body) : nullptr;
    if (checkpoint == nullptr || checkpoint->previous != first->prev) return std::nullopt;
    const auto text =
        read_whole(from, "snapshots/" + std::to_string(first->head.seq), std::uint64_t{4} << 30);
    if (!text || sha256_of(*text) != checkpoint->snapshot) return std::nullopt;
    auto state = parse_snapshot(*text);
    if (!state) return std::nullopt;
    state->last.seq = first->head.seq - 1;
    state->last.hash = first->prev;
    state->verified_from = first->head.seq;
    return std::move(*state);
}

record_counts::listed counts_in(const json::object& fleet, std::string_view name) {
    const json::value* const found = fleet.if_contains(name);
    if (found == nullptr) throw text::unreadable(std::string(name) + " is missing");
    return text::from_json<record_counts::listed>(*found);
}

}  // namespace

void apply_to_fleet(fleet_state& fleet, const envelope& head, const daemon_body& what) {
    std::visit(apply_body{fleet, head}, what);
}

void apply_to_fleet(fleet_state& fleet, const ticket_id& ticket, const policies::event& what,
                    const policies::stamp& where) {
    policies::fold_fleet(fleet.ledger, ticket, what, where);
    if (std::holds_alternative<policies::held>(what)) fleet.held.insert(ticket);
    const bool over = std::holds_alternative<policies::unwatched>(what);
    if (over || std::holds_alternative<policies::released>(what)) fleet.held.erase(ticket);
    if (over) fleet.tseq.let_go(ticket);
}

void fold_record(recovered& into, const record& what) { fold_whole(into, what); }

journal_result<recovered> fold_journal(disk& from) {
    const auto names = list_segments(from, "journal");
    if (!names) return names.error();
    recovered state;
    std::size_t begin = 0;
    for (std::size_t n = names->size(); n > 0 && state.verified_from == 0; --n) {
        if (auto found = snapshot_before(from, (*names)[n - 1])) {
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
    source of{from, {}};
    for (std::size_t n = begin; n < names->size(); ++n) {
        const bool last = n + 1 == names->size();
        if (auto wrong = fold_segment(of, (*names)[n], last, state)) return *wrong;
    }
    return state;
}

BOOST_DESCRIBE_STRUCT(fleet_state, (), (journal, epoch, salt, seen_until, ledger, held))

std::string snapshot_text(const std::map<ticket_id, policies::ticket_state>& tickets,
                          const fleet_state& fleet) {
    std::string out = "{\"v\":1,\"fleet\":";
    json::object shared = text::write_members(fleet);
    json::object recorded;
    for (const auto& [file, digest] : fleet.policies) {
        json::value& digests = recorded[file];
        if (!digests.is_array()) digests = json::array();
        digests.get_array().push_back(json::value(digest));
    }
    shared.emplace("policies", std::move(recorded));
    shared.emplace("tseq", text::to_json(fleet.tseq.watched()));
    shared.emplace("tseq_past", text::to_json(fleet.tseq.past()));
    write_json(out, shared);
    out += ",\"tickets\":{";
    // Ticket by ticket, so that the whole fleet never stands in memory as a parsed value.
    const char* before = "";
    for (const auto& [id, state] : tickets) {
        out += before;
        write_json(out, json::value(id));
        out += ':';
        write_json(out, text::write_members(state, "id"));
        before = ",";
    }
    return out + "}}\n";
}

journal_result<recovered> parse_snapshot(std::string_view whole) {
    const journal_failure unreadable(journal_failure::kind::broken, "the snapshot cannot be read");
    if (!whole.empty() && whole.back() == '\n') whole.remove_suffix(1);
    const auto parsed = parse_json(whole);
    if (!parsed || !parsed->is_object()) return unreadable;
    try {
        recovered state;
        const json::object& members = parsed->get_object();
        if (!members.contains("fleet") || !members.contains("tickets")) return unreadable;
        state.fleet = text::from_json<fleet_state>(members.at("fleet"));
        const json::object fleet = text::from_json<json::object>(members.at("fleet"));
        if (const json::value* recorded = fleet.if_contains("policies"))
            for (const auto& file : text::from_json<json::object>(*recorded))
                for (const auto& digest : text::from_json<std::set<std::string>>(file.value()))
                    state.fleet.policies.emplace(std::string(file.key()), digest);
        auto numbered =
            record_counts::from(counts_in(fleet, "tseq"), counts_in(fleet, "tseq_past"));
        if (!numbered) return unreadable;
        state.fleet.tseq = std::move(*numbered);
        for (const auto& each : text::from_json<json::object>(members.at("tickets"))) {
            auto ticket = text::read_members<policies::ticket_state>(each.value());
            ticket.id = std::string(each.key());
            state.tickets.emplace(ticket.id, std::move(ticket));
        }
        return state;
    } catch (const text::unreadable& problem) {
        return journal_failure(journal_failure::kind::broken,
                               std::string("the snapshot cannot be read: ") + problem.what());
    }
}

}  // namespace rolloutd::daemon
