#include "daemon/journal/line_reader.h"

#include <algorithm>
#include <utility>

namespace rolloutd::daemon {

namespace {

constexpr std::size_t step = std::size_t{1} << 20;

}  // namespace

line_reader::line_reader(disk& from, std::string path) : from_(from), path_(std::move(path)) {
    if (is_compressed(path_)) packed_ = std::make_unique<compressed_reader>(from_, path_);
}

journal_result<std::optional<std::string_view>> line_reader::next() {
    for (;;) {
        const std::string_view rest = std::string_view(buffer_).substr(at_);
        const std::size_t found = rest.find('\n');
        if (found == std::string_view::npos && rest.size() > record_limit && !ended_ && !packed_) {
            const auto more_lines = has_more_lines();
            if (!more_lines) return more_lines.error();
            if (!*more_lines) return std::optional<std::string_view>();
        }
        const bool cut = rest.size() > record_limit && !ended_;
        if (found != std::string_view::npos || cut) {
            const std::size_t length = std::min(found, rest.size());
            const std::size_t taken = found == std::string_view::npos ? length : length + 1;
            at_ += taken;
            offset_ += taken;
            ++line_;
            return std::optional(rest.substr(0, length));
        }
        if (ended_) return std::optional<std::string_view>();
        buffer_.erase(0, at_);
        at_ = 0;
        const auto piece = more();
        if (!piece) return piece.error();
        loaded_ += piece->size();
        buffer_ += *piece;
    }
}

journal_result<std::string> line_reader::more() {
    if (!packed_) {
        auto bytes = from_.read(path_, loaded_, step);
        const std::string other = path_ + std::string(compressed_suffix);
        if (bytes || !from_.size(other)) {
            ended_ = bytes && bytes->size() < step;
            return bytes;
        }
        path_ = other;
        packed_ = std::make_unique<compressed_reader>(from_, path_);
        skip_ = loaded_;
    }
    return more_of_the_compressed();
}

journal_result<std::string> line_reader::more_of_the_compressed() {
    for (;;) {
        auto text = packed_->more();
        if (!text) return text;
        if (text->empty() && skip_ > 0)
            return damaged("the compressed file has less in it than there was", 0);
        if (text->empty() || text->size() > skip_) {
            text->erase(0, static_cast<std::size_t>(skip_));
            skip_ = 0;
            ended_ = text->empty();
            return text;
        }
        skip_ -= text->size();
    }
}

// Whether an LF is still to come. When none is, the rest is the tail, and counted but not kept.
journal_result<bool> line_reader::has_more_lines() {
    for (std::uint64_t at = loaded_;;) {
        const auto more = from_.read(path_, at, step);
        if (!more) return more.error();
        if (more->find('\n') != std::string::npos) return true;
        at += more->size();
        if (more->size() == step) continue;
        loaded_ = at;
        ended_ = true;
        return false;
    }
}

journal_failure line_reader::damaged(std::string what, std::uint64_t seq) const {
    journal_failure failure(journal_failure::kind::broken, std::move(what), path_);
    failure.line = line_;
    failure.seq = seq;
    return failure;
}

std::optional<record> first_record(disk& from, const std::string& path) {
    line_reader lines(from, path);
    const auto line = lines.next();
    if (!line || !*line) return std::nullopt;
    auto parsed = parse_record(**line);
    if (!parsed) return std::nullopt;
    return std::move(*parsed);
}

journal_result<std::vector<std::string>> list_segments(disk& from, const std::string& folder) {
    auto names = from.list(folder);
    if (!names) return names.error();
    for (const std::string& name : *names)
        if (!parse_segment_name(name))
            return journal_failure(journal_failure::kind::broken,
                                   "the folder holds a file that is no journal segment",
                                   folder + "/" + name);
    // "…jsonl" comes before "…jsonl.zst".
    std::ranges::sort(*names, {}, [](const std::string& name) {
        return std::pair(*parse_segment_name(name), is_compressed(name));
    });
    const auto twice = std::ranges::unique(*names, {}, parse_segment_name);
    names->erase(twice.begin(), twice.end());
    return std::move(*names);
}

bool is_removed(disk& from, const std::string& folder, const std::string& name) {
    const auto now = list_segments(from, folder);
    return now && !now->empty() && parse_segment_name(now->front()) > parse_segment_name(name);
}

}  // namespace rolloutd::daemon
