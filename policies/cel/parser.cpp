#include "policies/cel/parser.h"

#include <algorithm>

#include "policies/cel/grammar.h"
#include "policies/cel/habits.h"

namespace rolloutd::policies::cel {

namespace {

// 1 for the parts of a macro that are evaluated for each element; what it goes through is not.
int goes_round(const node& here, node_index child) {
    const bool loop = here.kind == node_kind::comprehension && here.expands != macro::bind &&
                      here.expands != macro::opt_map && here.expands != macro::opt_flat_map;
    return loop && child != here.children.front() ? 1 : 0;
}

}  // namespace

parser::parser(std::string_view text, const compile_limits& limits, bool macros)
    : limits_(limits), macros_(macros) {
    made_.made.text = std::string(text);
}

parsed parser::run() {
    if (made_.made.text.size() > limits_.bytes) {
        made_.problems.push_back(
            {{0, 0},
             "limit",
             "the expression is longer than " + std::to_string(limits_.bytes) + " bytes",
             ""});
        return std::move(made_);
    }
    tokens scanned = mend_habits(scan(made_.made.text, limits_.bytes), made_.made.text);
    tokens_ = std::move(scanned.all);
    made_.problems = std::move(scanned.problems);
    const std::size_t lexical = made_.problems.size();
    // What could not be read as words usually makes an error of syntax besides: say it once.
    hopeless_ = !scanned.mended;
    try {
        if (tokens_.size() == 1) fail(here(), "the expression is empty");
        whole_text();
    } catch (const stop_parsing&) {
        if (lexical > 0 && !scanned.mended) made_.problems.resize(lexical);
    }
    made_.whole = scanned.mended && !failed_;
    if (made_.problems.size() > static_cast<std::size_t>(limits_.problems)) {
        made_.problems.resize(static_cast<std::size_t>(limits_.problems));
    }
    return std::move(made_);
}

// The end is never taken, so that here() always holds.
const token& parser::take() {
    const token& taken = tokens_[at_];
    if (taken.kind != token_kind::end) ++at_;
    return taken;
}

bool parser::sees(std::string_view symbol) const {
    return here().text == symbol &&
           (here().kind == token_kind::symbol || here().kind == token_kind::identifier);
}

bool parser::accept(std::string_view symbol) {
    if (!sees(symbol)) return false;
    take();
    return true;
}

void parser::expect(std::string_view symbol) {
    if (accept(symbol)) return;
    if (here().kind == token_kind::end) {
        fail(here(), "the expression ends too early", "'" + std::string(symbol) + "' is missing");
    }
    fail_unexpected();
}

void parser::fail(const token& where, std::string message, std::string hint, std::string code) {
    failed_ = true;
    if (code == "limit") hopeless_ = true;
    // The brackets around a mistake stumble over it as well.
    const bool told = !made_.problems.empty() && made_.problems.back().where == where.where;
    if (!told) {
        made_.problems.push_back(
            {where.where, std::move(code), std::move(message), std::move(hint)});
    }
    throw stop_parsing{};
}

void parser::fail_unexpected() {
    const token& found = here();
    if (found.kind == token_kind::end) fail(found, "the expression ends too early");
    const std::string hint = found.kind == token_kind::reserved ? "this word is reserved" : "";
    fail(found, "'" + std::string(made_.made.source(found.where)) + "' is not expected here", hint);
}

void parser::fail_too_deep() {
    fail(here(), "the expression is nested deeper than " + std::to_string(limits_.depth),
         "split it with variables", "limit");
}

// Reads a part; when it has a syntax error, skips to where the next part can begin, and puts
// something in its place.
template <class Part>
node_index parser::mended(Part part) {
    const std::size_t begin = at_;
    const int nesting = nesting_;
    try {
        return part();
    } catch (const stop_parsing&) {
        if (!can_go_on(begin)) throw;
    }
    nesting_ = nesting;
    negative_literal_ = false;
    last_chain_ = no_node;
    return add({.kind = node_kind::literal, .where = here().where});
}

// Moves to the first && || , or closing bracket that stands outside of all brackets that opened
// since `begin`, at or behind the error. There is none when a bracket is never closed.
bool parser::can_go_on(std::size_t begin) {
    if (hopeless_ || made_.problems.size() >= static_cast<std::size_t>(limits_.problems)) {
        return false;
    }
    int open = 0;
    for (std::size_t next = begin; tokens_[next].kind != token_kind::end; ++next) {
        const token& one = tokens_[next];
        if (one.kind != token_kind::symbol) continue;
        const bool closes = one.text == ")" || one.text == "]" || one.text == "}";
        const bool separates = one.text == "&&" || one.text == "||" || one.text == ",";
        if (next >= at_ && open == 0 && (closes || separates)) {
            at_ = next;
            return true;
        }
        if (one.text == "(" || one.text == "[" || one.text == "{") ++open;
        if (closes) --open;
    }
    return false;
}

void parser::whole_text() {
    made_.made.root = mended([this] { return expression(); });
    while (here().kind != token_kind::end) {
        const std::size_t begin = at_;
        try {
            fail_unexpected();
        } catch (const stop_parsing&) {
            if (!can_go_on(begin) || (!sees("&&") && !sees("||"))) throw;
        }
        take();
        mended([this] { return expression(); });
    }
}

node_index parser::add(node made) {
    if (made_.made.nodes.size() >= static_cast<std::size_t>(limits_.nodes)) {
        fail(here(), "the expression has more than " + std::to_string(limits_.nodes) + " parts",
             "split it with variables", "limit");
    }
    for (const node_index child : made.children) {
        made.depth = std::max(made.depth, made_.made.at(child).depth + 1);
        made.loops = std::max(made.loops, made_.made.at(child).loops + goes_round(made, child));
    }
    if (made.depth > limits_.depth) fail_too_deep();
    if (made.loops > limits_.loops) {
        fail({token_kind::identifier, made.mark, ""},
             "macros that go through lists are nested deeper than " + std::to_string(limits_.loops),
             "split it with variables, or ask for less", "limit");
    }
    made_.made.nodes.push_back(std::move(made));
    return static_cast<node_index>(made_.made.nodes.size() - 1);
}

text_range parser::span(node_index first, node_index last) const {
    return {made_.made.at(first).where.begin, made_.made.at(last).where.end};
}

node_index parser::expression() {
    if (++nesting_ > limits_.depth) fail_too_deep();
    const node_index chosen = binary_expression(1);
    node_index whole = chosen;
    if (sees("?")) {
        const text_range mark = take().where;
        const node_index yes = binary_expression(1);
        expect(":");
        const node_index no = expression();
        node made{.kind = node_kind::conditional, .where = span(chosen, no), .mark = mark};
        made.children = {chosen, yes, no};
        whole = add(std::move(made));
    }
    --nesting_;
    return whole;
}

node_index parser::binary_expression(int least) {
    // Only the operands of && and || are judged on their own: elsewhere an error behind an error
    // says nothing new.
    const bool junctions = least <= 2;
    node_index left = junctions ? mended([this] { return unary(); }) : unary();
    while (const operator_entry* entry = find_operator(here(), least)) {
        const text_range mark = take().where;
        const auto operand = [this, entry] { return binary_expression(entry->precedence + 1); };
        const node_index right = entry->precedence <= 2 ? mended(operand) : operand();
        left = joined(left, entry->kind, entry->op, mark, right);
    }
    return left;
}

// A chain of && or || is one node: it may be long without being deep.
node_index parser::joined(node_index left, node_kind kind, binary op, text_range mark,
                          node_index right) {
    const bool junction = kind == node_kind::and_ || kind == node_kind::or_;
    node& before = made_.made.at(left);
    if (junction && before.kind == kind && left == last_chain_) {
        before.children.push_back(right);
        before.where = span(left, right);
        before.depth = std::max(before.depth, made_.made.at(right).depth + 1);
        before.loops = std::max(before.loops, made_.made.at(right).loops);
        if (before.depth > limits_.depth) fail_too_deep();
        return left;
    }
    node made{.kind = kind, .where = span(left, right), .mark = mark};
    made.children = {left, right};
    made.op = op;
    const node_index whole = add(std::move(made));
    if (junction) last_chain_ = whole;
    return whole;
}

// An even number of signs cancels out, as in the reference implementation, so that chains of
// them need no depth.
node_index parser::unary() {
    const std::size_t begin = here().where.begin;
    const std::string sign = here().text;
    if (here().kind != token_kind::symbol || (sign != "!" && sign != "-")) return member();
    const text_range mark = here().where;
    int count = 0;
    bool folds = false;
    while (sees(sign)) {
        sign_begin_ = take().where.begin;
        ++count;
        folds =
            sign == "-" && (here().kind == token_kind::integer || here().kind == token_kind::real);
    }
    negative_literal_ = folds;
    const node_index operand = member();
    if (folds) --count;
    if (count % 2 == 0) return operand;
    node made{.kind = sign == "!" ? node_kind::not_ : node_kind::negate, .mark = mark};
    made.where = {begin, made_.made.at(operand).where.end};
    made.children = {operand};
    return add(std::move(made));
}

node_index parser::bracketed(const token& open) {
    if (open.text == "(") {
        take();
        const node_index inside = mended([this] { return expression(); });
        expect(")");
        last_chain_ = no_node;  // (a && b) && c keeps its brackets
        // The evidence names a call by its text, which has no brackets around it.
        node& bare = made_.made.at(inside);
        if (bare.kind != node_kind::call) bare.where = {open.where.begin, last_end()};
        return inside;
    }
    if (open.text == ".") {
        take();
        const token name = here();
        if (name.kind != token_kind::identifier || means_otherwise(name.text)) fail_unexpected();
        take();
        return named(name, open.where.begin, true);
    }
    if (open.text == "[") {
        take();
        node made{.kind = node_kind::list, .mark = open.where};
        made.children = list_until("]", true);
        made.where = {open.where.begin, last_end()};
        return add(std::move(made));
    }
    if (open.text == "{") return map_literal(open);
    fail_unexpected();
}

// The sub-expressions up to the closing bracket, which is taken. Lists may have optional elements
// and a comma behind the last one, arguments not.
std::vector<node_index> parser::list_until(std::string_view close, bool literal) {
    std::vector<node_index> made;
    if (accept(close)) return made;
    if (literal && sees(",")) {
        take();
        expect(close);
        return made;
    }
    while (true) {
        made.push_back(mended([this, close, literal] {
            const node_index one = literal && sees("?") ? entry() : expression();
            if (!sees(close) && !sees(",")) expect(close);
            return one;
        }));
        if (accept(close)) return made;
        expect(",");
        if (literal && accept(close)) return made;
    }
}

parsed parse(std::string_view text, const compile_limits& limits, bool macros) {
    return parser(text, limits, macros).run();
}

}  // namespace rolloutd::policies::cel
