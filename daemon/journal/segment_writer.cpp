#include "daemon/journal/segment_writer.h"

#include <utility>

namespace rolloutd::daemon {

segment_writer::segment_writer(disk& files, std::string segment, std::uint64_t size)
    : files_(files), segment_(std::move(segment)), durable_(size) {}

std::optional<journal_failure> segment_writer::commit(const segment_part& what) {
    if (auto done = write(what); !done) return done.error();
    return std::nullopt;
}

// What a failed write or fsync left behind is in doubt: it must be gone before the same records are
// written elsewhere, or a crash would show them twice.
journal_result<void> segment_writer::cut() {
    const std::string path = "journal/" + segment_;
    if (durable_ == 0) {
        file_.reset();
        if (auto done = files_.remove(path); !done) return done;
        if (auto done = files_.sync_folder("journal"); !done) return done;
    } else {
        if (!file_) {
            auto opened = files_.open(path);
            if (!opened) return opened.error();
            file_ = std::move(*opened);
        }
        if (auto done = file_->truncate(durable_); !done) return done;
        if (auto done = file_->sync(); !done) return done;
        file_.reset();
    }
    segment_.clear();
    cut_due_ = false;
    return {};
}

journal_result<void> segment_writer::begin(const segment_part& what) {
    file_.reset();
    if (what.begins) {
        const std::string path = "snapshots/" + std::to_string(what.first);
        if (auto done = write_whole(files_, path, what.snapshot); !done) return done;
    }
    segment_ = segment_name(what.first);
    durable_ = 0;
    auto created = files_.create("journal/" + segment_);
    if (!created) {
        segment_.clear();
        return created.error();
    }
    file_ = std::move(*created);
    unnamed_ = true;
    return {};
}

journal_result<void> segment_writer::write(const segment_part& what) {
    if (cut_due_) {
        if (auto done = cut(); !done) return done;
    }
    if (what.begins || segment_.empty()) {
        if (auto done = begin(what); !done) return done;
    } else if (!file_) {
        auto opened = files_.open("journal/" + segment_);
        if (!opened) return opened.error();
        file_ = std::move(*opened);
    }
    cut_due_ = true;
    if (auto done = file_->append(what.lines); !done) return done;
    if (auto done = file_->sync(); !done) return done;
    if (unnamed_) {
        if (auto done = files_.sync_folder("journal"); !done) return done;
        unnamed_ = false;
    }
    cut_due_ = false;
    durable_ += what.lines.size();
    return {};
}

}  // namespace rolloutd::daemon
