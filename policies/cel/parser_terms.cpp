// The operands: names, literals, calls, and the macros that calls may be.

#include "policies/cel/grammar.h"
#include "policies/cel/parser.h"

namespace rolloutd::policies::cel {

node_index parser::member() {
    node_index operand = primary();
    while (true) {
        if (accept(".")) {
            operand = selection(operand);
        } else if (sees("[")) {
            operand = indexed(operand);
        } else if (sees("{") && made_.made.at(operand).kind == node_kind::identifier) {
            fail(here(), "messages cannot be made here", "facts have no constructors");
        } else {
            return operand;
        }
    }
}

node_index parser::indexed(node_index operand) {
    node made{.kind = node_kind::index, .mark = take().where};
    made.optional = accept("?");
    const node_index key = expression();
    const std::size_t end = here().where.end;
    expect("]");
    made.where = {made_.made.at(operand).where.begin, end};
    made.children = {operand, key};
    return add(std::move(made));
}

node_index parser::selection(node_index operand) {
    const bool optional = accept("?");
    const token name = here();
    if (name.kind != token_kind::identifier && name.kind != token_kind::reserved &&
        name.kind != token_kind::quoted_identifier) {
        fail_unexpected();
    }
    take();
    // Quoting a name frees it of what it means elsewhere.
    if (means_otherwise(name.text) && name.kind != token_kind::quoted_identifier) {
        fail(name, "'" + name.text + "' cannot name a field");
    }
    const std::size_t begin = made_.made.at(operand).where.begin;
    if (name.kind != token_kind::quoted_identifier && !optional && sees("(")) {
        take();
        std::vector<node_index> arguments = list_until(")", false);
        return receiver_call(operand, name, std::move(arguments));
    }
    node made{.kind = node_kind::select, .where = {begin, name.where.end}, .mark = name.where};
    made.name = name.text;
    made.optional = optional;
    made.children = {operand};
    return add(std::move(made));
}

bool parser::is_namespace(node_index operand, std::string_view name) const {
    const node& one = made_.made.at(operand);
    return one.kind == node_kind::identifier && !one.root_scope && one.name == name;
}

node_index parser::receiver_call(node_index operand, const token& name,
                                 std::vector<node_index> arguments) {
    const std::size_t begin = made_.made.at(operand).where.begin;
    if (macros_) {
        if (name.text == "bind" && arguments.size() == 3 && is_namespace(operand, "cel")) {
            const std::vector<node_index> parts = {arguments[0], arguments[2]};
            const node_index made = comprehension(arguments[1], name, macro::bind, 1, parts);
            made_.made.at(made).where.begin = begin;
            return made;
        }
        if (const macro_entry* found = find_macro(name.text, arguments.size())) {
            return comprehension(operand, name, found->what, found->variables, arguments);
        }
        // Many arguments are one list of them.
        const bool extreme = name.text == "greatest" || name.text == "least";
        if (extreme && arguments.size() > 2 && is_namespace(operand, "math")) {
            node list{.kind = node_kind::list, .where = span(arguments.front(), arguments.back())};
            list.mark = list.where;
            list.children = std::move(arguments);
            arguments = {add(std::move(list))};
        }
    }
    node made{.kind = node_kind::call, .where = {begin, last_end()}, .mark = name.where};
    made.name = name.text;
    made.receiver = true;
    made.children = std::move(arguments);
    made.children.insert(made.children.begin(), operand);
    return add(std::move(made));
}

std::string parser::variable_of(node_index argument, const token& name) {
    const node& variable = made_.made.at(argument);
    if (variable.kind == node_kind::identifier && !variable.root_scope) return variable.name;
    fail({token_kind::identifier, variable.where, ""},
         "the variable of " + name.text + "() must be a plain name",
         name.text == "bind" ? "write cel.bind(x, 2 * 3, x + x)"
                             : "write ." + name.text + "(i, ...)");
}

// `arguments` are the variables, then the parts that use them.
node_index parser::comprehension(node_index range, const token& name, macro what,
                                 std::size_t variables, const std::vector<node_index>& arguments) {
    node made{.kind = node_kind::comprehension, .mark = name.where};
    made.where = {made_.made.at(range).where.begin, last_end()};
    made.name = variable_of(arguments[0], name);
    if (variables == 2) {
        made.second = variable_of(arguments[1], name);
        if (made.second == made.name) {
            fail({token_kind::identifier, made_.made.at(arguments[1]).where, ""},
                 "the two variables of " + name.text + "() have one name");
        }
    }
    made.expands = what;
    made.children.assign(arguments.begin() + static_cast<std::ptrdiff_t>(variables),
                         arguments.end());
    made.children.insert(made.children.begin(), range);
    return add(std::move(made));
}

node_index parser::has_call(node_index argument, std::size_t begin) {
    node& field = made_.made.at(argument);
    if (field.kind != node_kind::select || field.optional) {
        fail({token_kind::identifier, field.where, ""}, "has() takes a field",
             "write has(labels.tier)");
    }
    field.kind = node_kind::has;
    field.where = {begin, last_end()};
    return argument;
}

node_index parser::global_call(const token& name, std::size_t begin, bool root) {
    std::vector<node_index> arguments = list_until(")", false);
    if (macros_ && name.text == "has" && arguments.size() == 1 && !root) {
        return has_call(arguments[0], begin);
    }
    node made{.kind = node_kind::call, .where = {begin, last_end()}, .mark = name.where};
    made.name = name.text;
    made.root_scope = root;
    made.children = std::move(arguments);
    return add(std::move(made));
}

node_index parser::primary() {
    const bool negative = std::exchange(negative_literal_, false);
    const token first = here();
    if (first.kind == token_kind::symbol) return bracketed(first);
    if (first.kind == token_kind::end || first.kind == token_kind::reserved ||
        first.kind == token_kind::quoted_identifier ||
        (first.kind == token_kind::identifier && first.text == "in")) {
        fail_unexpected();
    }
    take();
    node made{.kind = node_kind::literal, .where = first.where, .mark = first.where};
    switch (first.kind) {
        case token_kind::string: made.literal = value::string(first.text); break;
        case token_kind::bytes: made.literal = value::bytes(first.text); break;
        case token_kind::integer:
        case token_kind::unsigned_integer:
        case token_kind::real: {
            made.literal = number(first, negative);
            if (negative) made.where.begin = sign_begin_;
            break;
        }
        default: return named(first, first.where.begin, false);
    }
    return add(std::move(made));
}

node_index parser::named(const token& name, std::size_t begin, bool root) {
    node made{.kind = node_kind::literal, .where = {begin, name.where.end}, .mark = name.where};
    if (!root && (name.text == "true" || name.text == "false")) {
        made.literal = value::boolean(name.text == "true");
        return add(std::move(made));
    }
    if (!root && name.text == "null") return add(std::move(made));
    if (accept("(")) return global_call(name, begin, root);
    made.kind = node_kind::identifier;
    made.name = name.text;
    made.root_scope = root;
    return add(std::move(made));
}

// ?x, in a list or as the value of a map's optional entry.
node_index parser::entry() {
    node made{.kind = node_kind::optional_entry, .mark = take().where};
    const node_index inside = expression();
    made.where = {made.mark.begin, made_.made.at(inside).where.end};
    made.children = {inside};
    return add(std::move(made));
}

node_index parser::map_literal(const token& open) {
    take();
    node made{.kind = node_kind::map, .mark = open.where};
    if (sees(",") && tokens_[at_ + 1].text == "}") take();
    while (!accept("}")) {
        const text_range mark = here().where;
        const bool optional = accept("?");
        made.children.push_back(expression());
        expect(":");
        node_index mapped = expression();
        if (optional) {
            node inside{.kind = node_kind::optional_entry, .mark = mark};
            inside.where = made_.made.at(mapped).where;
            inside.children = {mapped};
            mapped = add(std::move(inside));
        }
        made.children.push_back(mapped);
        if (accept("}")) break;
        expect(",");
    }
    made.where = {open.where.begin, last_end()};
    return add(std::move(made));
}

value parser::number(const token& digits, bool negative) {
    if (auto made = read_number(digits, negative)) return *made;
    fail(digits, "this number is too large");
}

}  // namespace rolloutd::policies::cel
