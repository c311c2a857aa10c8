#pragma once
// Text form that follows from the struct: what is described to Boost.Describe is written as a JSON
// object and read back. Owns the rules that hold everywhere (docs/journal.md, "How values are
// written"); the words of single types are in event_text.cpp. Only event_text.cpp, fold.cpp and
// their like include it: it is costly to compile.

#include <algorithm>
#include <boost/container/flat_map.hpp>
#include <boost/describe.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>
#include <charconv>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "policies/ticket_state.h"
#include "policies/time.h"

namespace rolloutd::daemon::text {

namespace json = boost::json;

// Unwinds a reader to the place that knows file and line.
struct unreadable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Specialised below and in words.h; `write` gives a value without null, `read` throws unreadable.
template <class T>
struct codec;

template <class T>
json::value to_json(const T& what) {
    return codec<T>::write(what);
}

template <class T>
T from_json(const json::value& what) {
    return codec<T>::read(what);
}

// Which members are written although they hold their default: those that a reader looks for.
enum class presence { when_set, always };
template <class T>
inline constexpr presence presence_of = presence::when_set;

// The name of a member in the text, where it is not the member's own.
template <class T>
constexpr std::string_view rename(std::string_view member) {
    return member;
}

template <class T>
constexpr std::string_view name_of(std::string_view member) {
    if (member == "who") return "subject";
    if (member.ends_with('_')) member.remove_suffix(1);
    return rename<T>(member);
}

template <class T>
concept described = boost::describe::has_describe_members<T>::value && !std::is_enum_v<T>;

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public |
                                                            boost::describe::mod_inherited>;

// Left out even when defaults are written: absence says it as well.
template <class T>
bool is_nothing(const T& value) {
    if constexpr (requires { value.has_value(); }) {
        return !value.has_value();
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, json::object>) {
        return value.empty();
    } else {
        return false;
    }
}

template <described T>
json::object write_members(const T& what, std::string_view but = {}) {
    json::object out;
    const T untouched{};
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        const std::string_view name = name_of<T>(member.name);
        if (name == but) return;
        const auto& value = what.*member.pointer;
        const bool wanted = presence_of<T> == presence::always
                                ? name == "reason" || !is_nothing(value)
                                : !(value == untouched.*member.pointer);
        if (wanted) out.emplace(name, to_json(value));
    });
    return out;
}

template <described T>
T read_members(const json::object& from) {
    T what{};
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        const std::string_view name = name_of<T>(member.name);
        const json::value* value = from.if_contains(name);
        if (value == nullptr) return;
        using value_type = std::remove_cvref_t<decltype(what.*member.pointer)>;
        try {
            what.*member.pointer = from_json<value_type>(*value);
        } catch (const unreadable& problem) {
            throw unreadable(std::string(name) + ": " + problem.what());
        }
    });
    return what;
}

template <described T>
T read_members(const json::value& from) {
    const json::object* members = from.if_object();
    if (members == nullptr) throw unreadable("an object is expected");
    return read_members<T>(*members);
}

template <described T>
struct codec<T> {
    static constexpr bool by_members = true;
    static json::value write(const T& what) { return write_members(what); }
    static T read(const json::value& from) { return read_members<T>(from); }
};

template <>
struct codec<bool> {
    static json::value write(bool what) { return what; }
    static bool read(const json::value& from) {
        if (!from.is_bool()) throw unreadable("true or false is expected");
        return from.get_bool();
    }
};

template <class T>
    requires(std::is_integral_v<T>)
struct codec<T> {
    static json::value write(T what) {
        if constexpr (std::is_signed_v<T>) return static_cast<std::int64_t>(what);
        if constexpr (std::is_unsigned_v<T>) return static_cast<std::uint64_t>(what);
    }
    static T read(const json::value& from) {
        boost::system::error_code error;
        const T number = from.to_number<T>(error);
        if (error || from.is_double()) throw unreadable("an integer in range is expected");
        return number;
    }
};

template <>
struct codec<std::string> {
    static json::value write(const std::string& what) { return json::value(what); }
    static std::string read(const json::value& from) {
        if (!from.is_string()) throw unreadable("a string is expected");
        return std::string(from.get_string());
    }
};

