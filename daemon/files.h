#pragma once
// Small files that the daemon and rolloutctl read whole: configuration, policies. Bounded; only
// regular files, so that a pipe or a device cannot hold the start up.

#include <optional>
#include <string>
#include <vector>

namespace rolloutd::daemon {

inline constexpr std::size_t most_file_bytes = std::size_t{1} << 20;

// `text`, or why there is none.
struct file_text {
    std::optional<std::string> text;
    std::string problem;  // "No such file or directory", "is larger than 1 MiB"
};

file_text read_file(const std::string& path, std::size_t most = most_file_bytes);

// The policies in a folder: *.yaml without *.test.yaml, not recursive, sorted by name, at most
// 1000. `problem` is empty when it could be listed.
struct folder_files {
    std::vector<std::string> paths;
    std::string problem;
};

// Follows links; false for what is not there or may not be looked at.
bool is_folder(const std::string& path);

folder_files policy_files(const std::string& folder);

}  // namespace rolloutd::daemon
