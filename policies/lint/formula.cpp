#include "policies/lint/formula.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <variant>

namespace rolloutd::policies::lint {
namespace {

using cel::node_index;
using cel::node_kind;

// Variables that use each other twice double with each level; beyond this nothing is expanded.
constexpr int most_nodes = 4'000;

// A duration in seconds, or a number, when the text names no fact.
std::optional<formula> folded(std::string_view source) {
    static const cel::environment standard = cel::environment::standard();
    struct no_facts final : cel::scope {
        cel::value variable(int) const override { return cel::value::error("missing", "no fact"); }
    };
    const cel::compile_result made = cel::compile(source, standard);
    const auto* what = std::get_if<cel::expression>(&made);
    if (what == nullptr) return std::nullopt;
    const cel::value got = what->evaluate(no_facts{}, cel::budget{});
    formula constant;
    constant.kind = form::number;
    switch (got.kind()) {
        case cel::value_kind::integer:
            constant.number = static_cast<double>(got.as_integer());
            return constant;
        case cel::value_kind::real:
            constant.number = got.as_real();
            constant.is_real = true;
            return constant;
        case cel::value_kind::duration:
            constant.number = static_cast<double>(got.as_duration().count()) / 1e9;
            constant.is_duration = true;
            return constant;
        default: return std::nullopt;
    }
}

std::string squeezed(std::string_view source) {
    std::string made;
    for (const char each : source) {
        const bool blank = each == ' ' || each == '\n' || each == '\t' || each == '\r';
        if (!blank) {
            made += each;
        } else if (!made.empty() && made.back() != ' ') {
            made += ' ';
        }
    }
    while (!made.empty() && made.back() == ' ')
        made.pop_back();
    return made;
}

class reader {
public:
    reader(const policy& owner, subject_kind each) {
        const auto at = owner.variables.find(each);
        if (at == owner.variables.end()) return;
        for (const variable_definition& known : at->second)
            variables_[known.name] = &known;
    }

    formula read(const std::string& text, const std::string& origin) {
        const cel::parsed parsed = cel::parse(text, cel::compile_limits{});
        if (!parsed.whole || !parsed.problems.empty()) return {};
        const cel::tree* const outer = std::exchange(tree_, &parsed.made);
        const std::string outer_origin = std::exchange(origin_, origin);
        const std::map<std::string, std::string> outer_locals = std::exchange(locals_, {});
        formula made = convert(parsed.made.root);
        tree_ = outer;
        origin_ = outer_origin;
        locals_ = outer_locals;
        return made;
    }

private:
    formula blank(form kind, const cel::node& from) const {
        formula made;
        made.kind = kind;
        made.where = from.where;
        made.origin = origin_;
        made.text = squeezed(tree_->source(from.where));
        return made;
    }

    formula with_parts(form kind, const cel::node& from) {
        formula made = blank(kind, from);
        made.op = from.op;
        made.name = from.name;
        for (const node_index child : from.children)
            made.parts.push_back(convert(child));
        return made;
    }

    formula convert(node_index index) {
        const cel::node& from = tree_->at(index);
        if (++nodes_ > most_nodes) return blank(form::opaque, from);
        switch (from.kind) {
            case node_kind::literal: return literal(from);
            case node_kind::identifier:
            case node_kind::select: return name(index);
            case node_kind::and_: return with_parts(form::all_of, from);
            case node_kind::or_: return with_parts(form::any_of, from);
            case node_kind::not_: return with_parts(form::negation, from);
            case node_kind::comparison: return with_parts(form::comparison, from);
            case node_kind::arithmetic: return with_parts(form::arithmetic, from);
            case node_kind::negate: return negated(from);
            case node_kind::in: return membership(from);
            case node_kind::call: return call(from);
            case node_kind::comprehension: return comprehension(from);
            default: return with_parts(form::opaque, from);
        }
    }

    formula literal(const cel::node& from) const {
        formula made = blank(form::opaque, from);
        switch (from.literal.kind()) {
            case cel::value_kind::boolean:
                made.kind = form::boolean;
                made.truth = from.literal.as_boolean();
                break;
            case cel::value_kind::integer:
                made.kind = form::number;
                made.number = static_cast<double>(from.literal.as_integer());
                break;
            case cel::value_kind::real:
                made.kind = form::number;
                made.number = from.literal.as_real();
                made.is_real = true;
                break;
            case cel::value_kind::string:
                made.kind = form::text;
                made.name = from.literal.as_string();
                break;
            default: break;
        }
        return made;
    }

