#include "daemon/journal/repair.h"

#include <algorithm>
#include <map>

#include "daemon/journal/event_text.h"
#include "daemon/journal/line_reader.h"

namespace rolloutd::daemon {

namespace {

// A name that nothing in the folder has yet.
journal_result<std::string> free_name(disk& files, const std::string& folder,
                                      const std::string& wish) {
    const auto names = files.list(folder);
    if (!names) return names.error();
    std::string name = wish;
    for (int n = 2; std::ranges::find(*names, name) != names->end(); ++n)
        name = wish + "." + std::to_string(n);
    return folder + "/" + name;
}

// The segments among the names, in their order; of one in both forms the plain one. In a damaged
// journal there may be anything beside them.
std::map<sequence, std::string> segments_among(const std::vector<std::string>& names) {
    std::map<sequence, std::string> segments;
    for (const std::string& name : names) {
        const auto first = parse_segment_name(name);
        if (!first) continue;
        if (is_compressed(name)) {
            segments.try_emplace(*first, name);
        } else {
            segments.insert_or_assign(*first, name);
        }
    }
    return segments;
}

// How far the chain is whole, from the oldest file on, and whose it was.
struct good_part {
    chain last;
    std::string journal;
    std::uint64_t epoch = 0;
};

good_part read_good_part(disk& files, const std::string& folder,
                         const std::vector<std::string>& names) {
    good_part good;
    sha256 hasher;
    for (const auto& [first, name] : segments_among(names)) {
        line_reader lines(files, folder + "/" + name);
        for (auto line = lines.next(); line && *line; line = lines.next()) {
            if (good.last.seq == 0 && first > 1) {
                const auto oldest = parse_record(**line);
                if (!oldest) return good;
                good.last = {first - 1, oldest->prev};
            }
            if (follow(good.last, **line, hasher)) return good;
            if ((**line).substr(0, 96).find("\"kind\":\"start\"") == std::string_view::npos)
                continue;
            const auto parsed = parse_record(**line);
            if (!parsed) return good;
            const auto body = parse_daemon_body(*parsed);
            if (!body) return good;
            good.journal = std::get<start_body>(*body).journal;
            good.epoch = std::get<start_body>(*body).epoch;
        }
    }
    return good;
}

repair_body broken_chain(const good_part& good, const std::string& moved_to) {
    repair_body repaired;
    repaired.what = "broken";
    repaired.moved_to = moved_to;
    repaired.last_journal = good.journal;
    repaired.last_seq = good.last.seq;
    repaired.last_hash = good.last.hash;
    repaired.last_epoch = good.epoch;
    return repaired;
}

journal_result<void> move_all(disk& files, const std::string& from, const std::string& to) {
    const auto names = files.list(from);
    if (!names) return names.error();
    if (auto done = files.make_folder(to); !done) return done;
    for (const std::string& name : *names)
        if (auto done = files.rename(from + "/" + name, to + "/" + name); !done) return done;
    if (auto done = files.sync_folder(to); !done) return done;
    return files.sync_folder(from);
}

}  // namespace

journal_result<std::optional<repair_body>> set_torn_tail_aside(disk& files, recovered& state) {
    std::optional<repair_body> repaired;
    if (state.torn) {
        const torn_tail torn = *state.torn;
        const auto bytes = files.read(torn.file, torn.offset, static_cast<std::size_t>(torn.bytes));
        if (!bytes) return bytes.error();
        const auto place =
            free_name(files, "torn", state.segment + "." + std::to_string(torn.offset));
        if (!place) return place.error();
        if (auto done = write_whole(files, *place, *bytes); !done) return done.error();
        repaired.emplace();
        repaired->what = "torn";
        repaired->file = torn.file;
        repaired->offset = torn.offset;
        repaired->bytes = torn.bytes;
        repaired->moved_to = *place;
    }
    if (state.segment.empty()) return repaired;
    const std::string path = "journal/" + state.segment;
    if (state.segment_size == 0) {
        if (auto done = files.remove(path); !done) return done.error();
        if (auto done = files.sync_folder("journal"); !done) return done.error();
        state.segment.clear();
        return repaired;
    }
    auto file = files.open(path);
    if (!file) return file.error();
    if (state.torn) {
        if (auto done = (*file)->truncate(state.segment_size); !done) return done.error();
    }
    // What was read may not be on the disk yet, neither its bytes nor its name: the process before
    // this one may have died between write and fsync.
    if (auto done = (*file)->sync(); !done) return done.error();
    if (auto done = files.sync_folder("journal"); !done) return done.error();
    return repaired;
}

journal_result<repair_body> set_broken_chain_aside(disk& files, const journal_failure& found,
                                                   const std::string& reason) {
    const auto names = files.list("journal");
    if (!names) return names.error();
    const good_part good = read_good_part(files, "journal", *names);
    if (auto done = files.make_folder("broken"); !done) return done.error();
    const auto place = free_name(files, "broken", "after-" + std::to_string(good.last.seq));
    if (!place) return place.error();
    if (auto done = files.make_folder(*place); !done) return done.error();
    if (auto done = files.sync_folder("broken"); !done) return done.error();
    if (auto done = files.sync_folder("."); !done) return done.error();
    for (const std::string& folder : {std::string("journal"), std::string("snapshots")})
        if (auto done = move_all(files, folder, *place + "/" + folder); !done) return done.error();
    if (auto done = files.sync_folder(*place); !done) return done.error();
    repair_body repaired = broken_chain(good, *place);
    repaired.file = found.file;
    repaired.reason = reason;
    repaired.detail = to_text(found);
    return repaired;
}

journal_result<std::optional<repair_body>> find_unrecorded_repair(disk& files) {
    const auto places = files.list("broken");
    if (!places) return places.error();
    std::optional<repair_body> latest;
    for (const std::string& each : *places) {
        const std::string folder = "broken/" + each + "/journal";
        const auto names = files.list(folder);
        if (!names) return names.error();
        repair_body found = broken_chain(read_good_part(files, folder, *names), "broken/" + each);
        if (!latest || latest->last_epoch <= found.last_epoch) latest = std::move(found);
    }
    if (latest) {
        latest->reason = "an earlier start was asked to";
        latest->detail = "it ended before that was recorded";
    }
    return latest;
}

}  // namespace rolloutd::daemon
