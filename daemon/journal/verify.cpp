#include "daemon/journal/verify.h"

#include <algorithm>
#include <map>

#include "daemon/journal/compact_json.h"
#include "daemon/journal/event_text.h"
#include "daemon/journal/line_reader.h"

namespace rolloutd::daemon {

namespace {

constexpr std::size_t read_step = std::size_t{1} << 20;

// "" when it is as the checkpoint says.
std::string wrong_with_snapshot(disk& from, const std::string& path, const std::string& wanted) {
    sha256 hasher;
    for (std::uint64_t at = 0;;) {
        const auto bytes = from.read(path, at, read_step);
        if (!bytes) return "its snapshot " + path + ": " + bytes.error().what;
        hasher.update(*bytes);
        at += bytes->size();
        if (bytes->size() < read_step) break;
    }
    if (hasher.finish() == wanted) return "";
    return "its snapshot " + path + " is not the one that the checkpoint names";
}

}  // namespace

class chain_check::body {
public:
    body(disk& from, verify_options how) : from_(from), how_(std::move(how)) {}

    const verified& seen() const { return seen_; }

    journal_result<bool> step(std::uint64_t bytes) {
        if (!listed_) {
            auto names = list_segments(from_, how_.folder);
            if (!names) return names.error();
            names_ = std::move(*names);
            listed_ = true;
        }
        for (std::uint64_t read = 0; read < bytes;) {
            if (!lines_ && (done() || next_ == names_.size())) return end();
            if (!lines_)
                if (auto wrong = open(names_[next_++])) return *wrong;
            auto line = lines_->next();
            if (!line) {
                if (is_gone()) continue;
                return line.error();
            }
            if (*line && !done()) {
                read += (*line)->size();
                if (seen_.records == 0) begin(first_, **line);
                if (auto wrong = one(**line, lines_->line() == 1)) return bad(*wrong);
                continue;
            }
            if (auto wrong = close()) return *wrong;
        }
        return false;
    }

private:
    bool done() const { return how_.until > 0 && seen_.last.seq >= how_.until; }

    // The oldest may be removed by a daemon that is alive, while it is read. What is left is a
    // journal that begins later.
    bool is_gone() {
        if (next_ == names_.size() || !is_removed(from_, how_.folder, names_[next_ - 1]))
            return false;
        lines_.reset();
        seen_ = {};
        at_next_ = false;
        met_ = false;
        last_at_.clear();
        tseq_.clear();
        return true;
    }

    std::optional<journal_failure> open(const std::string& name) {
        first_ = *parse_segment_name(name);
        lines_ = std::make_unique<line_reader>(from_, how_.folder + "/" + name);
        if (++seen_.files > 1 && first_ != seen_.last.seq + 1) return misplaced(first_);
        return std::nullopt;
    }

    std::optional<journal_failure> close() {
        const std::unique_ptr<line_reader> lines = std::move(lines_);
        if (done() || lines->tail() == 0) return std::nullopt;
        const bool last = next_ == names_.size();
        if (!last || !how_.live || is_compressed(lines->path())) {
            at_next_ = true;
            return bad("the file ends within a record, without LF", *lines, 1);
        }
        seen_.torn = true;
        return std::nullopt;
    }

    journal_result<bool> end() const {
        journal_failure failure(journal_failure::kind::broken, "");
        if (!how_.key.empty() && seen_.checkpoints_signed == 0) {
            failure.what = "no checkpoint is signed";
            return failure;
        }
        if (how_.kept && !met_) {
            failure.seq = how_.kept->seq;
            failure.what = how_.kept->seq > seen_.last.seq
                               ? "it was there once, but the journal ends before it"
                               : "it is no longer kept";
            return failure;
        }
        return true;
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
        if (how_.kept && seen_.last.seq == how_.kept->seq) {
            if (seen_.last.hash != how_.kept->hash)
                return "its hash is not the one that is known of it";
            met_ = true;
        }
        const bool checkpoint =
            line.substr(0, 96).find(",\"kind\":\"checkpoint\",") != std::string_view::npos;
        if (checkpoint && !first_in_file) return "a checkpoint stands within a file";
        if (checkpoint) return check(line);
        // A file that was begun after a failed write has none. It is the oldest where the one that
        // it belonged to was removed and the daemon died before it removed this one.
        if (seen_.records == 1 && seen_.first == 1)
            return "the journal does not begin with a checkpoint";
        return how_.deep ? form(line) : std::nullopt;
    }

