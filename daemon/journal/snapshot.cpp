#include "daemon/journal/snapshot.h"

#include <functional>
#include <utility>

#include "daemon/journal/text_json.h"

namespace rolloutd::daemon {

namespace json = boost::json;

namespace {

constexpr std::string_view first_line = "{\"v\":2}\n";

// A ticket has at most 200 instances, each with a rule or two; the fleet's line names all tickets.
constexpr std::size_t longest_line = std::size_t{64} << 20;

constexpr std::size_t piece = std::size_t{1} << 20;

journal_failure unreadable_because(const std::string& why) {
    return {journal_failure::kind::broken, "the snapshot cannot be read: " + why};
}

journal_result<void> for_each_piece(
    disk& from, const std::string& path,
    const std::function<journal_result<void>(std::string_view)>& take) {
    for (std::uint64_t at = 0;; at += piece) {
        const auto bytes = from.read(path, at, piece);
        if (!bytes) return bytes.error();
        if (auto done = take(*bytes); !done) return done.error();
        if (bytes->size() < piece) return {};
    }
}

const json::value& required(const json::object& line, std::string_view name) {
    const json::value* const found = line.if_contains(name);
    if (found == nullptr) throw text::unreadable(std::string(name) + " is missing");
    return *found;
}

}  // namespace

BOOST_DESCRIBE_STRUCT(fleet_state, (), (journal, epoch, salt, seen_until, ledger, held))

snapshot_writer::snapshot_writer(std::optional<redaction> hide) : hide_(std::move(hide)) {
    packing_.append(first_line);
}

void snapshot_writer::ticket(const ticket_id& id, const policies::ticket_state* state,
                             const record_counts& count) {
    line_ = "{\"ticket\":";
    write_json(line_, json::value(id));
    line_ += ",\"tseq\":" + std::to_string(count.of(id));
    if (!count.is_watched(id)) line_ += ",\"past\":true";
    if (state != nullptr) {
        line_ += ",\"state\":";
        if (hide_ && state->last && hide_->changes(*state->last)) {
            policies::ticket_state shown = *state;
            shown.last = (*hide_)(std::move(*shown.last));
            text::write_members_text(line_, shown, "id");
        } else {
            text::write_members_text(line_, *state, "id");
        }
    }
    line_ += "}\n";
    put();
}

void snapshot_writer::past(const record_counts::listed& some) {
    if (some.empty()) return;
    line_ = "{\"past\":";
    write_json(line_, text::to_json(some));
    line_ += "}\n";
    put();
}

std::string snapshot_writer::finish(const fleet_state& fleet) {
    line_ = "{\"fleet\":";
    write_json(line_, text::write_members(fleet));
    line_ += "}\n";
    put();
    packing_.finish();
    return packing_.take();
}

void snapshot_writer::put() {
    text_bytes_ += line_.size();
    packing_.append(line_);
}

snapshot_reader::snapshot_reader()
    : room_(std::size_t{512} << 10), memory_(room_.data(), room_.size()) {}

journal_result<void> snapshot_reader::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto more = unpacking_.feed(bytes);
        if (!more) return unreadable_because("it is not what zstd has written");
        if (more->read == 0 && more->text.empty())
            return unreadable_because("something follows its end");
        bytes.remove_prefix(more->read);
        rest_ += more->text;
        std::size_t at = 0;
        try {
            for (std::size_t end = rest_.find('\n'); end != std::string::npos;
                 end = rest_.find('\n', at)) {
                take(std::string_view(rest_).substr(at, end - at));
                at = end + 1;
            }
        } catch (const text::unreadable& problem) {
            return unreadable_because("line " + std::to_string(lines_) + ": " + problem.what());
        }
        rest_.erase(0, at);
        if (rest_.size() > longest_line) return unreadable_because("a line is too long");
    }
    return {};
}

journal_result<recovered> snapshot_reader::finish() {
    if (!ended_ || !rest_.empty() || !unpacking_.complete())
        return unreadable_because("its end is missing");
    return std::move(made_);
}

void snapshot_reader::take(std::string_view line) {
    ++lines_;
    if (ended_) throw text::unreadable("something follows the fleet");
    if (lines_ == 1) {
        if (line != first_line.substr(0, first_line.size() - 1))
            throw text::unreadable("it is of another version");
        return;
    }
    memory_.release();
    const auto parsed = parse_json(line, &memory_);
    if (!parsed || !parsed->is_object()) throw text::unreadable("it is not a JSON object");
    const json::object& members = parsed->get_object();
    if (members.contains("ticket")) {
        take_ticket(members);
    } else if (const json::value* past = members.if_contains("past")) {
        for (const auto& [hash, count] : text::from_json<record_counts::listed>(*past))
            if (!made_.fleet.tseq.add_past(hash, count)) throw text::unreadable("not a hash");
    } else {
        record_counts counts = std::move(made_.fleet.tseq);
        made_.fleet = text::from_json<fleet_state>(required(members, "fleet"));
        made_.fleet.tseq = std::move(counts);
        ended_ = true;
    }
}

void snapshot_reader::take_ticket(const json::object& line) {
    const auto id = text::from_json<std::string>(required(line, "ticket"));
    const auto count = text::from_json<std::uint64_t>(required(line, "tseq"));
    if (count > 0) made_.fleet.tseq.set(id, count);
    if (line.contains("past")) made_.fleet.tseq.let_go(id);
    const json::value* const state = line.if_contains("state");
    if (state == nullptr) {
        made_.tickets.erase(id);
        return;
    }
    auto ticket = text::read_members<policies::ticket_state>(*state);
    ticket.id = id;
    made_.tickets.insert_or_assign(id, std::move(ticket));
}

journal_result<recovered> read_snapshot(disk& from, const std::string& path,
                                        std::string_view sha256_wanted) {
    sha256 hasher;
    const auto hashed = for_each_piece(from, path, [&](std::string_view bytes) {
        hasher.update(bytes);
        return journal_result<void>();
    });
    if (!hashed) return hashed.error();
    if (hasher.finish() != sha256_wanted)
        return unreadable_because("it is not the one that the checkpoint names");
    snapshot_reader reader;
    const auto read =
        for_each_piece(from, path, [&](std::string_view bytes) { return reader.feed(bytes); });
    if (!read) return read.error();
    return reader.finish();
}

std::string snapshot_text(const std::map<ticket_id, policies::ticket_state>& tickets,
                          const fleet_state& fleet) {
    snapshot_writer writer(std::nullopt);
    for (const auto& [id, state] : tickets)
        writer.ticket(id, &state, fleet.tseq);
    for (const auto& [id, count] : fleet.tseq.watched())
        if (!tickets.contains(id)) writer.ticket(id, nullptr, fleet.tseq);
    writer.past(fleet.tseq.past_after("", std::string::npos));
    return writer.finish(fleet);
}

journal_result<recovered> parse_snapshot(std::string_view whole) {
    snapshot_reader reader;
    if (auto done = reader.feed(whole); !done) return done.error();
    return reader.finish();
}

}  // namespace rolloutd::daemon
