#include "daemon/replay/journal_source.h"

#include <vector>

#include "daemon/journal/digest.h"
#include "daemon/journal/event_text.h"
#include "daemon/journal/line_reader.h"

namespace rolloutd::daemon {

namespace {

struct first_file {
    std::size_t segment = 0;
    std::optional<recovered> state;  // nothing at the journal's own beginning
};

// The newest file that begins before what is asked for; the oldest where there is no such file.
journal_result<first_file> choose_beginning(disk& from, const source_options& how,
                                            const std::vector<std::string>& names) {
    for (std::size_t n = how.since ? names.size() : 0; n > 1; --n) {
        const std::string path = how.folder + "/" + names[n - 1];
        const auto first = first_record(from, path);
        if (!first || first->head.at > *how.since) continue;
        if (auto state = snapshot_before(from, path)) return first_file{n - 1, std::move(state)};
    }
    for (std::size_t n = 0; n < names.size(); ++n) {
        if (parse_segment_name(names[n]) == 1U) return first_file{n, std::nullopt};
        if (auto state = snapshot_before(from, how.folder + "/" + names[n]))
            return first_file{n, std::move(state)};
    }
    return journal_failure(journal_failure::kind::broken,
                           "the records before this file are not kept, and no snapshot is whole: "
                           "there is nothing to replay from",
                           how.folder + "/" + names.front());
}

struct reading_place {
    chain last;
    record_reader readings;
    sha256 hasher;
    bool stopped = false;
};

journal_result<void> read_segment(disk& from, const std::string& path, const source_listener& to,
                                  reading_place& at) {
    line_reader lines(from, path);
    while (!at.stopped) {
        const auto line = lines.next();
        if (!line) return line.error();
        if (!*line) break;
        if (auto wrong = follow(at.last, **line, at.hasher))
            return lines.damaged(*wrong, at.last.seq + 1);
        auto parsed = parse_record(**line);
        if (parsed) parsed = at.readings.complete(std::move(*parsed));
        if (!parsed) return lines.damaged(parsed.error().what, at.last.seq);
        if (to.line) to.line(**line);
        at.stopped = !to.take(std::move(*parsed), {path, lines.line()});
    }
    return {};
}

}  // namespace

journal_result<void> read_records(disk& from, const source_options& how,
                                  const source_listener& to) {
    const auto names = list_segments(from, how.folder);
    if (!names) return names.error();
    if (names->empty()) return {};
    auto begin = choose_beginning(from, how, *names);
    if (!begin) return begin.error();
    reading_place at;
    if (begin->state) {
        at.last = begin->state->last;
        to.begin(std::move(*begin->state));
    }
    for (std::size_t n = begin->segment; n < names->size() && !at.stopped; ++n) {
        const auto read = read_segment(from, how.folder + "/" + (*names)[n], to, at);
        if (!read) return read.error();
    }
    return {};
}

}  // namespace rolloutd::daemon