    // The quick way for what the journal writes every day; what is unusual, or wrong, is parsed
    // whole, which also says what is wrong with it.
    std::optional<std::string> form(std::string_view line) {
        const compactness compact = check_compact(line);
        const std::optional<envelope_view> seen = view_envelope(line);
        const bool odd = compact.has_null && !(seen && seen->kind == "observe");
        if (!compact.well || !seen || odd || seen->ticket.find('\\') != std::string_view::npos) {
            const auto parsed = parse_record(line);
            if (!parsed) return parsed.error().what;
            return place(policies::to_text(parsed->head.at), parsed->head.ticket,
                         parsed->head.tseq);
        }
        if (!policies::parse_timestamp(seen->at)) return "its time cannot be read";
        return place(seen->at, seen->ticket, seen->tseq);
    }

    // Times are of one length, so that their text is in their order.
    std::optional<std::string> place(std::string_view at, std::string_view ticket,
                                     std::uint64_t tseq) {
        if (at < last_at_) return "its time lies before that of the record before";
        last_at_ = at;
        if (ticket.empty()) return std::nullopt;
        const auto known = tseq_.find(ticket);
        // Tickets of before the oldest kept file go on with a number that only a snapshot knows.
        const bool fits =
            known != tseq_.end() ? tseq == known->second + 1 : seen_.first != 1 || tseq == 1;
        if (!fits) return "its tseq " + std::to_string(tseq) + " does not follow";
        if (known != tseq_.end()) {
            known->second = tseq;
        } else {
            tseq_.emplace(ticket, tseq);
        }
        return std::nullopt;
    }

    std::optional<std::string> check(std::string_view line) {
        const auto parsed = parse_record(line);
        if (!parsed) return parsed.error().what;
        const auto body = parse_daemon_body(*parsed);
        if (!body) return body.error().what;
        const auto& what = std::get<checkpoint_body>(*body);
        ++seen_.checkpoints;
        if (what.previous != parsed->prev)
            return "the checkpoint names another record before it than the chain";
        if (how_.snapshots) {
            const std::string path = "snapshots/" + std::to_string(parsed->head.seq);
            std::string wrong = wrong_with_snapshot(from_, path, what.snapshot);
            if (!wrong.empty()) return wrong;
        }
        if (how_.deep)
            if (auto wrong = place(policies::to_text(parsed->head.at), "", 0)) return wrong;
        if (what.signature.empty()) {
            // What was written before there was a key, a later signature answers for.
            if (how_.key.empty() || seen_.checkpoints_signed == 0) return std::nullopt;
            return "it is not signed, though those before it are";
        }
        if (!how_.key.empty() && what.key != how_.key) return "it is signed with another key";
        const std::string_view open = line.substr(0, line.rfind(",\"signature\":\""));
        if (!signature_holds(open, what.signature, what.key)) return "its signature does not hold";
        ++seen_.checkpoints_signed;
        seen_.signed_until = parsed->head.seq;
        return std::nullopt;
    }

    journal_failure misplaced(sequence first) const {
        const sequence expected = seen_.last.seq + 1;
        journal_failure failure(
            journal_failure::kind::broken,
            first > expected ? "records " + std::to_string(expected) + " to " +
                                   std::to_string(first - 1) + " are missing before this file"
                             : "its name repeats a number; expected is " + segment_name(expected),
            lines_->path());
        failure.seq = expected;
        return failure;
    }

    journal_failure bad(std::string what) const { return bad(std::move(what), *lines_, 0); }

    journal_failure bad(std::string what, const line_reader& lines, int further) const {
        journal_failure failure(journal_failure::kind::broken, std::move(what), lines.path());
        failure.line = lines.line() + static_cast<std::uint64_t>(further);
        failure.seq = seen_.last.seq + (at_next_ ? 1 : 0);
        return failure;
    }

    disk& from_;
    verify_options how_;
    bool listed_ = false;
    std::vector<std::string> names_;
    std::size_t next_ = 0;
    std::unique_ptr<line_reader> lines_;
    sequence first_ = 0;  // of the file that is read
    verified seen_;
    sha256 hasher_;
    bool at_next_ = false;  // the record in question is not part of the chain yet
    bool met_ = false;      // the record that was kept
    std::string last_at_;
    std::map<std::string, std::uint64_t, std::less<>> tseq_;
};

chain_check::chain_check(disk& from, verify_options how)
    : inside_(std::make_unique<body>(from, std::move(how))) {}
chain_check::~chain_check() = default;
journal_result<bool> chain_check::step(std::uint64_t bytes) { return inside_->step(bytes); }
const verified& chain_check::seen() const { return inside_->seen(); }

journal_result<verified> verify_journal(disk& from, const verify_options& how) {
    chain_check check(from, how);
    for (;;) {
        const auto done = check.step(std::uint64_t{64} << 20);
        if (!done) return done.error();
        if (*done) return check.seen();
    }
}

}  // namespace rolloutd::daemon
