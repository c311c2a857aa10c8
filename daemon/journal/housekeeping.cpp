#include "daemon/journal/housekeeping.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <charconv>
#include <utility>

#include "daemon/journal/line_reader.h"

namespace rolloutd::daemon {

namespace {

// Half a hundredth of a second of verifying.
constexpr std::uint64_t check_bytes = std::uint64_t{2} << 20;

// The newest file is written to, and the one before it is what a start reads when the newest
// snapshot is damaged: both stay as they are.
constexpr std::size_t untouched = 2;

const std::string draft = "snapshots/closed.tmp";

std::string path_of(const std::string& name) { return "journal/" + name; }

// The first record of a file; nothing when it cannot be read.
bool begins_with_checkpoint(disk& files, const std::string& name) {
    const auto first = first_record(files, path_of(name));
    return first && first->head.kind == "checkpoint";
}

// A snapshot's number is its whole name.
std::optional<sequence> parse_snapshot_name(const std::string& name) {
    sequence number = 0;
    const char* const end = name.data() + name.size();
    const auto read = std::from_chars(name.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return number;
}

}  // namespace

housekeeping::housekeeping(disk& files, boost::asio::any_io_executor loop,
                           boost::asio::any_io_executor worker, retention how)
    : files_(files), loop_(std::move(loop)), worker_(std::move(worker)), how_(how) {}

void housekeeping::check(chain until) {
    if (busy_ || until.seq == 0) return;
    verify_options how;
    how.snapshots = false;  // one that is lost is not missed: another was good
    how.until = until.seq;
    how.kept = std::move(until);
    checking_ = std::make_unique<chain_check>(files_, std::move(how));
    begin();
}

void housekeeping::tidy(timestamp now) {
    const bool wanted = how_.compress || how_.keep > how_.keep.zero() || how_.keep_bytes > 0;
    if (busy_ || damage_ || !wanted) return;
    now_ = now;
    begin();
}

void housekeeping::begin() {
    busy_ = true;
    post();
}

void housekeeping::post() {
    boost::asio::post(worker_, [self = shared_from_this()] {
        if (self->stopped_) return;
        auto done = self->piece();
        if (done && !*done) {
            self->post();
            return;
        }
        boost::asio::post(self->loop_,
                          [self, done = std::move(done)]() mutable { self->end(std::move(done)); });
    });
}

void housekeeping::end(journal_result<bool> how) {
    busy_ = false;
    const bool checked = checking_ != nullptr;
    checking_.reset();
    compressing_.reset();
    problem_ = how || checked ? "" : to_text(how.error());
    if (checked && !how && how.error().why == journal_failure::kind::broken) damage_ = how.error();
}

// True at the end.
journal_result<bool> housekeeping::piece() {
    if (checking_) return checking_->step(check_bytes);
    return tidy_piece();
}

journal_result<bool> housekeeping::tidy_piece() {
    const auto names = list_segments(files_, "journal");
    if (!names) return names.error();
    if (!compressing_) {
        if (auto done = drop_rubbish(*names); !done) return done.error();
        const auto removed = remove_oldest(*names);
        if (!removed) return removed.error();
        if (*removed) return false;
    }
    return compress_piece(*names);
}

// What a crash or a removal has left behind: drafts, and snapshots of files that are gone.
journal_result<void> housekeeping::drop_rubbish(const std::vector<std::string>& names) {
    if (names.empty()) return {};
    const sequence oldest = *parse_segment_name(names.front());
    const auto snapshots = files_.list("snapshots");
    if (!snapshots) return snapshots.error();
    for (const std::string& each : *snapshots) {
        const auto number = parse_snapshot_name(each);
        const bool of_none = number && *number < oldest;
        if (!of_none && !each.ends_with(".tmp")) continue;
        if (auto done = files_.remove("snapshots/" + each); !done) return done;
    }
    return {};
}

// Compressed first, so that the plain file goes only when the other is durable. False while there
// is more to do.
journal_result<bool> housekeeping::compress_piece(const std::vector<std::string>& names) {
    if (!how_.compress) return true;
    if (!compressing_) {
        const auto end =
            names.end() - static_cast<std::ptrdiff_t>(std::min(untouched, names.size()));
        const auto next =
            std::find_if(names.begin(), end, [](const auto& each) { return !is_compressed(each); });
        if (next == end) return true;
        closed_ = path_of(*next);
        compressing_ = std::make_unique<file_compressor>(
            files_, closed_, closed_ + std::string(compressed_suffix), draft);
    }
    const auto done = compressing_->step();
    if (!done) return done.error();
    if (!*done) return false;
    compressing_.reset();
    if (auto gone = files_.remove(closed_); !gone) return gone.error();
    if (auto synced = files_.sync_folder("journal"); !synced) return synced.error();
    return false;
}

// The oldest file, with those that belong to it, when it is due. True when some were removed.
journal_result<bool> housekeeping::remove_oldest(const std::vector<std::string>& names) {
    std::size_t until = 1;
    while (until < names.size() && !begins_with_checkpoint(files_, names[until]))
        ++until;
    // Two that begin with a checkpoint stay, and what follows them.
    std::size_t staying = 0;
    for (std::size_t n = until; n < names.size() && staying < untouched; ++n)
        staying += begins_with_checkpoint(files_, names[n]) ? 1 : 0;
    if (staying < untouched) return false;
    const auto due = is_due(names, until);
    if (!due) return due.error();
    if (!*due) return false;
    for (std::size_t n = 0; n < until; ++n) {
        const std::string path = path_of(segment_name(*parse_segment_name(names[n])));
        if (auto gone = files_.remove(path + std::string(compressed_suffix)); !gone)
            return gone.error();
        if (auto gone = files_.remove(path); !gone) return gone.error();
    }
    if (auto synced = files_.sync_folder("journal"); !synced) return synced.error();
    return true;
}

// Whether all records before file number `until` are too old, or there is too much.
journal_result<bool> housekeeping::is_due(const std::vector<std::string>& names,
                                          std::size_t until) {
    // What the removal of one that it belonged to has left behind.
    if (!begins_with_checkpoint(files_, names.front())) return true;
    if (how_.keep > how_.keep.zero()) {
        const auto next = first_record(files_, path_of(names[until]));
        if (next && next->head.at < now_ - how_.keep) return true;
    }
    if (how_.keep_bytes == 0) return false;
    std::uint64_t all = 0;
    for (const char* folder : {"journal", "snapshots"}) {
        const auto entries = files_.list(folder);
        if (!entries) return entries.error();
        for (const std::string& each : *entries) {
            const auto size = files_.size(std::string(folder) + "/" + each);
            all += size ? *size : 0;
        }
    }
    return all > how_.keep_bytes;
}

}  // namespace rolloutd::daemon
