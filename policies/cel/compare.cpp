#include "policies/cel/compare.h"

#include <cmath>
#include <compare>
#include <limits>
#include <string>

namespace rolloutd::policies::cel {

namespace {

template <class Number>
int sign_of(Number a, Number b) {
    return a < b ? -1 : (b < a ? 1 : 0);
}

std::optional<int> order_with_real(const value& whole, double real) {
    if (std::isnan(real)) return std::nullopt;
    if (whole.kind() == value_kind::integer) {
        if (real < -int_end) return 1;
        if (real > int_end) return -1;
        return sign_of(static_cast<double>(whole.as_integer()), real);
    }
    if (real < 0) return 1;
    if (real > uint_end) return -1;
    return sign_of(static_cast<double>(whole.as_unsigned()), real);
}

std::optional<int> order_numbers(const value& a, const value& b) {
    const bool a_real = a.kind() == value_kind::real;
    const bool b_real = b.kind() == value_kind::real;
    if (a_real && b_real) {
        if (std::isnan(a.as_real()) || std::isnan(b.as_real())) return std::nullopt;
        return sign_of(a.as_real(), b.as_real());
    }
    if (b_real) return order_with_real(a, b.as_real());
    if (a_real) {
        const std::optional<int> turned = order_with_real(b, a.as_real());
        if (!turned) return std::nullopt;
        return -*turned;
    }
    const bool a_signed = a.kind() == value_kind::integer;
    const bool b_signed = b.kind() == value_kind::integer;
    if (a_signed && b_signed) return sign_of(a.as_integer(), b.as_integer());
    if (!a_signed && !b_signed) return sign_of(a.as_unsigned(), b.as_unsigned());
    const std::int64_t with_sign = a_signed ? a.as_integer() : b.as_integer();
    const std::uint64_t without = a_signed ? b.as_unsigned() : a.as_unsigned();
    const int ordered =
        with_sign < 0 ? -1 : sign_of(static_cast<std::uint64_t>(with_sign), without);
    return a_signed ? ordered : -ordered;
}

// Counts as it goes, and gives up for good once the bound is reached.
class comparison_walk {
public:
    explicit comparison_walk(std::size_t most) : left_(most), most_(most) {}

    bool same(const value& a, const value& b) {
        if (!spend(1)) return false;
        if (is_number(a) && is_number(b)) return order_numbers(a, b) == 0;
        if (a.kind() != b.kind()) return false;
        switch (a.kind()) {
            case value_kind::null: return true;
            case value_kind::boolean: return a.as_boolean() == b.as_boolean();
            case value_kind::string:
            case value_kind::bytes: return same_texts(a.as_string(), b.as_string());
            case value_kind::duration: return a.as_duration() == b.as_duration();
            case value_kind::timestamp: return a.as_timestamp() == b.as_timestamp();
            case value_kind::list: return same_lists(a, b);
            case value_kind::map: return same_maps(a, b);
            case value_kind::type:
                return a.as_type().kind() == b.as_type().kind() &&
                       a.as_type().declared() == b.as_type().declared();
            case value_kind::object: return &a.as_object() == &b.as_object();
            case value_kind::optional: {
                const value* mine = a.as_optional();
                const value* other = b.as_optional();
                return mine && other ? same(*mine, *other) : mine == other;
            }
            default: return false;
        }
    }

    bool gave_up() const { return gave_up_; }
    std::size_t steps() const { return most_ - left_; }

private:
    bool spend(std::size_t steps) {
        if (steps > left_) gave_up_ = true;
        left_ = gave_up_ ? 0 : left_ - steps;
        return !gave_up_;
    }

    bool same_texts(const std::string& a, const std::string& b) {
        return a.size() == b.size() && spend(a.size() / 64) && a == b;
    }

    bool same_lists(const value& a, const value& b) {
        if (a.size() != b.size()) return false;
        for (std::size_t index = 0; index < a.size(); ++index) {
            if (!same(a.element(index), b.element(index))) return false;
        }
        return true;
    }

    bool same_maps(const value& a, const value& b) {
        if (a.size() != b.size()) return false;
        for (std::size_t index = 0; index < a.size(); ++index) {
            const auto [key, mapped] = a.entry(index);
            const std::optional<value> other = find_key(b, key);
            if (!other || !same(mapped, *other)) return false;
        }
        return true;
    }

    std::size_t left_;
    std::size_t most_;
    bool gave_up_ = false;
};

}  // namespace

bool is_number(const value& what) {
    return what.kind() == value_kind::integer || what.kind() == value_kind::unsigned_integer ||
           what.kind() == value_kind::real;
}

bool equal(const value& a, const value& b) {
    return comparison_walk(std::numeric_limits<std::size_t>::max()).same(a, b);
}

bounded_equality equal_within(const value& a, const value& b, std::size_t most) {
    comparison_walk walk(most);
    const bool found = walk.same(a, b);
    if (walk.gave_up()) return {std::nullopt, most};
    return {found, walk.steps()};
}

std::optional<int> order(const value& a, const value& b) {
    if (is_number(a) && is_number(b)) return order_numbers(a, b);
    if (a.kind() != b.kind()) return std::nullopt;
    switch (a.kind()) {
        case value_kind::boolean: return sign_of(a.as_boolean(), b.as_boolean());
        case value_kind::string:
        case value_kind::bytes: return sign_of(a.as_string().compare(b.as_string()), 0);
        case value_kind::duration: return sign_of(a.as_duration(), b.as_duration());
        case value_kind::timestamp: return sign_of(a.as_timestamp(), b.as_timestamp());
        default: return std::nullopt;
    }
}

bool is_map_key(const value& key) {
    return key.kind() == value_kind::boolean || key.kind() == value_kind::integer ||
           key.kind() == value_kind::unsigned_integer || key.kind() == value_kind::string;
}

int order_keys(const value& a, const value& b) {
    const auto rank = [](const value& key) {
        if (key.kind() == value_kind::boolean) return 0;
        if (is_number(key)) return 1;
        return key.kind() == value_kind::string ? 2 : 3;
    };
    if (rank(a) != rank(b)) return rank(a) - rank(b);
    return order(a, b).value_or(1);
}

}  // namespace rolloutd::policies::cel
