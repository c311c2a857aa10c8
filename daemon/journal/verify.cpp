#include "daemon/journal/verify.h"

#include <map>

#include "daemon/journal/event_text.h"
#include "daemon/journal/line_reader.h"

namespace rolloutd::daemon {

namespace {

class chain_check {
public:
    chain_check(disk& from, const verify_options& how) : from_(from), how_(how) {}

    journal_result<verified> run() {
        const auto names = list_segments(from_, how_.folder);
        if (!names) return names.error();
        for (std::size_t n = 0; n < names->size() && !done(); ++n)
            if (auto wrong = segment((*names)[n], n + 1 == names->size())) return *wrong;
        return seen_;
    }

private:
    bool done() const { return how_.until > 0 && seen_.last.seq >= how_.until; }

    std::optional<journal_failure> segment(const std::string& name, bool last) {
        const sequence first = *parse_segment_name(name);
        line_reader lines(from_, how_.folder + "/" + name);
        if (++seen_.files > 1 && first != seen_.last.seq + 1) return misplaced(lines, first);
        for (;;) {
            auto line = lines.next();
            if (!line) return line.error();
            if (!*line || done()) break;
            if (seen_.records == 0) begin(first, **line);
            if (auto wrong = one(**line, lines.line() == 1)) return bad(*wrong, lines);
        }
        if (done() || lines.tail() == 0) return std::nullopt;
        if (!last || !how_.live) {
            at_next_ = true;
            return bad("the file ends within a record, without LF", lines, true);
        }
        seen_.torn = true;
        return std::nullopt;
    }

    // The oldest file may begin anywhere: what was before it is no longer kept.
    void begin(sequence first, std::string_view line) {
        seen_.first = first;
        if (first == 1) return;
        seen_.last.seq = first - 1;
        if (const auto oldest = parse_record(line)) seen_.last.hash = oldest->prev;
    }

    std::optional<std::string> one(std::string_view line, bool first_in_file) {
        at_next_ = true;
        if (auto wrong = follow(seen_.last, line, hasher_)) return wrong;
        at_next_ = false;
        ++seen_.records;
        const bool checkpoint =
            line.substr(0, 96).find(",\"kind\":\"checkpoint\",") != std::string_view::npos;
        if (checkpoint && !first_in_file) return "a checkpoint stands within a file";
        if (checkpoint) return check(line);
        // A file that was begun after a failed write has none, but never the oldest.
        if (seen_.records == 1) return "the oldest file does not begin with a checkpoint";
        return how_.deep ? parse(line) : std::nullopt;
    }

    std::optional<std::string> parse(std::string_view line) {
        const auto parsed = parse_record(line);
        if (!parsed) return parsed.error().what;
        const envelope& head = parsed->head;
        if (head.at < last_at_) return "its time lies before that of the record before";
        last_at_ = head.at;
        if (head.ticket.empty()) return std::nullopt;
        const auto [place, fresh] = tseq_.try_emplace(head.ticket, head.tseq);
        // Tickets of before the oldest kept file go on with a number that only a snapshot knows.
        if (fresh ? seen_.first == 1 && head.tseq != 1 : head.tseq != place->second + 1)
            return "its tseq " + std::to_string(head.tseq) + " does not follow";
        place->second = head.tseq;
        return std::nullopt;
    }

    std::optional<std::string> check(std::string_view line) {
        const auto parsed = parse_record(line);
        if (!parsed) return parsed.error().what;
        const auto body = parse_daemon_body(*parsed);
        if (!body) return body.error().what;
        const auto& what = std::get<checkpoint_body>(*body);
        if (what.previous != parsed->prev)
            return "the checkpoint names another record before it than the chain";
        if (how_.snapshots) {
            const std::string path = "snapshots/" + std::to_string(parsed->head.seq);
            const auto snapshot = read_whole(from_, path, std::uint64_t{4} << 30);
            if (!snapshot) return "its snapshot " + path + ": " + snapshot.error().what;
            if (sha256_of(*snapshot) != what.snapshot)
                return "its snapshot " + path + " is not the one that the checkpoint names";
        }
        if (what.signature.empty())
            return how_.key.empty() ? std::nullopt : std::optional<std::string>("it is not signed");
        if (!how_.key.empty() && what.key != how_.key) return "it is signed with another key";
        const std::string_view open = line.substr(0, line.rfind(",\"signature\":\""));
        if (!signature_holds(open, what.signature, what.key)) return "its signature does not hold";
        ++seen_.checkpoints_signed;
        return std::nullopt;
    }

    journal_failure misplaced(const line_reader& lines, sequence first) const {
        const sequence expected = seen_.last.seq + 1;
        journal_failure failure(
            journal_failure::kind::broken,
            first > expected ? "records " + std::to_string(expected) + " to " +
                                   std::to_string(first - 1) + " are missing before this file"
                             : "its name repeats a number; expected is " + segment_name(expected),
            lines.path());
        failure.seq = expected;
        return failure;
    }

    journal_failure bad(std::string what, const line_reader& lines, bool torn = false) const {
        journal_failure failure(journal_failure::kind::broken, std::move(what), lines.path());
        failure.line = lines.line() + (torn ? 1 : 0);
        failure.seq = seen_.last.seq + (at_next_ ? 1 : 0);
        return failure;
    }

    disk& from_;
    const verify_options& how_;
    verified seen_;
    sha256 hasher_;
    bool at_next_ = false;  // the record in question is not part of the chain yet
    timestamp last_at_ = timestamp::min();
    std::map<std::string, std::uint64_t, std::less<>> tseq_;
};

}  // namespace

journal_result<verified> verify_journal(disk& from, const verify_options& how) {
    return chain_check(from, how).run();
}

bool daemon_is_alive(disk& state) {
    const auto lock = state.lock("lock");
    return !lock && lock.error().why == journal_failure::kind::locked;
}

}  // namespace rolloutd::daemon
