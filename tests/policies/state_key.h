#pragma once
// Two states of the small world are the same when nothing that may follow can tell them apart. The
// key is a digest of what can: times by their age, numbers of records and of episodes by the order
// in which they come up. Made for tests; two states that differ never met in one key so far.

#include <boost/container/flat_map.hpp>
#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "policies/ticket_state.h"

namespace rolloutd::tests {

class state_key {
public:
    using value = std::pair<std::uint64_t, std::uint64_t>;

    // What is older than `memory` is just old.
    state_key(policies::timestamp now, policies::duration memory) : now_(now), memory_(memory) {}

    // All of the ticket's state that its rules, as long as they name no time, can depend on.
    void add(const policies::ticket_state& state);

    void add(std::int64_t number) {
        const auto bits = static_cast<std::uint64_t>(number);
        mix(bits);
    }
    void add(int number) { add(static_cast<std::int64_t>(number)); }
    void add(std::uint32_t number) { add(static_cast<std::int64_t>(number)); }
    void add(bool flag) { add(static_cast<std::int64_t>(flag)); }
    void add(double number) { add(std::to_string(number)); }
    void add(std::string_view text);
    void add(const std::string& text) { add(std::string_view(text)); }
    void add(policies::timestamp when);
    void add(policies::duration length) { add(static_cast<std::int64_t>(length.count())); }
    void add(const policies::subject& who) {
        add(who.kind);
        add(who.number);
    }
    // A record, named by when it comes up here.
    void add(policies::sequence record) { add(name_of(records_, record)); }
    void add_episode(int number) {
        add(name_of(episodes_, static_cast<policies::sequence>(number)));
    }

    template <class First, class Second>
    void add(const std::pair<First, Second>& both) {
        add(both.first);
        add(both.second);
    }
    template <class Each>
    void add(const std::optional<Each>& maybe) {
        add(maybe.has_value());
        if (maybe) add(*maybe);
    }
    template <class Each>
    void add(const std::vector<Each>& all) {
        add_all(all);
    }
    template <class Each>
    void add(const std::set<Each>& all) {
        add_all(all);
    }
    template <class Key, class Each>
    void add(const std::map<Key, Each>& all) {
        add_all(all);
    }
    template <class... Each>
    void add(const std::variant<Each...>& one) {
        add(static_cast<std::int64_t>(one.index()));
        std::visit([this](const auto& what) { add(what); }, one);
    }
    template <class Enum>
        requires std::is_enum_v<Enum>
    void add(Enum what) {
        add(static_cast<std::int64_t>(what));
    }
    template <class Described>
        requires boost::describe::has_describe_members<Described>::value
    void add(const Described& what) {
        using members =
            boost::describe::describe_members<Described, boost::describe::mod_public |
                                                             boost::describe::mod_inherited>;
        boost::mp11::mp_for_each<members>(
            [&](auto member) { add_member(member.name, what.*member.pointer); });
    }

    value digest() const { return {one_, other_}; }

private:
    using names = std::map<policies::sequence, std::int64_t>;

    template <class Each>
    void add_member(std::string_view name, const Each& what) {
        if constexpr (std::is_same_v<Each, int>) {
            if (name == "episode") return add_episode(what);
            // How often it has acted matters to limits that the small world does not set.
            if (name == "times") return;
        }
        add(what);
    }
    template <class All>
    void add_all(const All& all) {
        add(static_cast<std::int64_t>(all.size()));
        for (const auto& each : all)
            add(each);
    }
    void mix(std::uint64_t bits);
    static std::int64_t name_of(names& known, policies::sequence number);

    policies::timestamp now_;
    policies::duration memory_;
    names records_;
    names episodes_;
    std::uint64_t one_ = 0x9e3779b97f4a7c15U;
    std::uint64_t other_ = 0xc2b2ae3d27d4eb4fU;
};

}  // namespace rolloutd::tests
