#include "daemon/journal/compressed_file.h"

#include <algorithm>
#include <utility>

#include "config/address.h"

namespace rolloutd::daemon {

namespace {

constexpr std::size_t step_bytes = std::size_t{1} << 20;

// RFC 8878 §3.1.2: a magic number that tools skip, the length that follows, both little-endian.
constexpr std::string_view ending_head{"\x5E\x2A\x4D\x18\x40\x00\x00\x00", 8};
constexpr std::size_t ending_size = ending_head.size() + 64;

// More is not worth its time: the lines are as alike as they are.
constexpr int closed_file_level = 3;

}  // namespace

journal_result<std::string> compressed_reader::more() {
    for (;;) {
        if (used_ == raw_.size()) {
            if (auto done = load(); !done) return done.error();
            if (raw_.empty()) return std::string();
        }
        auto piece = unpacking_.feed(std::string_view(raw_).substr(used_));
        if (!piece || (piece->read == 0 && piece->text.empty()))
            return damaged("it is not what zstd has written");
        used_ += piece->read;
        if (!piece->text.empty()) return std::move(piece->text);
    }
}

journal_result<void> compressed_reader::load() {
    raw_.clear();
    used_ = 0;
    if (checked_) return {};
    if (!end_) {
        const auto size = from_.size(path_);
        if (!size) return size.error();
        if (*size < ending_size) return damaged("it is too short");
        end_ = *size - ending_size;
    }
    if (loaded_ < *end_) {
        const std::uint64_t left = *end_ - loaded_;
        auto bytes = from_.read(path_, loaded_, std::min<std::uint64_t>(step_bytes / 4, left));
        if (!bytes) return bytes.error();
        if (bytes->empty()) return damaged("it ends too soon");
        raw_ = std::move(*bytes);
        loaded_ += raw_.size();
        hasher_.update(raw_);
        return {};
    }
    const auto ending = from_.read(path_, *end_, ending_size + 1);
    if (!ending) return ending.error();
    if (*ending != std::string(ending_head) + hasher_.finish() || !unpacking_.complete())
        return damaged("it does not end in the hash of its bytes");
    checked_ = true;
    return {};
}

journal_failure compressed_reader::damaged(const std::string& what) const {
    return {journal_failure::kind::broken, "the compressed file is damaged: " + what, path_};
}

file_compressor::file_compressor(disk& files, std::string from, std::string to, std::string draft)
    : files_(files),
      from_(std::move(from)),
      to_(std::move(to)),
      draft_(std::move(draft)),
      packing_(closed_file_level) {}

journal_result<bool> file_compressor::step() {
    const auto done = go_on();
    if (done) return done;
    // On a full disk nobody else can write before its room is given back.
    file_.reset();
    static_cast<void>(files_.remove(draft_));
    return done;
}

journal_result<bool> file_compressor::go_on() {
    if (!file_) {
        if (auto gone = files_.remove(draft_); !gone) return gone.error();
        auto made = files_.create(draft_);
        if (!made) return made.error();
        file_ = std::move(*made);
    }
    const auto bytes = files_.read(from_, read_, step_bytes);
    if (!bytes) return bytes.error();
    read_ += bytes->size();
    packing_.append(*bytes);
    const bool last = bytes->size() < step_bytes;
    if (last) packing_.finish();
    if (auto done = put(last); !done) return done.error();
    if (!last) return false;
    if (auto done = file_->sync(); !done) return done.error();
    file_.reset();
    if (auto done = files_.rename(draft_, to_); !done) return done.error();
    if (auto done = files_.sync_folder(config::folder_of(to_)); !done) return done.error();
    return true;
}

journal_result<void> file_compressor::put(bool last) {
    std::string ready = packing_.take();
    hasher_.update(ready);
    if (last) ready += std::string(ending_head) + hasher_.finish();
    return file_->append(ready);
}

}  // namespace rolloutd::daemon
