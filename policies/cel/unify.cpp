#include "policies/cel/unify.h"

#include <algorithm>

namespace rolloutd::policies::cel {

namespace {

type rebuilt(const type& what, std::vector<type> arguments) {
    switch (what.kind()) {
        case type_kind::list: return type::list_of(arguments[0]);
        case type_kind::map: return type::map_of(arguments[0], arguments[1]);
        case type_kind::optional: return type::optional_of(arguments[0]);
        case type_kind::type: return type::type_of(arguments[0]);
        default: return what;
    }
}

bool takes_null(type_kind kind) {
    return kind == type_kind::object || kind == type_kind::timestamp ||
           kind == type_kind::duration || kind == type_kind::optional;
}

}  // namespace

type unifier::fresh() { return type::parameter("%" + std::to_string(counter_++)); }

type unifier::known(const type& what) const {
    if (what.kind() == type_kind::parameter) {
        const auto found = bound_.find(what.name());
        return found == bound_.end() ? what : known(found->second);
    }
    if (what.arguments().empty()) return what;
    std::vector<type> arguments;
    for (const type& argument : what.arguments())
        arguments.push_back(known(argument));
    return rebuilt(what, std::move(arguments));
}

type unifier::settled(const type& what) const {
    const type now = known(what);
    if (now.kind() == type_kind::parameter) return type_kind::dyn;
    if (now.arguments().empty()) return now;
    std::vector<type> arguments;
    for (const type& argument : now.arguments())
        arguments.push_back(settled(argument));
    return rebuilt(now, std::move(arguments));
}

bool unifier::agree(const type& wanted, const type& given) {
    std::map<std::string, type> before = bound_;
    if (try_agree(wanted, given)) return true;
    bound_ = std::move(before);
    return false;
}

bool unifier::occurs(const std::string& name, const type& inside) const {
    const type now = known(inside);
    if (now.kind() == type_kind::parameter) return now.name() == name;
    return std::any_of(now.arguments().begin(), now.arguments().end(),
                       [&](const type& argument) { return occurs(name, argument); });
}

// The last of a chain of variables, which is bound to a type or to nothing.
type unifier::last_variable(const type& what) const {
    type made = what;
    while (made.kind() == type_kind::parameter) {
        const auto found = bound_.find(made.name());
        if (found == bound_.end() || found->second.kind() != type_kind::parameter) break;
        made = found->second;
    }
    return made;
}

// A variable that is bound already takes what agrees with it, and then stands for the more general
// of the two: [1] + [dyn(2)] is a list of dyn.
bool unifier::try_bind(const std::string& name, const type& other) {
    const auto held = bound_.find(name);
    if (held == bound_.end()) {
        if (occurs(name, other)) return false;
        bound_.emplace(name, other);
        return true;
    }
    const type before = held->second;
    if (!try_agree(before, other)) return false;
    const type general = wider(known(before), known(other));
    if (!occurs(name, general)) bound_.insert_or_assign(name, general);
    return true;
}

bool unifier::try_agree(const type& wanted, const type& given) {
    const type a = last_variable(wanted);
    const type b = last_variable(given);
    if (known(a) == known(b)) return true;
    if (a.kind() == type_kind::parameter) return try_bind(a.name(), b);
    if (b.kind() == type_kind::parameter) return try_bind(b.name(), a);
    const auto is_open = [](const type& one) {
        return one.kind() == type_kind::dyn || one.kind() == type_kind::error;
    };
    if (is_open(a) || is_open(b)) return true;
    if (b.kind() == type_kind::null && takes_null(a.kind())) return true;
    if (a.kind() == type_kind::null && takes_null(b.kind())) return true;
    if (a.kind() != b.kind() || a.declared() != b.declared()) return false;
    if (a.kind() == type_kind::type) return true;
    if (a.arguments().size() != b.arguments().size()) {
        return a.arguments().empty() || b.arguments().empty();
    }
    for (std::size_t index = 0; index < a.arguments().size(); ++index) {
        if (!try_agree(a.arguments()[index], b.arguments()[index])) return false;
    }
    return true;
}

type unifier::renamed(const type& what, std::map<std::string, type>& names) {
    if (what.kind() == type_kind::parameter) {
        const auto [found, added] = names.try_emplace(what.name(), type_kind::dyn);
        if (added) found->second = fresh();
        return found->second;
    }
    if (what.arguments().empty()) return what;
    std::vector<type> arguments;
    for (const type& argument : what.arguments())
        arguments.push_back(renamed(argument, names));
    return rebuilt(what, std::move(arguments));
}

std::optional<type> unifier::call(const std::vector<overload>& candidates, bool receiver,
                                  const std::vector<type>& arguments) {
    std::optional<type> found;
    for (const overload& candidate : candidates) {
        if (candidate.receiver != receiver || candidate.parameters.size() != arguments.size()) {
            continue;
        }
        std::map<std::string, type> names;
        std::map<std::string, type> before = bound_;
        bool fits = true;
        for (std::size_t index = 0; fits && index < arguments.size(); ++index) {
            fits = try_agree(renamed(candidate.parameters[index], names), arguments[index]);
        }
        if (!fits) {
            bound_ = std::move(before);
            continue;
        }
        const type result = known(renamed(candidate.result, names));
        if (!found) {
            found = result;
        } else if (!(settled(*found) == settled(result))) {
            found = type(type_kind::dyn);
        }
    }
    return found;
}

type unifier::join(const type& a, const type& b) {
    if (known(a).kind() == type_kind::dyn || known(b).kind() == type_kind::dyn) {
        return type_kind::dyn;
    }
    if (known(a).kind() == type_kind::error) return b;
    if (!agree(a, b)) return type_kind::dyn;
    return wider(known(a), known(b));
}

type unifier::wider(const type& a, const type& b) const {
    if (a.kind() == type_kind::dyn || b.kind() == type_kind::dyn) return type_kind::dyn;
    if (a.kind() == type_kind::null || a.kind() == type_kind::error) return b;
    if (a.kind() != b.kind() || a.arguments().size() != b.arguments().size()) return a;
    if (a.arguments().empty()) return a;
    std::vector<type> arguments;
    for (std::size_t index = 0; index < a.arguments().size(); ++index)
        arguments.push_back(wider(a.arguments()[index], b.arguments()[index]));
    return rebuilt(a, std::move(arguments));
}

}  // namespace rolloutd::policies::cel
