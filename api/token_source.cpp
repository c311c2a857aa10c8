#include "api/token_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace rolloutd::api {
namespace {

constexpr std::size_t most_bytes = 64 * 1024;

class open_file {
public:
    explicit open_file(const std::string& path)
        // A FIFO in the place of the file must not stop the event loop, hence O_NONBLOCK.
        : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file() {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }

private:
    int number_;
};

std::string last_error() { return std::system_category().message(errno); }

failure bad_token(const std::string& path, const std::string& why) {
    return {origin::content, "bad_token_file", "token file " + path + ": " + why};
}

std::string_view trim_end(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.remove_suffix(1);
    return text;
}

}  // namespace

boost::asio::awaitable<result<std::string>> token_file::token() {
    // A stat and, rarely, one read of a small local file: not worth a trip to another thread.
    co_return read();
}

void token_file::rejected(std::string_view token) {
    if (token == cached_) cached_.clear();
}

result<std::string> token_file::read() {
    const open_file file(path_);
    if (file.number() < 0) return bad_token(path_, "cannot be opened: " + last_error());
    struct stat about{};
    if (::fstat(file.number(), &about) != 0)
        return bad_token(path_, "cannot be looked at: " + last_error());
    if (!S_ISREG(about.st_mode)) return bad_token(path_, "is not a regular file");
    const identity seen{about.st_dev, about.st_ino, about.st_size, about.st_mtim.tv_sec,
                        about.st_mtim.tv_nsec};
    if (!cached_.empty() && seen == cached_from_) return cached_;
    return read_anew(file.number(), seen);
}

result<std::string> token_file::read_anew(int file, const identity& seen) {
    std::string bytes(most_bytes + 1, '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::read(file, bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return bad_token(path_, "cannot be read: " + last_error());
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    if (filled > most_bytes) return bad_token(path_, "is larger than 64 KiB");
    const std::string_view token = trim_end(std::string_view(bytes).substr(0, filled));
    if (token.empty()) return bad_token(path_, "is empty");
    // Anything else could end the header and begin another.
    if (!std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; }))
        return bad_token(path_, "holds more than one word of visible ASCII characters");
    cached_ = token;
    cached_from_ = seen;
    return cached_;
}

}  // namespace rolloutd::api
