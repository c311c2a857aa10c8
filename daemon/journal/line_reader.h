#pragma once
// Lines of a file of the journal, compressed or not, in big steps and bounded memory. Used by fold,
// verify, history and replay. Where a file has been compressed since it was listed, or since it was
// opened, that one is read on.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/journal/compressed_file.h"
#include "daemon/journal/disk.h"
#include "daemon/journal/record.h"

namespace rolloutd::daemon {

class line_reader {
public:
    line_reader(disk& from, std::string path);

    // The next line without its LF, good until the next call; nothing at the end, or when the rest
    // has no LF, however long (see tail). A line beyond the limit of records is given cut.
    journal_result<std::optional<std::string_view>> next();

    std::uint64_t line() const { return line_; }      // number of the last one given, from 1
    std::uint64_t offset() const { return offset_; }  // where the next line begins in the text
    std::uint64_t tail() const { return loaded_ - offset_; }  // bytes after the last LF
    const std::string& path() const { return path_; }
    // That the line given last is no good; `seq` is the record's that is or should be there.
    journal_failure damaged(std::string what, std::uint64_t seq) const;

private:
    journal_result<bool> has_more_lines();
    journal_result<std::string> more();
    journal_result<std::string> more_of_the_compressed();

    disk& from_;
    std::string path_;
    std::unique_ptr<compressed_reader> packed_;
    std::string buffer_;
    std::size_t at_ = 0;
    std::uint64_t loaded_ = 0;
    std::uint64_t skip_ = 0;  // of the compressed file's text: it has been read from the plain one
    std::uint64_t offset_ = 0;
    std::uint64_t line_ = 0;
    bool ended_ = false;
};

// The record that a file begins with; nothing when it has none or cannot be read.
std::optional<record> first_record(disk& from, const std::string& path);

// The segments of a folder in the order of their numbers; a failure for a name that is none. Of one
// that is there in both forms the plain one, as the other may not be whole.
journal_result<std::vector<std::string>> list_segments(disk& from, const std::string& folder);

// Whether a segment that was listed is no longer kept: it and all before it are gone, because a
// daemon that is alive has removed the oldest.
bool is_removed(disk& from, const std::string& folder, const std::string& name);

}  // namespace rolloutd::daemon
