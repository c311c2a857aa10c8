#pragma once
// Run-time values of the condition language. Errors are values, because the logical operators
// absorb them. The representation is this folder's own business; everybody else builds values with
// the factories and looks at them with the accessors. The accessors check their kind
// (ROLLOUTD_CHECK).

#include <bit>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/cel/type.h"
#include "policies/check.h"
#include "policies/time.h"

namespace rolloutd::policies::cel {

class value;

// Why an evaluation gave no value. `code` is stable ("no_such_key", "division_by_zero", "budget",
// "not_seen"), `message` is for people. [where, end) are the bytes of the expression's text that
// failed, filled in by the evaluation; -1 for an error that no expression gave yet.
struct evaluation_error {
    std::string code;
    std::string message;
    int where = -1;
    int end = -1;
};

// Facts are given to expressions as objects: fields are asked for only when an expression names
// them. Borrowed, never owned, by values: an object must outlive the evaluation and every value it
// gave.
class object {
public:
    virtual ~object() = default;
    virtual const object_type& declared() const = 0;
    // `slot` is an index into declared().fields(). An undetermined fact answers with value::error.
    // has(o.f) is false for the error code "missing" (there is none) and fails with every other
    // one: what was not seen may well be there.
    virtual value field(int slot) const = 0;
};

// A list of facts whose elements are made when asked for. Borrowed like an object.
class list_source {
public:
    virtual ~list_source() = default;
    virtual std::size_t size() const = 0;
    virtual value at(std::size_t index) const = 0;
};

enum class value_kind : std::uint8_t {
    null,
    boolean,
    integer,
    unsigned_integer,
    real,
    string,
    bytes,
    duration,
    timestamp,
    list,
    map,
    type,
    object,
    optional,
    error,
};

// Time inside the language is finer than in the rest of the core: nanoseconds, years 0001 to 9999.
struct instant {
    std::int64_t seconds = 0;  // since 1970, may be negative
    std::int32_t nanos = 0;    // 0..999'999'999
    auto operator<=>(const instant&) const = default;
};

class value {
public:
    value() = default;  // null
    static value boolean(bool what) { return {value_kind::boolean, std::uint64_t{what}}; }
    static value integer(std::int64_t what) {
        return {value_kind::integer, std::bit_cast<std::uint64_t>(what)};
    }
    static value unsigned_integer(std::uint64_t what) {
        return {value_kind::unsigned_integer, what};
    }
    static value real(double what) {
        return {value_kind::real, std::bit_cast<std::uint64_t>(what)};
    }
    static value string(std::string what);
    static value bytes(std::string what);
    // A string that lies elsewhere, and outlives this value and every copy of it, like an object.
    static value borrow(const std::string& what);
    static value duration(std::chrono::nanoseconds what);
    static value timestamp(instant what);
    static value timestamp(policies::timestamp what);
    static value list(std::vector<value> elements);
    static value list(const list_source& borrowed);
    // Keys are bool, int, uint or string; a repeated key or another kind makes an error value.
    static value map(std::vector<std::pair<value, value>> entries);
    static value type_value(cel::type what);
    static value object(const cel::object& borrowed);
    static value optional(value inner);
    static value no_value();  // the empty optional
    static value error(evaluation_error what);
    static value error(std::string code, std::string message);

    value(const value& other)
        : bits_(other.bits_), nanos_(other.nanos_), kind_(other.kind_), owned_(other.owned_) {
        if (owned_) retain();
    }
    value(value&& other) noexcept
        : bits_(other.bits_),
          nanos_(other.nanos_),
          kind_(std::exchange(other.kind_, value_kind::null)),
          owned_(std::exchange(other.owned_, false)) {}
    value& operator=(const value& other) {
        if (this != &other) *this = value(other);
        return *this;
    }
    value& operator=(value&& other) noexcept {
        std::swap(bits_, other.bits_);
        std::swap(nanos_, other.nanos_);
        std::swap(kind_, other.kind_);
        std::swap(owned_, other.owned_);
        return *this;
    }
    ~value() {
        if (owned_) release();
    }

    value_kind kind() const { return kind_; }
    bool is_error() const { return kind() == value_kind::error; }
    bool as_boolean() const {
        ROLLOUTD_CHECK(kind_ == value_kind::boolean);
        return bits_ != 0;
    }
    std::int64_t as_integer() const {
        ROLLOUTD_CHECK(kind_ == value_kind::integer);
        return std::bit_cast<std::int64_t>(bits_);
    }
    std::uint64_t as_unsigned() const {
        ROLLOUTD_CHECK(kind_ == value_kind::unsigned_integer);
        return bits_;
    }
    double as_real() const {
        ROLLOUTD_CHECK(kind_ == value_kind::real);
        return std::bit_cast<double>(bits_);
    }
    const std::string& as_string() const;  // string and bytes
    std::chrono::nanoseconds as_duration() const;
    instant as_timestamp() const;
    const evaluation_error& as_error() const;
    const cel::object& as_object() const {
        ROLLOUTD_CHECK(kind_ == value_kind::object);
        return *std::bit_cast<const cel::object*>(static_cast<std::uintptr_t>(bits_));
    }
    const cel::type& as_type() const;
    const value* as_optional() const;                        // null for the empty one
    std::size_t size() const;                                // list and map
    value element(std::size_t index) const;                  // list
    std::pair<value, value> entry(std::size_t index) const;  // map, in insertion order

    // As a person would write it in a condition: 12.5, "web", [1, 2], 1m30s, 2026-11-21T10:15:30Z.
    // At most 200 bytes; longer ones end in "…".
    std::string text() const;

private:
    struct box;
    struct string_box;
    struct list_box;
    struct map_box;
    struct type_box;
    struct optional_box;
    struct error_box;

    value(value_kind kind, std::uint64_t bits) : bits_(bits), kind_(kind) {}
    value(value_kind kind, box* owned);
    void retain() const;  // one more, and one less, of the box's owners
    void release() const;
    template <class Box>
    const Box& boxed() const;

    // The number itself, or a pointer: to a box if it is owned, else to what is borrowed (a
    // string, a list_source, an object), null for an empty optional.
    std::uint64_t bits_ = 0;
    std::int32_t nanos_ = 0;  // of a timestamp
    value_kind kind_ = value_kind::null;
    bool owned_ = false;
    friend std::optional<value> find_key(const value& map, const value& key);
};

// The value under a key of a map, by the language's equality: 1, 1u and 1.0 are one key.
std::optional<value> find_key(const value& map, const value& key);

}  // namespace rolloutd::policies::cel
