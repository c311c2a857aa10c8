#include "daemon/replay/tar_text.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "policies/check.h"

namespace rolloutd::daemon {

namespace {

constexpr std::size_t block = 512;

// Octal digits that fill a field but for its last byte.
void put_octal(std::string& head, std::size_t at, std::size_t width, std::uint64_t value) {
    for (std::size_t n = width - 1; n-- > 0; value >>= 3U)
        head[at + n] = static_cast<char>('0' + (value & 7U));
}

void put(std::string& head, std::size_t at, std::string_view text) {
    std::copy(text.begin(), text.end(), head.begin() + static_cast<std::ptrdiff_t>(at));
}

constexpr std::size_t longest_name = 100;
constexpr std::size_t longest_prefix = 155;

// Where a long name is cut in two, at a '/': folders before, the rest behind. 0: it is not.
std::size_t split_of(std::string_view name) {
    if (name.size() <= longest_name) return 0;
    const std::size_t at = name.rfind('/', longest_prefix);
    if (at == std::string_view::npos || name.size() - at - 1 > longest_name) return 0;
    return at;
}

}  // namespace

void tar_text::add(std::string_view name, std::string_view text) {
    ROLLOUTD_CHECK(text.size() < (std::uint64_t{1} << 33U));
    std::string head(block, '\0');
    const std::size_t split = split_of(name);
    const std::string_view rest = split == 0 ? name : name.substr(split + 1);
    put(head, 0, rest.substr(0, longest_name));
    put_octal(head, 100, 8, 0640);
    put_octal(head, 108, 8, 0);
    put_octal(head, 116, 8, 0);
    put_octal(head, 124, 12, text.size());
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(written_.time_since_epoch()).count();
    put_octal(head, 136, 12, static_cast<std::uint64_t>(std::max<std::int64_t>(0, seconds)));
    head[156] = '0';
    put(head, 257, std::string_view("ustar\00000", 8));
    put(head, 345, name.substr(0, split));
    // The sum is taken as if its own field were blank.
    std::fill_n(head.begin() + 148, 8, ' ');
    std::uint64_t sum = 0;
    for (const char each : head)
        sum += static_cast<unsigned char>(each);
    put_octal(head, 148, 7, sum);
    head[154] = '\0';
    made_ += head;
    made_ += text;
    made_.append((block - text.size() % block) % block, '\0');
}

std::string tar_text::take() {
    made_.append(2 * block, '\0');
    return std::move(made_);
}

}  // namespace rolloutd::daemon
