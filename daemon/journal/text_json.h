#pragma once
// The text of a value at once, without the parsed form between: the same bytes as
// json_text(to_json(what)), at a fraction of the cost. Used by snapshot.cpp, which writes whole
// fleets: it is costly to compile.

#include <array>
#include <string>

#include "daemon/journal/json_text.h"
#include "daemon/journal/words.h"

namespace rolloutd::daemon::text {

template <class T>
void write_text(std::string& to, const T& what);

inline void write_quoted(std::string& to, std::string_view what) {
    const bool plain = std::ranges::all_of(
        what, [](char each) { return each >= 0x20 && each < 0x7f && each != '"' && each != '\\'; });
    if (plain) {
        to += '"';
        to += what;
        to += '"';
    } else {
        write_json(to, json::value(what));
    }
}

template <described T>
void write_members_text(std::string& to, const T& what, std::string_view but = {}) {
    // Not asked for where a type always tells all of its members.
    [[maybe_unused]] static const T untouched{};
    char before = '{';
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        const std::string_view name = name_of<T>(member.name);
        if (name == but) return;
        const auto& value = what.*member.pointer;
        const bool wanted = presence_of<T> == presence::always
                                ? name == "reason" || !is_nothing(value)
                                : !(value == untouched.*member.pointer);
        if (!wanted) return;
        to += before;
        to += '"';
        to += name;
        to += "\":";
        write_text(to, value);
        before = ',';
    });
    to += before == '{' ? "{}" : "}";
}

// What has words of its own is written by them.
template <class T>
struct texter {
    static void write(std::string& to, const T& what) { write_json(to, to_json(what)); }
};

template <described T>
    requires(codec<T>::by_members)
struct texter<T> {
    static void write(std::string& to, const T& what) { write_members_text(to, what); }
};

template <>
struct texter<std::string> {
    static void write(std::string& to, const std::string& what) { write_quoted(to, what); }
};

template <>
struct texter<bool> {
    static void write(std::string& to, bool what) { to += what ? "true" : "false"; }
};

template <class T>
    requires(std::is_integral_v<T>)
struct texter<T> {
    static void write(std::string& to, T what) {
        std::array<char, 24> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), what);
        to.append(digits.data(), end.ptr);
    }
};

template <class T>
struct texter<std::optional<T>> {
    static void write(std::string& to, const std::optional<T>& what) { write_text(to, *what); }
};

template <class List>
void write_list_text(std::string& to, const List& what) {
    char before = '[';
    for (const auto& each : what) {
        to += before;
        write_text(to, each);
        before = ',';
    }
    to += what.empty() ? "[]" : "]";
}

template <class T>
struct texter<std::set<T>> {
    static void write(std::string& to, const std::set<T>& what) { write_list_text(to, what); }
};

template <class T>
struct texter<std::vector<T>> {
    static void write(std::string& to, const std::vector<T>& what) {
        if constexpr (!requires { codec<std::vector<T>>::keyed; }) {
            write_json(to, to_json(what));
            return;
        } else if constexpr (codec<std::vector<T>>::keyed) {
            constexpr auto member = key_of<T>::member;
            const auto unordered = std::ranges::adjacent_find(
                what, [=](const T& a, const T& b) { return !(a.*member < b.*member); });
            if (unordered == what.end()) {
                char before = '{';
                for (const T& each : what) {
                    to += before;
                    write_quoted(to, key_text(each.*member));
                    to += ':';
                    write_members_text(to, each, key_of<T>::name);
                    before = ',';
                }
                to += what.empty() ? "{}" : "}";
                return;
            }
        }
        write_list_text(to, what);
    }
};

template <class Map>
struct map_texter {
    static void write(std::string& to, const Map& what) {
        char before = '{';
        for (const auto& [key, value] : what) {
            to += before;
            write_quoted(to, key_text(key));
            to += ':';
            write_text(to, value);
            before = ',';
        }
        to += what.empty() ? "{}" : "}";
    }
};

template <class Key, class T>
struct texter<std::map<Key, T>> : map_texter<std::map<Key, T>> {};

template <class Key, class T>
struct texter<boost::container::flat_map<Key, T>> : map_texter<boost::container::flat_map<Key, T>> {
};

template <class T>
void write_text(std::string& to, const T& what) {
    texter<T>::write(to, what);
}

}  // namespace rolloutd::daemon::text
