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

// How a file begins. Only a record whose own hash holds says that: what was changed, or cannot be
// read, must not be taken for something that may go.
journal_result<envelope> first_of(disk& files, const std::string& name) {
    const sequence number = *parse_segment_name(name);
    line_reader lines(files, path_of(name));
    const auto line = lines.next();
    if (!line) return line.error();
    if (!*line) return lines.damaged("the file has no whole record", number);
    auto parsed = parse_record(**line);
    if (!parsed) return lines.damaged(parsed.error().what, number);
    chain before{number - 1, parsed->prev};
    sha256 hasher;
    if (auto wrong = follow(before, **line, hasher)) return lines.damaged(*wrong, number);
    return std::move(parsed->head);
}

bool is_checkpoint(const envelope& head) { return head.kind == "checkpoint"; }

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
    unchecked_ = std::move(until);
    begin_check();
}

void housekeeping::begin_check() {
    verify_options how;
    how.snapshots = false;  // one that is lost is not missed: another was good
    how.until = unchecked_->seq;
    how.kept = *unchecked_;
    checking_ = std::make_unique<chain_check>(files_, std::move(how));
    begin();
}

void housekeeping::tidy(timestamp now, bool writable) {
    if (busy_ || damage_) return;
    if (unchecked_) {
        begin_check();
        return;
    }
    if (!how_.compress && how_.keep <= how_.keep.zero() && how_.keep_bytes == 0) return;
    now_ = now;
    writable_ = writable;
    // The clock may be wrong, most of all at a boot: at most one file with what belongs to it goes
    // for its age each time, so that a person can notice.
    old_may_go_ = std::exchange(was_tidied_, true);
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
    const bool broken = !how && how.error().why == journal_failure::kind::broken;
    if (broken) damage_ = how.error();
    problem_ = how || broken ? "" : to_text(how.error());
    if (!checked) return;
    unverified_ = problem_;
    if (problem_.empty()) unchecked_.reset();
}

// True at the end.
journal_result<bool> housekeeping::piece() {
    if (checking_) return checking_->step(check_bytes);
    return tidy_piece();
}

// What is old goes first, as it need not be compressed; what is too much when nothing is left that
// would take less room.
journal_result<bool> housekeeping::tidy_piece() {
    if (compressing_) {
        if (auto done = compress_piece(); !done) return done.error();
        return false;
    }
    const auto names = list_segments(files_, "journal");
    // A strange file beside them is no damage of the record: it may be gone the next time.
    if (!names)
        return journal_failure(journal_failure::kind::disk, names.error().what, names.error().file);
    if (auto done = drop_rubbish(*names); !done) return done.error();
    const bool for_age = std::exchange(old_may_go_, false);
    if (!for_age && begin_compressing(*names)) return false;
    const auto group = oldest_group(*names);
    if (!group) return group.error();
    if (*group == 0) return !for_age;
    const auto due = for_age ? is_old(*names, *group) : is_too_much();
    if (!due) return due.error();
    if (!*due) return !for_age;
    if (auto done = remove(*names, *group); !done) return done.error();
    return false;
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

// False when there is nothing to compress, or no room to do it.
bool housekeeping::begin_compressing(const std::vector<std::string>& names) {
    if (!how_.compress || !writable_) return false;
    const auto end = names.end() - static_cast<std::ptrdiff_t>(std::min(untouched, names.size()));
    const auto next =
        std::find_if(names.begin(), end, [](const auto& each) { return !is_compressed(each); });
    if (next == end) return false;
    closed_ = path_of(*next);
    compressing_ = std::make_unique<file_compressor>(
        files_, closed_, closed_ + std::string(compressed_suffix), draft);
    return true;
}

// The plain file goes only when the other is durable.
journal_result<void> housekeeping::compress_piece() {
    const auto done = compressing_->step();
    if (!done) return done.error();
    if (!*done) return {};
    compressing_.reset();
    if (auto gone = files_.remove(closed_); !gone) return gone;
    return files_.sync_folder("journal");
}

// How many files the oldest one is together with those that belong to it; 0 when it has to stay:
// two that begin with a checkpoint do, and what follows them.
journal_result<std::size_t> housekeeping::oldest_group(const std::vector<std::string>& names) {
    // While writes fail the newest may turn out not to be on the disk.
    const std::size_t wanted = writable_ ? untouched : untouched + 1;
    std::size_t staying = 0;
    std::size_t group = 0;
    for (std::size_t n = 0; n < names.size(); ++n) {
        const auto first = first_of(files_, names[n]);
        // A write to the newest may have failed within its first line.
        if (!first && n + 1 == names.size()) return std::size_t{0};
        if (!first) return first.error();
        if (n > 0 && is_checkpoint(*first) && ++staying == wanted) return group;
        if (staying == 0) ++group;
    }
    return std::size_t{0};
}

// Whether all records of the group are.
journal_result<bool> housekeeping::is_old(const std::vector<std::string>& names,
                                          std::size_t group) {
    const auto oldest = first_of(files_, names.front());
    if (!oldest) return oldest.error();
    // A crash has left it behind when the one that it belonged to was removed.
    if (!is_checkpoint(*oldest)) return true;
    if (how_.keep <= how_.keep.zero()) return false;
    const auto next = first_of(files_, names[group]);
    if (!next) return next.error();
    return next->at < now_ - how_.keep;
}

journal_result<bool> housekeeping::is_too_much() {
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

// The oldest first, and each durably before the next, so that no crash leaves a gap.
journal_result<void> housekeeping::remove(const std::vector<std::string>& names,
                                          std::size_t group) {
    for (std::size_t n = 0; n < group; ++n) {
        const std::string path = path_of(segment_name(*parse_segment_name(names[n])));
        if (auto gone = files_.remove(path + std::string(compressed_suffix)); !gone) return gone;
        if (auto gone = files_.remove(path); !gone) return gone;
        if (auto synced = files_.sync_folder("journal"); !synced) return synced;
    }
    return {};
}

}  // namespace rolloutd::daemon
