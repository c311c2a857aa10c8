#pragma once
// An RFC 7396 merge patch made to a value itself, not to its text: the same as writing the value,
// merging and reading it again (describe_json.h says what the text would be), at the cost of what
// changes. Used by event_text.cpp for readings alone: it is costly to compile.

#include "daemon/journal/words.h"

namespace rolloutd::daemon::text {

template <class T>
void patch(T& what, const json::value& change);

template <described T>
void patch_members(T& what, const json::object& change) {
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        const std::string_view name = name_of<T>(member.name);
        const json::value* value = change.if_contains(name);
        if (value == nullptr) return;
        auto& place = what.*member.pointer;
        try {
            if (value->is_null()) {
                // What is left out has its default.
                place = std::remove_cvref_t<decltype(place)>{};
            } else {
                patch(place, *value);
            }
        } catch (const unreadable& problem) {
            throw unreadable(std::string(name) + ": " + problem.what());
        }
    });
}

template <class T>
struct patcher {
    static void apply(T& what, const json::value& change) { what = from_json<T>(change); }
};

template <described T>
    requires(codec<T>::by_members)
struct patcher<T> {
    static void apply(T& what, const json::value& change) {
        if (!change.is_object()) throw unreadable("an object is expected");
        patch_members(what, change.get_object());
    }
};

template <class Key, class T>
struct patcher<std::map<Key, T>> {
    static void apply(std::map<Key, T>& what, const json::value& change) {
        if (!change.is_object()) throw unreadable("an object is expected");
        for (const auto& each : change.get_object()) {
            const Key key = read_key<Key>(each.key());
            if (each.value().is_null()) {
                what.erase(key);
            } else {
                patch(what[key], each.value());
            }
        }
    }
};

// By key while the list is written as an object, else as a whole.
template <class T>
    requires(codec<std::vector<T>>::keyed)
struct patcher<std::vector<T>> {
    static constexpr auto member = key_of<T>::member;
    using key = std::remove_cvref_t<decltype(std::declval<T>().*member)>;

    static void apply(std::vector<T>& what, const json::value& change) {
        const json::object* const members = change.if_object();
        if (members == nullptr) {
            what = from_json<std::vector<T>>(change);
            return;
        }
        for (std::size_t n = 1; n < what.size(); ++n) {
            if (what[n - 1].*member < what[n].*member) continue;
            what.clear();  // it stood there as a list: what comes is the whole
        }
        for (const auto& each : *members)
            one(what, read_key<key>(each.key()), each.value());
    }

    static void one(std::vector<T>& what, const key& which, const json::value& change) {
        auto place = std::ranges::lower_bound(what, which, {}, member);
        const bool there = place != what.end() && (*place).*member == which;
        if (change.is_null()) {
            if (there) what.erase(place);
            return;
        }
        if (!there) place = what.insert(place, T{});
        patch(*place, change);
        (*place).*member = which;
    }
};

template <class T>
void patch(T& what, const json::value& change) {
    patcher<T>::apply(what, change);
}

}  // namespace rolloutd::daemon::text
