#include <algorithm>
#include <map>
#include <optional>

#include "policies/cel/ast.h"

namespace rolloutd::policies::cel {

namespace {

const std::map<std::string, type, std::less<>>& type_names() {
    static const std::map<std::string, type, std::less<>> names = {
        {"bool", type_kind::boolean},
        {"int", type_kind::integer},
        {"uint", type_kind::unsigned_integer},
        {"double", type_kind::real},
        {"string", type_kind::string},
        {"bytes", type_kind::bytes},
        {"null_type", type_kind::null},
        {"type", type_kind::type},
        {"list", type::list_of(type_kind::dyn)},
        {"map", type::map_of(type_kind::dyn, type_kind::dyn)},
        {"optional_type", type_kind::optional},
        {"google.protobuf.Timestamp", type_kind::timestamp},
        {"google.protobuf.Duration", type_kind::duration},
    };
    return names;
}

class binder {
public:
    binder(tree& what, const environment& names) : tree_(what), names_(names) {}

    void run() { visit(tree_.root, false); }

private:
    // `inside` is true below a select that belongs to the same chain, so that only the outermost
    // counts.
    void visit(node_index index, bool inside) {
        node& here = tree_.at(index);
        switch (here.kind) {
            case node_kind::identifier: bind_identifier(index, inside); return;
            case node_kind::select:
            case node_kind::has: bind_select(index, inside); return;
            case node_kind::call: bind_call(index); return;
            case node_kind::comprehension: bind_comprehension(index); return;
            default: break;
        }
        for (const node_index child : std::vector<node_index>(here.children))
            visit(child, false);
    }

    int local_slot(std::string_view name) const {
        for (std::size_t back = locals_.size(); back > 0; --back) {
            if (locals_[back - 1] == name) return static_cast<int>(back - 1);
        }
        return -1;
    }

    std::optional<int> declared_slot(std::string_view name) const {
        const auto& all = names_.variables();
        const auto found = std::find_if(all.begin(), all.end(),
                                        [&](const variable& one) { return one.name == name; });
        if (found == all.end()) return std::nullopt;
        return static_cast<int>(found - all.begin());
    }

    // Makes the node an identifier of that name when something declares it.
    bool resolve(node& here, const std::string& name) {
        if (const auto slot = declared_slot(name)) {
            here.kind = node_kind::identifier;
            here.name = name;
            here.slot = *slot;
            here.children.clear();
            return true;
        }
        const auto named = type_names().find(name);
        if (named == type_names().end()) return false;
        here.kind = node_kind::literal;
        here.literal = value::type_value(named->second);
        here.children.clear();
        return true;
    }

    void bind_identifier(node_index index, bool inside) {
        node& here = tree_.at(index);
        if (!here.root_scope) {
            here.slot = local_slot(here.name);
            here.local = here.slot >= 0;
            if (here.local) return;
        }
        here.bound = resolve(here, here.name);
        if (here.bound && here.kind == node_kind::identifier && !inside) {
            here.used = intern(here.name, true);
        }
    }

    // The names of a chain of plain selects down to an identifier that is not local; empty
    // otherwise.
    std::vector<std::string> chain_of(node_index index) const {
        std::vector<std::string> parts;
        while (tree_.at(index).kind == node_kind::select && !tree_.at(index).optional) {
            parts.push_back(tree_.at(index).name);
            index = tree_.at(index).children[0];
        }
        const node& first = tree_.at(index);
        if (first.kind != node_kind::identifier) return {};
        if (!first.root_scope && local_slot(first.name) >= 0) return {};
        parts.push_back(first.name);
        std::reverse(parts.begin(), parts.end());
        return parts;
    }

    static std::string joined(const std::vector<std::string>& parts) {
        std::string made;
        for (const std::string& part : parts)
            made += (made.empty() ? "" : ".") + part;
        return made;
    }

    void bind_select(node_index index, bool inside) {
        node& here = tree_.at(index);
        const bool plain = here.kind == node_kind::select && !here.optional;
        const std::vector<std::string> parts = plain ? chain_of(index) : std::vector<std::string>{};
        // The longest declared prefix wins: a.b.c over a.b with a field.
        if (!parts.empty() && resolve(here, joined(parts))) {
            if (here.kind == node_kind::identifier && !inside) here.used = intern(here.name, true);
            return;
        }
        visit(here.children[0], true);
        const std::string chain = fact_chain(index);
        if (inside || chain.empty()) return;
        const int name = intern(chain, true);
        // What has() or ?. gave is not the fact's value, and must not stand for it in the evidence.
        const bool whole = tree_.at(index).kind == node_kind::select && !is_optional(index);
        tree_.at(index).used = whole ? name : intern(shown_chain(index), false);
    }

