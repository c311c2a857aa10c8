#include "policies/cel/value.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <numeric>

#include "policies/cel/compare.h"
#include "policies/check.h"

namespace rolloutd::policies::cel {

// Everything that does not fit into eight bytes lives in a counted box that is never changed.
struct value::box {
    virtual ~box() = default;
    std::atomic<std::uint32_t> owners{1};
};

struct value::string_box : box {
    explicit string_box(std::string what) : text(std::move(what)) {}
    std::string text;
};

struct value::list_box : box {
    explicit list_box(std::vector<value> what) : elements(std::move(what)) {}
    std::vector<value> elements;
};

struct value::map_box : box {
    std::vector<std::pair<value, value>> entries;
    std::vector<std::uint32_t> by_key;  // indices of entries in key order
};

struct value::type_box : box {
    explicit type_box(cel::type what) : named(std::move(what)) {}
    cel::type named;
};

struct value::optional_box : box {
    explicit optional_box(value what) : inner(std::move(what)) {}
    value inner;
};

struct value::error_box : box {
    explicit error_box(evaluation_error what) : error(std::move(what)) {}
    evaluation_error error;
};

value::value(value_kind kind, box* owned)
    : bits_(std::bit_cast<std::uintptr_t>(owned)), kind_(kind), owned_(true) {}

template <class Box>
const Box& value::boxed() const {
    return *static_cast<const Box*>(std::bit_cast<const box*>(static_cast<std::uintptr_t>(bits_)));
}

void value::retain() const {
    std::bit_cast<box*>(static_cast<std::uintptr_t>(bits_))
        ->owners.fetch_add(1, std::memory_order_relaxed);
}

void value::release() const {
    box* mine = std::bit_cast<box*>(static_cast<std::uintptr_t>(bits_));
    if (mine->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete mine;
}

value value::string(std::string what) {
    return {value_kind::string, new string_box(std::move(what))};
}
value value::borrow(const std::string& what) {
    return {value_kind::string, std::uint64_t{std::bit_cast<std::uintptr_t>(&what)}};
}
value value::bytes(std::string what) {
    return {value_kind::bytes, new string_box(std::move(what))};
}
value value::duration(std::chrono::nanoseconds what) {
    return {value_kind::duration, std::bit_cast<std::uint64_t>(std::int64_t{what.count()})};
}

value value::timestamp(instant what) {
    value made(value_kind::timestamp, std::bit_cast<std::uint64_t>(what.seconds));
    made.nanos_ = what.nanos;
    return made;
}

value value::timestamp(policies::timestamp what) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(what);
    const auto rest = std::chrono::nanoseconds(what - whole).count();
    return timestamp(instant{whole.time_since_epoch().count(), static_cast<std::int32_t>(rest)});
}

value value::list(std::vector<value> elements) {
    return {value_kind::list, new list_box(std::move(elements))};
}

value value::list(const list_source& borrowed) {
    return {value_kind::list, std::uint64_t{std::bit_cast<std::uintptr_t>(&borrowed)}};
}

value value::map(std::vector<std::pair<value, value>> entries) {
    for (const auto& [key, mapped] : entries) {
        if (!is_map_key(key)) {
            return error("unsupported_key", "a map's keys are bool, int, uint or string");
        }
    }
    auto made = std::make_unique<map_box>();
    made->entries = std::move(entries);
    made->by_key.resize(made->entries.size());
    std::iota(made->by_key.begin(), made->by_key.end(), 0U);
    const auto key_of = [&made](std::uint32_t index) -> const value& {
        return made->entries[index].first;
    };
    std::sort(made->by_key.begin(), made->by_key.end(), [&](std::uint32_t a, std::uint32_t b) {
        return order_keys(key_of(a), key_of(b)) < 0;
    });
    for (std::size_t next = 1; next < made->by_key.size(); ++next) {
        if (order_keys(key_of(made->by_key[next - 1]), key_of(made->by_key[next])) == 0) {
            return error("repeated_key",
                         "a map has the key " + key_of(made->by_key[next]).text() + " twice");
        }
    }
    return {value_kind::map, made.release()};
}

value value::type_value(cel::type what) {
    return {value_kind::type, new type_box(std::move(what))};
}

value value::object(const cel::object& borrowed) {
    return {value_kind::object, std::uint64_t{std::bit_cast<std::uintptr_t>(&borrowed)}};
}

value value::optional(value inner) {
    return {value_kind::optional, new optional_box(std::move(inner))};
}

value value::no_value() { return {value_kind::optional, std::uint64_t{0}}; }

value value::error(evaluation_error what) {
    return {value_kind::error, new error_box(std::move(what))};
}

value value::error(std::string code, std::string message) {
    return error(evaluation_error{std::move(code), std::move(message), -1});
}

const std::string& value::as_string() const {
    ROLLOUTD_CHECK(kind_ == value_kind::string || kind_ == value_kind::bytes);
    if (owned_) return boxed<string_box>().text;
    return *std::bit_cast<const std::string*>(static_cast<std::uintptr_t>(bits_));
}

std::chrono::nanoseconds value::as_duration() const {
    ROLLOUTD_CHECK(kind_ == value_kind::duration);
    return std::chrono::nanoseconds{std::bit_cast<std::int64_t>(bits_)};
}

instant value::as_timestamp() const {
    ROLLOUTD_CHECK(kind_ == value_kind::timestamp);
    return instant{std::bit_cast<std::int64_t>(bits_), nanos_};
}

const evaluation_error& value::as_error() const {
    ROLLOUTD_CHECK(kind_ == value_kind::error);
    return boxed<error_box>().error;
}

const cel::type& value::as_type() const {
    ROLLOUTD_CHECK(kind_ == value_kind::type);
    return boxed<type_box>().named;
}

const value* value::as_optional() const {
    ROLLOUTD_CHECK(kind_ == value_kind::optional);
    return bits_ == 0 ? nullptr : &boxed<optional_box>().inner;
}

std::size_t value::size() const {
    if (kind_ == value_kind::map) return boxed<map_box>().entries.size();
    ROLLOUTD_CHECK(kind_ == value_kind::list);
    if (owned_) return boxed<list_box>().elements.size();
    return std::bit_cast<const list_source*>(static_cast<std::uintptr_t>(bits_))->size();
}

value value::element(std::size_t index) const {
    ROLLOUTD_CHECK(kind_ == value_kind::list && index < size());
    if (owned_) return boxed<list_box>().elements[index];
    return std::bit_cast<const list_source*>(static_cast<std::uintptr_t>(bits_))->at(index);
}

std::pair<value, value> value::entry(std::size_t index) const {
    ROLLOUTD_CHECK(kind_ == value_kind::map && index < size());
    return boxed<map_box>().entries[index];
}

std::optional<value> find_key(const value& map, const value& key) {
    ROLLOUTD_CHECK(map.kind() == value_kind::map);
    const auto& held = map.boxed<value::map_box>();
    const auto found = std::lower_bound(
        held.by_key.begin(), held.by_key.end(), key, [&](std::uint32_t index, const value& wanted) {
            return order_keys(held.entries[index].first, wanted) < 0;
        });
    if (found == held.by_key.end()) return std::nullopt;
    const auto& [candidate, mapped] = held.entries[*found];
    if (order_keys(candidate, key) != 0) return std::nullopt;
    return mapped;
}

}  // namespace rolloutd::policies::cel
