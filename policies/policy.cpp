#include "policies/policy.h"

#include <algorithm>

namespace rolloutd::policies {

namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::binary_search(names, name);
}

}  // namespace

// Variables come in the order of their use, so that each is judged before those that rest on it.
bool names_fact(const policy& owner, const rule& what, std::string_view fact) {
    std::set<std::string> naming;
    const auto names = [&](const cel::expression& text) {
        if (!text) return false;
        return contains(text.names(), fact) ||
               std::ranges::any_of(naming, [&](const std::string& variable) {
                   return contains(text.names(), variable);
               });
    };
    const auto variables = owner.variables.find(what.each);
    if (variables != owner.variables.end()) {
        for (const variable_definition& each : variables->second) {
            if (names(each.what)) naming.insert(each.name);
        }
    }
    return names(what.when) || names(what.needs);
}

std::string_view to_text(mode what) {
    switch (what) {
        case mode::observe: return "observe";
        case mode::propose: return "propose";
        case mode::enforce: return "enforce";
    }
    return {};
}

std::optional<mode> parse_mode(std::string_view text) {
    for (const mode each : {mode::observe, mode::propose, mode::enforce}) {
        if (to_text(each) == text) return each;
    }
    return std::nullopt;
}

}  // namespace rolloutd::policies