    // "has(labels.tier)", "labels.?tier.team".
    std::string shown_chain(node_index index) const {
        const bool test = tree_.at(index).kind == node_kind::has;
        std::string tail;
        while (tree_.at(index).kind == node_kind::select ||
               tree_.at(index).kind == node_kind::has) {
            tail = (tree_.at(index).optional ? ".?" : ".") + tree_.at(index).name + tail;
            index = tree_.at(index).children[0];
        }
        const std::string chain = tree_.at(index).name + tail;
        return test ? "has(" + chain + ")" : chain;
    }

    // Whether the chain has a .? somewhere, so that it gives an optional.
    bool is_optional(node_index index) const {
        for (; tree_.at(index).kind == node_kind::select; index = tree_.at(index).children[0]) {
            if (tree_.at(index).optional) return true;
        }
        return false;
    }

    // "ticket.labels.tier" for a chain that begins at a declared variable, else "".
    std::string fact_chain(node_index index) const {
        std::string tail;
        while (tree_.at(index).kind == node_kind::select ||
               tree_.at(index).kind == node_kind::has) {
            tail = "." + tree_.at(index).name + tail;
            index = tree_.at(index).children[0];
        }
        const node& first = tree_.at(index);
        const bool fact = first.kind == node_kind::identifier && first.bound && !first.local;
        return fact ? first.name + tail : "";
    }

    void bind_call(node_index index) {
        node& here = tree_.at(index);
        const auto& all = names_.functions();
        const auto named = [&](const std::string& name) {
            return std::find_if(all.begin(), all.end(),
                                [&](const function& one) { return one.name == name; });
        };
        auto found = named(here.name);
        // math.greatest(a, b): a function whose name has a dot, written like a method of a
        // namespace.
        if (here.receiver && chain_of(here.children[0]).size() == 1) {
            const std::string whole = tree_.at(here.children[0]).name + "." + here.name;
            if (const auto spaced = named(whole); spaced != all.end()) {
                found = spaced;
                here.name = whole;
                here.receiver = false;
                here.children.erase(here.children.begin());
            }
        }
        here.bound = found != all.end();
        if (here.bound) {
            here.function = static_cast<int>(found - all.begin());
            here.matches = here.name == "matches";
            here.lazy = here.receiver && here.children.size() == 2 &&
                        (here.name == "or" || here.name == "orValue");
        }
        for (const node_index child : std::vector<node_index>(here.children))
            visit(child, false);
        // A call about a comprehension's variable has another value in each round: none is shown.
        if (here.bound && found->shown_in_evidence && !names_local(index)) {
            here.used = intern(squeezed(tree_.source(here.where)), false);
        }
    }

    // Whether the sub-expression reads a variable of a comprehension around it.
    bool names_local(node_index index) const {
        const node& here = tree_.at(index);
        if (here.local && here.slot < static_cast<int>(locals_.size())) return true;
        return std::any_of(here.children.begin(), here.children.end(),
                           [this](node_index child) { return names_local(child); });
    }

    void bind_comprehension(node_index index) {
        const std::vector<node_index> children = tree_.at(index).children;
        visit(children[0], false);
        tree_.at(index).slot = static_cast<int>(locals_.size());
        const std::size_t before = locals_.size();
        locals_.push_back(tree_.at(index).name);
        if (!tree_.at(index).second.empty()) locals_.push_back(tree_.at(index).second);
        for (std::size_t part = 1; part < children.size(); ++part)
            visit(children[part], false);
        locals_.resize(before);
    }

    static std::string squeezed(std::string_view text) {
        std::string made;
        for (const char c : text) {
            const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
            if (!blank) made.push_back(c);
            if (blank && !made.empty() && made.back() != ' ') made.push_back(' ');
        }
        return made;
    }

    int intern(const std::string& name, bool fact) {
        const auto found = std::find(tree_.names.begin(), tree_.names.end(), name);
        if (found != tree_.names.end()) return static_cast<int>(found - tree_.names.begin());
        tree_.names.push_back(name);
        tree_.names_are_facts.push_back(fact);
        return static_cast<int>(tree_.names.size() - 1);
    }

    tree& tree_;
    const environment& names_;
    std::vector<std::string> locals_;
};

}  // namespace

void bind(tree& what, const environment& names) {
    what.functions = names.shared_functions();
    binder(what, names).run();
}

}  // namespace rolloutd::policies::cel