template <>
struct codec<json::object> {
    static json::value write(const json::object& what) { return what; }
    static json::object read(const json::value& from) {
        if (!from.is_object()) throw unreadable("an object is expected");
        return from.get_object();
    }
};

template <class T>
struct codec<std::optional<T>> {
    static json::value write(const std::optional<T>& what) { return to_json(*what); }
    static std::optional<T> read(const json::value& from) { return from_json<T>(from); }
};

// The member by which the elements of a list are told apart, where there is one: then the list is
// an object by that key, so that merge patches stay small.
template <class T>
struct key_of {
    static constexpr std::nullptr_t member = nullptr;
};

template <class Key>
std::string key_text(const Key& key) {
    if constexpr (std::is_integral_v<Key>) {
        return std::to_string(key);
    } else if constexpr (std::is_same_v<Key, std::string>) {
        return key;
    } else {
        return codec<Key>::key(key);
    }
}

template <class Key>
Key read_key(std::string_view text) {
    if constexpr (std::is_integral_v<Key>) {
        Key number{};
        const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
        if (end.ec != std::errc{} || end.ptr != text.data() + text.size())
            throw unreadable("the key '" + std::string(text) + "' is not a number");
        return number;
    } else if constexpr (std::is_same_v<Key, std::string>) {
        return std::string(text);
    } else {
        return codec<Key>::from_key(text);
    }
}

template <class T>
json::array write_list(const T& what) {
    json::array out;
    for (const auto& each : what)
        out.push_back(to_json(each));
    return out;
}

template <class T>
const json::array& list_in(const json::value& from) {
    if (!from.is_array()) throw unreadable("a list is expected");
    return from.get_array();
}

// Elements in ascending order of their keys are written by key, others as they stand: an object has
// no order that a merge patch would keep.
template <class T>
struct codec<std::vector<T>> {
    static constexpr auto member = key_of<T>::member;
    static constexpr bool keyed = !std::is_same_v<decltype(member), const std::nullptr_t>;

    static json::value write(const std::vector<T>& what) {
        if constexpr (keyed) {
            bool ascending = true;
            for (std::size_t n = 1; n < what.size(); ++n)
                ascending = ascending && what[n - 1].*member < what[n].*member;
            if (ascending) {
                json::object out;
                for (const T& each : what)
                    out.emplace(key_text(each.*member), write_members(each, key_of<T>::name));
                return out;
            }
        }
        return write_list(what);
    }

    static std::vector<T> read(const json::value& from) {
        std::vector<T> what;
        if constexpr (keyed) {
            if (const json::object* members = from.if_object()) {
                for (const auto& each : *members) {
                    T element = from_json<T>(each.value());
                    element.*member =
                        read_key<std::remove_cvref_t<decltype(element.*member)>>(each.key());
                    what.push_back(std::move(element));
                }
                std::ranges::sort(what, {}, member);
                return what;
            }
        }
        for (const json::value& each : list_in<T>(from))
            what.push_back(from_json<T>(each));
        return what;
    }
};

template <class T>
struct codec<std::set<T>> {
    static json::value write(const std::set<T>& what) { return write_list(what); }
    static std::set<T> read(const json::value& from) {
        std::set<T> what;
        for (const json::value& each : list_in<T>(from))
            what.insert(from_json<T>(each));
        return what;
    }
};

template <class Map>
struct map_codec {
    static json::value write(const Map& what) {
        json::object out;
        for (const auto& [key, value] : what)
            out.emplace(key_text(key), to_json(value));
        return out;
    }
    static Map read(const json::value& from) {
        if (!from.is_object()) throw unreadable("an object is expected");
        Map what;
        for (const auto& each : from.get_object())
            what.emplace(read_key<typename Map::key_type>(each.key()),
                         from_json<typename Map::mapped_type>(each.value()));
        return what;
    }
};

template <class Key, class T>
struct codec<std::map<Key, T>> : map_codec<std::map<Key, T>> {};

template <class Key, class T>
struct codec<boost::container::flat_map<Key, T>> : map_codec<boost::container::flat_map<Key, T>> {};

}  // namespace rolloutd::daemon::text
