#pragma once
// The syntax tree: nodes in one arena, named by their index, so that no chain of expressions is
// deep enough to break a destructor. Made by the parser, bound by the binder, typed by the checker,
// read by the evaluator.

#include <memory>
#include <string>
#include <vector>

#include "policies/cel/expression.h"

namespace re2 {
class RE2;
}

namespace rolloutd::policies::cel {

using node_index = int;
constexpr node_index no_node = -1;

enum class node_kind {
    literal,
    identifier,
    select,
    has,   // has(operand.name)
    call,  // a function; the receiver, if any, is the first child
    list,
    map,  // children: key, value, key, value, ...
    not_,
    negate,
    and_,  // two or more children
    or_,
    conditional,
    index,
    in,
    arithmetic,
    comparison,
    comprehension,
    optional_entry,  // ?x in [?x] and {?k: x}: an optional whose value is left out when it has none
};

enum class binary { add, subtract, multiply, divide, modulo, eq, ne, lt, le, gt, ge };

// What a comprehension does with its children: what is gone through, a condition (of map and its
// kin only when there are three), and what is made of each element. bind and the two on optionals
// have two children: what the variable stands for, and what is made of it.
enum class macro {
    all,
    exists,
    exists_one,
    map,
    filter,
    transform_map,
    transform_map_entry,
    bind,
    opt_map,
    opt_flat_map,
};

struct node {
    node_kind kind = node_kind::literal;
    text_range where;  // the whole sub-expression
    text_range mark;   // what a message points at: the operator, the function's or the field's name
    std::string name;  // identifier, field, function, or the comprehension's variable
    std::string second;  // the comprehension's second variable, where it has two
    value literal;
    std::vector<node_index> children;
    binary op = binary::add;
    macro expands = macro::all;
    bool receiver = false;    // of a call
    bool lazy = false;        // a call of or() or orValue(), which may not need its argument
    bool optional = false;    // a.?b and a[?b], which give an optional
    bool root_scope = false;  // .name
    bool bound = true;        // false for a name that nothing declares
    bool local = false;       // an identifier that is a comprehension's variable
    int slot = -1;            // of a variable in the scope, a local on the stack, or owner's field
    const object_type* owner = nullptr;  // of a select: the object type that `slot` is good for
    int function = -1;                   // index into *tree::functions
    int used = -1;                       // index into tree::names: what the evidence records of it
    int depth = 1;
    int loops = 0;  // macros over lists and maps inside each other
    type result;
    bool matches = false;  // a call of matches, which pays for its pattern and its text
    std::shared_ptr<const re2::RE2> pattern;  // of a literal argument of matches
};

struct tree {
    std::string text;
    std::vector<node> nodes;
    node_index root = no_node;
    std::vector<std::string> names;  // chains and variables, and calls that are shown in evidence
    std::vector<bool> names_are_facts;                       // false for the shown calls
    std::shared_ptr<const std::vector<function>> functions;  // that the expression may call

    const node& at(node_index index) const { return nodes[static_cast<std::size_t>(index)]; }
    node& at(node_index index) { return nodes[static_cast<std::size_t>(index)]; }
    std::string_view source(text_range where) const {
        return std::string_view(text).substr(where.begin, where.end - where.begin);
    }
};

// Problems in the text are in `problems`. The tree is whole without them, and also when each of
// them was mended by what was probably meant: then what else is wrong can be told in the same run.
struct parsed {
    tree made;
    std::vector<problem> problems;
    bool whole = false;
};
parsed parse(std::string_view text, const compile_limits& limits, bool macros = true);

// Resolves names: local variables, declared variables (the longest dotted prefix), types,
// functions; finds the chains that evidence and reads are made of. Names that nothing declares are
// left unbound.
void bind(tree& what, const environment& names);

// Types every node and says what does not fit. Fills in node::result.
std::vector<problem> check(tree& what, const environment& names, int most_problems);

}  // namespace rolloutd::policies::cel