    formula negated(const cel::node& from) {
        formula made = with_parts(form::opaque, from);
        if (made.parts.size() == 1 && made.parts[0].kind == form::number) {
            formula number = blank(form::number, from);
            number.number = -made.parts[0].number;
            number.is_real = made.parts[0].is_real;
            number.is_duration = made.parts[0].is_duration;
            return number;
        }
        return made;
    }

    // The dotted chain that ends here, or "" when something else than names is in it.
    std::string chain(node_index index) const {
        const cel::node& from = tree_->at(index);
        if (from.kind == node_kind::identifier) {
            const auto local = locals_.find(from.name);
            return local == locals_.end() ? from.name : local->second;
        }
        if (from.kind != node_kind::select || from.children.size() != 1) return "";
        const std::string before = chain(from.children[0]);
        return before.empty() ? "" : before + "." + from.name;
    }

    formula name(node_index index) {
        const cel::node& from = tree_->at(index);
        const std::string whole = chain(index);
        if (whole.empty()) return with_parts(form::opaque, from);
        const auto variable = variables_.find(whole);
        const bool local = from.kind == node_kind::identifier && locals_.contains(from.name);
        if (variable != variables_.end() && !local) {
            formula made = read(variable->second->what.text(), whole);
            // Seen from outside it is the variable that stands here.
            if (origin_.empty()) relocate(made, from.where);
            return made;
        }
        formula made = blank(form::fact, from);
        made.name = whole;
        return made;
    }

    // A rule's condition is shown where the rule says it; what is wrong inside the variable is told
    // once, where the variable stands.
    static void relocate(formula& what, const cel::text_range& where) {
        what.where = where;
        for (formula& each : what.parts)
            relocate(each, where);
    }

    // `x in ["a", "b"]` is x == "a" || x == "b".
    formula membership(const cel::node& from) {
        const cel::node& range = tree_->at(from.children.back());
        const bool literals =
            range.kind == node_kind::list && !range.children.empty() &&
            std::all_of(range.children.begin(), range.children.end(), [this](node_index each) {
                return tree_->at(each).kind == node_kind::literal;
            });
        if (!literals) return with_parts(form::opaque, from);
        formula made = blank(form::any_of, from);
        for (const node_index each : range.children) {
            formula one = blank(form::comparison, tree_->at(each));
            one.op = cel::binary::eq;
            one.parts.push_back(convert(from.children.front()));
            one.parts.push_back(convert(each));
            one.text = one.parts[0].text + " == " + one.parts[1].text;
            made.parts.push_back(std::move(one));
        }
        return made;
    }

    formula call(const cel::node& from) {
        formula made = with_parts(form::call, from);
        const bool constants = !made.parts.empty() &&
                               std::all_of(made.parts.begin(), made.parts.end(), [](const auto& p) {
                                   return p.kind == form::number || p.kind == form::text;
                               });
        if (!constants) return made;
        std::optional<formula> constant = folded(tree_->source(from.where));
        if (!constant) return made;
        constant->where = made.where;
        constant->origin = made.origin;
        constant->text = made.text;
        return *constant;
    }

    formula comprehension(const cel::node& from) {
        formula made = blank(form::opaque, from);
        const std::string range = chain(from.children.front());
        const std::string element = range == "batches"     ? "batch"
                                    : range == "instances" ? "instance"
                                                           : "";
        made.parts.push_back(convert(from.children.front()));
        const std::map<std::string, std::string> outer = locals_;
        // A local name hides facts and variables, whatever it runs over.
        locals_[from.name] = element.empty() ? "each of " + range : element;
        for (std::size_t i = 1; i < from.children.size(); ++i)
            made.parts.push_back(convert(from.children[i]));
        locals_ = outer;
        return made;
    }

    const cel::tree* tree_ = nullptr;
    std::string origin_;
    std::map<std::string, const variable_definition*> variables_;
    std::map<std::string, std::string> locals_;
    int nodes_ = 0;
};

}  // namespace

formula formula_of(const cel::expression& condition, const policy& owner, subject_kind each) {
    if (!condition) return {};
    return reader(owner, each).read(condition.text(), "");
}

formula formula_of_variable(const variable_definition& what, const policy& owner,
                            subject_kind each) {
    return reader(owner, each).read(what.what.text(), what.name);
}

bool mentions(const formula& what, std::string_view fact) {
    bool found = false;
    walk(what, [&](const formula& each) {
        if (each.kind != form::fact) return;
        const bool inside = each.name.starts_with(fact) &&
                            (each.name.size() == fact.size() || each.name[fact.size()] == '.');
        const bool around = each.name.size() < fact.size() && fact.starts_with(each.name) &&
                            fact[each.name.size()] == '.';
        found = found || inside || around;
    });
    return found;
}

}  // namespace rolloutd::policies::lint
