#pragma once
// One YAML file: its text, its tree, and the way from byte offsets to the lines and columns that
// people see. Pure: text in, values out. Made by parse(); read by the policy and the configuration
// loader.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "policies/diagnostic.h"
#include "policies/yaml/node.h"

namespace rolloutd::policies::yaml {

inline constexpr std::size_t max_file_bytes = std::size_t{1024} * 1024;
inline constexpr int max_depth = 64;

class document {
public:
    document() = default;
    document(source_file file, node root);

    const std::string& name() const { return file_.name; }
    const std::string& text() const { return file_.text; }
    const node& root() const { return root_; }

    // Line and column of a byte offset, in code points; a byte-order mark is not counted. Offsets
    // past the end give the end.
    position at(std::size_t byte) const;

    // The bytes of the file that gave bytes [within.begin, within.end) of the scalar's decoded
    // value. When that cannot be told, the scalar's first line.
    span locate(const node& scalar, span within) const;

    // An issue at a range of the file.
    issue make_issue(severity level, span where, std::string code, std::string message,
                     std::string hint = {}) const;

private:
    source_file file_;
    node root_;
    std::vector<std::size_t> lines_;  // the offset at which each line begins
};

struct parsed {
    document file;
    std::vector<issue> issues;
};

// Reads a YAML file as strictly as DESIGN §5 asks. Never throws for anything that a file can hold.
// Errors: "too-large", "not-utf-8", "bad-character", "syntax", "tag", "anchor", "alias",
// "duplicate-key", "second-document", "too-deep", "key-type". After a syntax error the tree holds
// what stood before it.
parsed parse(source_file file);

}  // namespace rolloutd::policies::yaml
