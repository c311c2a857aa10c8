#include "daemon/journal/compact_json.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "daemon/journal/json_text.h"

namespace rolloutd::daemon {

namespace {

constexpr int deepest = 32;

// Characters of a string that mean nothing but themselves.
constexpr auto is_plain = [] {
    std::array<bool, 256> table{};
    for (std::size_t n = 0x20; n < 0x80; ++n)
        table[n] = n != '"' && n != '\\';
    return table;
}();

class scanner {
public:
    explicit scanner(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

    compactness run() {
        const bool well = value(0) && at_ == end_;
        return {well, has_null_};
    }

private:
    bool take(char what) {
        if (at_ == end_ || *at_ != what) return false;
        ++at_;
        return true;
    }

    bool word(std::string_view what) {
        const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
        if (!rest.starts_with(what)) return false;
        at_ += what.size();
        return true;
    }

    bool value(int depth) {
        if (at_ == end_ || depth > deepest) return false;
        switch (*at_) {
            case '{': return object(depth);
            case '[': return array(depth);
            case '"': return string();
            case 't': return word("true");
            case 'f': return word("false");
            case 'n': has_null_ = true; return word("null");
            default: return number();
        }
    }

    bool object(int depth) {
        ++at_;
        if (take('}')) return true;
        do {
            if (at_ == end_ || *at_ != '"' || !string() || !take(':') || !value(depth + 1))
                return false;
        } while (take(','));
        return take('}');
    }

    bool array(int depth) {
        ++at_;
        if (take(']')) return true;
        do {
            if (!value(depth + 1)) return false;
        } while (take(','));
        return take(']');
    }

    bool string() {
        ++at_;
        for (;;) {
            while (at_ != end_ && is_plain[static_cast<unsigned char>(*at_)])
                ++at_;
            if (at_ == end_) return false;
            if (take('"')) return true;
            if (*at_ == '\\') {
                if (!escape()) return false;
            } else {
                const std::size_t length = utf8_length({at_, static_cast<std::size_t>(end_ - at_)});
                if (length < 2) return false;  // a control character, or no UTF-8
                at_ += length;
            }
        }
    }

    bool escape() {
        ++at_;
        if (at_ == end_) return false;
        const char which = *at_++;
        if (which != 'u') return std::string_view("\"\\/bfnrt").find(which) != std::string::npos;
        const int first = hex4();
        if (first < 0) return false;
        if (first >= 0xDC00 && first <= 0xDFFF) return false;
        if (first < 0xD800 || first > 0xDBFF) return true;
        if (!word("\\u")) return false;
        const int second = hex4();
        return second >= 0xDC00 && second <= 0xDFFF;
    }

    int hex4() {
        int made = 0;
        for (int n = 0; n < 4; ++n) {
            if (at_ == end_) return -1;
            const char each = *at_++;
            const bool small = each >= 'a' && each <= 'f';
            if (!small && !(each >= '0' && each <= '9') && !(each >= 'A' && each <= 'F')) return -1;
            made = made * 16 + (each <= '9' ? each - '0' : each - (small ? 'a' : 'A') + 10);
        }
        return made;
    }

    bool digits() {
        const char* const begin = at_;
        while (at_ != end_ && *at_ >= '0' && *at_ <= '9')
            ++at_;
        return at_ != begin;
    }

    bool number() {
        take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (at_ == end_ || (*at_ != 'e' && *at_ != 'E')) return true;
        ++at_;
        if (!take('+')) take('-');
        return digits();
    }

    const char* at_;
    const char* end_;
    bool has_null_ = false;
};

}  // namespace

compactness check_compact(std::string_view text) { return scanner(text).run(); }

}  // namespace rolloutd::daemon
