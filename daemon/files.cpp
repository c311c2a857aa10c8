#include "daemon/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace rolloutd::daemon {

namespace {

constexpr std::size_t most_files = 1000;

file_text problem_of(std::string text) { return {std::nullopt, std::move(text)}; }

file_text read_descriptor(int file, std::size_t most) {
    struct stat about{};
    if (::fstat(file, &about) != 0) return problem_of(std::strerror(errno));
    if (S_ISDIR(about.st_mode)) return problem_of("is a directory");
    if (!S_ISREG(about.st_mode)) return problem_of("is not a regular file");
    std::string text;
    std::array<char, 64 * 1024> piece{};
    for (;;) {
        const ssize_t got = ::read(file, piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return problem_of(std::strerror(errno));
        if (got == 0) return {std::move(text), ""};
        text.append(piece.data(), static_cast<std::size_t>(got));
        if (text.size() > most) {
            return problem_of("is larger than " + std::to_string(most >> 10) + " KiB");
        }
    }
}

bool is_policy_name(const std::string& name) {
    return name.ends_with(".yaml") && !name.ends_with(".test.yaml") && !name.starts_with(".");
}

}  // namespace

file_text read_file(const std::string& path, std::size_t most) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) return problem_of(std::strerror(errno));
    file_text result = read_descriptor(file, most);
    ::close(file);
    return result;
}

bool is_folder(const std::string& path) {
    struct stat about{};
    return ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

folder_files policy_files(const std::string& folder) {
    folder_files result;
    std::error_code error;
    std::filesystem::directory_iterator at(folder, error);
    for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
        if (!is_policy_name(at->path().filename().string())) continue;
        if (result.paths.size() == most_files) {
            result.problem = "holds more than " + std::to_string(most_files) + " policies";
            return result;
        }
        result.paths.push_back(at->path().string());
    }
    if (error) result.problem = error.message();
    std::sort(result.paths.begin(), result.paths.end());
    return result;
}

}  // namespace rolloutd::daemon
