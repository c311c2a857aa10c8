#include "api/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace rolloutd::api {
namespace {

constexpr std::size_t most_secret_bytes = 64 * 1024;

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

// The buffer that the file passes through, wiped like the secret itself.
class passing_bytes {
public:
    passing_bytes() : bytes_(most_secret_bytes + 1) {}
    passing_bytes(const passing_bytes&) = delete;
    passing_bytes& operator=(const passing_bytes&) = delete;
    ~passing_bytes() { overwrite(bytes_.data(), filled_); }

    char* rest() { return bytes_.data() + filled_; }
    std::size_t room() const { return bytes_.size() - filled_; }
    void add(std::size_t count) { filled_ += count; }
    std::string_view text() const { return {bytes_.data(), filled_}; }

private:
    std::vector<char> bytes_;
    std::size_t filled_ = 0;
};

std::string last_error() { return std::system_category().message(errno); }

std::string_view trim_end(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.remove_suffix(1);
    return text;
}

bool is_word_byte(char c) { return c > ' ' && c < '\x7f'; }
bool is_control(char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }

}  // namespace

failure secret_file::bad(const std::string& why) const {
    std::string code = "bad_" + kind_;
    std::ranges::replace(code, ' ', '_');
    return {origin::content, code, kind_ + " " + path_ + ": " + why};
}

result<std::string_view> secret_file::read() {
    const open_file file(path_);
    if (file.number() < 0) return bad("cannot be opened: " + last_error());
    struct stat about{};
    if (::fstat(file.number(), &about) != 0) return bad("cannot be looked at: " + last_error());
    if (!S_ISREG(about.st_mode)) return bad("is not a regular file");
    const identity seen{about.st_dev, about.st_ino, about.st_size, about.st_mtim.tv_sec,
                        about.st_mtim.tv_nsec};
    if (fresh_ && seen == content_from_) return content_.reveal();
    return read_anew(file.number(), seen);
}

result<std::string_view> secret_file::read_anew(int file, const identity& seen) {
    passing_bytes bytes;
    while (bytes.room() > 0) {
        const ssize_t got = ::read(file, bytes.rest(), bytes.room());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return bad("cannot be read: " + last_error());
        if (got == 0) break;
        bytes.add(static_cast<std::size_t>(got));
    }
    if (bytes.room() == 0) return bad("is larger than 64 KiB");
    return take(trim_end(bytes.text()), seen);
}

result<std::string_view> secret_file::take(std::string_view text, const identity& seen) {
    if (text.empty()) return bad("is empty");
    // Anything else could end the header and begin another.
    if (shape_ == secret_shape::word && !std::ranges::all_of(text, is_word_byte))
        return bad("holds more than one word of visible ASCII characters");
    if (shape_ == secret_shape::line && std::ranges::any_of(text, is_control))
        return bad("holds more than one line of text");
    if (text != content_.reveal()) {
        content_ = secret(text);
        ++version_;
    }
    content_from_ = seen;
    fresh_ = true;
    return content_.reveal();
}

}  // namespace rolloutd::api
