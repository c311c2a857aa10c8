#pragma once
// A closed file of the journal, compressed (docs/journal.md): one frame of zstd with the lines,
// then one that tools skip and that holds the SHA-256 of all before it, so that no byte of it can
// change unnoticed. Made on the helper thread, piece by piece; read by everything that reads
// segments.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "daemon/journal/digest.h"
#include "daemon/journal/disk.h"
#include "daemon/journal/zstd_stream.h"

namespace rolloutd::daemon {

class compressed_reader {
public:
    compressed_reader(disk& from, std::string path) : from_(from), path_(std::move(path)) {}

    // The next piece of the text, empty at the end; kind::broken when the file is not as it was
    // written.
    journal_result<std::string> more();

private:
    journal_result<void> load();
    journal_failure damaged(const std::string& what) const;

    disk& from_;
    std::string path_;
    text_expander unpacking_;
    sha256 hasher_;
    std::string raw_;
    std::size_t used_ = 0;              // of raw_
    std::optional<std::uint64_t> end_;  // where the frame with the hash begins
    std::uint64_t loaded_ = 0;
    bool checked_ = false;
};

// Makes `to` of the file `from`. Nothing is seen of it before it is whole and durable.
class file_compressor {
public:
    file_compressor(disk& files, std::string from, std::string to, std::string draft);

    // Goes on by a mebibyte. True when all is done: `to` is there, and so is `from` still. After a
    // failure the draft is gone, and there is no going on.
    journal_result<bool> step();

private:
    journal_result<bool> go_on();
    journal_result<void> put(bool last);

    disk& files_;
    std::string from_;
    std::string to_;
    std::string draft_;
    text_compressor packing_;
    sha256 hasher_;
    std::unique_ptr<disk_file> file_;
    std::uint64_t read_ = 0;
};

}  // namespace rolloutd::daemon
