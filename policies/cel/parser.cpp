#include "policies/cel/ast.h"
#include "policies/cel/grammar.h"
#include "policies/cel/habits.h"
#include "policies/cel/token.h"

namespace rolloutd::policies::cel {

namespace {

struct stop_parsing {};  // thrown at the first syntax error; never leaves this file

class parser {
public:
    parser(std::string_view text, const compile_limits& limits, bool macros)
        : limits_(limits), macros_(macros) {
        made_.made.text = std::string(text);
    }

    parsed run() {
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
        try {
            if (tokens_.size() == 1) fail(here(), "the expression is empty");
            made_.made.root = expression();
            if (here().kind != token_kind::end) fail_unexpected();
            made_.whole = scanned.mended;
        } catch (const stop_parsing&) {
            // A lexical problem usually makes a syntactic one of itself: say it once.
            if (lexical > 0) made_.problems.resize(lexical);
        }
        if (made_.problems.size() > static_cast<std::size_t>(limits_.problems)) {
            made_.problems.resize(static_cast<std::size_t>(limits_.problems));
        }
        return std::move(made_);
    }

private:
    const token& here() const { return tokens_[at_]; }
    // The end is never taken, so that here() always holds.
    const token& take() {
        const token& taken = tokens_[at_];
        if (taken.kind != token_kind::end) ++at_;
        return taken;
    }
    bool sees(std::string_view symbol) const {
        return here().text == symbol &&
               (here().kind == token_kind::symbol || here().kind == token_kind::identifier);
    }
    bool accept(std::string_view symbol) {
        if (!sees(symbol)) return false;
        take();
        return true;
    }

    [[noreturn]] void fail(const token& where, std::string message, std::string hint = "",
                           std::string code = "syntax") {
        made_.problems.push_back(
            {where.where, std::move(code), std::move(message), std::move(hint)});
        throw stop_parsing{};
    }

    [[noreturn]] void fail_unexpected() {
        const token& found = here();
        if (found.kind == token_kind::end) {
            fail(found, "the expression ends too early");
        }
        const std::string hint = found.kind == token_kind::reserved ? "this word is reserved" : "";
        fail(found, "'" + std::string(made_.made.source(found.where)) + "' is not expected here",
             hint);
    }

    void expect(std::string_view symbol) {
        if (accept(symbol)) return;
        if (here().kind == token_kind::end) {
            fail(here(), "the expression ends too early",
                 "'" + std::string(symbol) + "' is missing");
        }
        fail_unexpected();
    }

    node_index add(node made) {
        if (made_.made.nodes.size() >= static_cast<std::size_t>(limits_.nodes)) {
            fail(here(), "the expression has more than " + std::to_string(limits_.nodes) + " parts",
                 "split it with variables", "limit");
        }
        for (const node_index child : made.children) {
            made.depth = std::max(made.depth, made_.made.at(child).depth + 1);
        }
        if (made.depth > limits_.depth) fail_too_deep();
        made_.made.nodes.push_back(std::move(made));
        return static_cast<node_index>(made_.made.nodes.size() - 1);
    }

    [[noreturn]] void fail_too_deep() {
        fail(here(), "the expression is nested deeper than " + std::to_string(limits_.depth),
             "split it with variables", "limit");
    }

    text_range span(node_index first, node_index last) const {
        return {made_.made.at(first).where.begin, made_.made.at(last).where.end};
    }

    node_index expression() {
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

    node_index binary_expression(int least) {
        node_index left = unary();
        while (const operator_entry* entry = find_operator(here(), least)) {
            const text_range mark = take().where;
            const node_index right = binary_expression(entry->precedence + 1);
            // A chain of && or || is one node: it may be long without being deep.
            node& before = made_.made.at(left);
            const bool chained =
                entry->precedence <= 2 && before.kind == entry->kind && left == last_chain_;
            if (chained) {
                before.children.push_back(right);
                before.where = span(left, right);
                before.depth = std::max(before.depth, made_.made.at(right).depth + 1);
                if (before.depth > limits_.depth) fail_too_deep();
                continue;
            }
            node made{.kind = entry->kind, .where = span(left, right), .mark = mark};
            made.children = {left, right};
            made.op = entry->op;
            left = add(std::move(made));
            if (entry->precedence <= 2) last_chain_ = left;
        }
        return left;
    }

    // An even number of signs cancels out, as in the reference implementation, so that chains of
    // them need no depth.
    node_index unary() {
        const std::size_t begin = here().where.begin;
        const std::string sign = here().text;
        if (here().kind != token_kind::symbol || (sign != "!" && sign != "-")) return member();
        const text_range mark = here().where;
        int count = 0;
        bool folds = false;
        while (sees(sign)) {
            sign_begin_ = take().where.begin;
            ++count;
            folds = sign == "-" &&
                    (here().kind == token_kind::integer || here().kind == token_kind::real);
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

    node_index member() {
        node_index operand = primary();
        while (true) {
            if (accept(".")) {
                operand = selection(operand);
            } else if (sees("[")) {
                const text_range mark = take().where;
                const node_index key = expression();
                const std::size_t end = here().where.end;
                expect("]");
                node made{.kind = node_kind::index, .mark = mark};
                made.where = {made_.made.at(operand).where.begin, end};
                made.children = {operand, key};
                operand = add(std::move(made));
            } else if (sees("{") && made_.made.at(operand).kind == node_kind::identifier) {
                fail(here(), "messages cannot be made here", "facts have no constructors");
            } else {
                return operand;
            }
        }
    }

    node_index selection(node_index operand) {
        const token name = here();
        if (name.kind != token_kind::identifier && name.kind != token_kind::reserved &&
            name.kind != token_kind::quoted_identifier) {
            fail_unexpected();
        }
        take();
        if (name.text == "in" || name.text == "true" || name.text == "false" ||
            name.text == "null") {
            fail(name, "'" + name.text + "' cannot name a field");
        }
        const std::size_t begin = made_.made.at(operand).where.begin;
        if (name.kind != token_kind::quoted_identifier && sees("(")) {
            take();
            std::vector<node_index> arguments = list_until(")", false);
            return receiver_call(operand, name, std::move(arguments));
        }
        node made{.kind = node_kind::select, .where = {begin, name.where.end}, .mark = name.where};
        made.name = name.text;
        made.children = {operand};
        return add(std::move(made));
    }

    // The sub-expressions up to the closing bracket, which is taken.
    std::vector<node_index> list_until(std::string_view close, bool trailing_comma) {
        std::vector<node_index> made;
        if (accept(close)) return made;
        if (trailing_comma && sees(",")) {
            take();
            expect(close);
            return made;
        }
        while (true) {
            made.push_back(expression());
            if (accept(close)) return made;
            expect(",");
            if (trailing_comma && accept(close)) return made;
        }
    }

    std::size_t last_end() const { return tokens_[at_ - 1].where.end; }

    node_index receiver_call(node_index operand, const token& name,
                             std::vector<node_index> arguments) {
        const std::size_t begin = made_.made.at(operand).where.begin;
        if (const auto expands = find_macro(name.text, arguments.size()); macros_ && expands) {
            return comprehension(operand, name, *expands, arguments);
        }
        node made{.kind = node_kind::call, .where = {begin, last_end()}, .mark = name.where};
        made.name = name.text;
        made.receiver = true;
        made.children = std::move(arguments);
        made.children.insert(made.children.begin(), operand);
        return add(std::move(made));
    }

    node_index comprehension(node_index range, const token& name, macro what,
                             const std::vector<node_index>& arguments) {
        const node& variable = made_.made.at(arguments[0]);
        if (variable.kind != node_kind::identifier || variable.root_scope) {
            fail({token_kind::identifier, variable.where, ""},
                 "the first argument of " + name.text + "() must be a plain name",
                 "write ." + name.text + "(i, ...)");
        }
        node made{.kind = node_kind::comprehension, .mark = name.where};
        made.where = {made_.made.at(range).where.begin, last_end()};
        made.name = variable.name;
        made.expands = what;
        made.children.assign(arguments.begin() + 1, arguments.end());
        made.children.insert(made.children.begin(), range);
        return add(std::move(made));
    }

    node_index global_call(const token& name, std::size_t begin, bool root) {
        std::vector<node_index> arguments = list_until(")", false);
        if (macros_ && name.text == "has" && arguments.size() == 1 && !root) {
            node& field = made_.made.at(arguments[0]);
            if (field.kind != node_kind::select) {
                fail({token_kind::identifier, field.where, ""}, "has() takes a field",
                     "write has(labels.tier)");
            }
            field.kind = node_kind::has;
            field.where = {begin, last_end()};
            return arguments[0];
        }
        node made{.kind = node_kind::call, .where = {begin, last_end()}, .mark = name.where};
        made.name = name.text;
        made.root_scope = root;
        made.children = std::move(arguments);
        return add(std::move(made));
    }

    node_index primary() {
        const bool negative = std::exchange(negative_literal_, false);
        const token first = here();
        if (first.kind == token_kind::symbol) return bracketed(first);
        if (first.kind == token_kind::end || first.kind == token_kind::reserved ||
            first.kind == token_kind::quoted_identifier || first.text == "in") {
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

    node_index named(const token& name, std::size_t begin, bool root) {
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

    node_index bracketed(const token& open) {
        if (open.text == "(") {
            take();
            const node_index inside = expression();
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
            if (name.kind != token_kind::identifier || name.text == "in") fail_unexpected();
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

    node_index map_literal(const token& open) {
        take();
        node made{.kind = node_kind::map, .mark = open.where};
        if (sees(",") && tokens_[at_ + 1].text == "}") take();
        while (!accept("}")) {
            made.children.push_back(expression());
            expect(":");
            made.children.push_back(expression());
            if (accept("}")) break;
            expect(",");
        }
        made.where = {open.where.begin, last_end()};
        return add(std::move(made));
    }

    value number(const token& digits, bool negative) {
        if (auto made = read_number(digits, negative)) return *made;
        fail(digits, "this number is too large");
    }

    compile_limits limits_;
    bool macros_;
    parsed made_;
    std::vector<token> tokens_;
    std::size_t at_ = 0;
    int nesting_ = 0;
    bool negative_literal_ = false;
    std::size_t sign_begin_ = 0;  // of that literal
    node_index last_chain_ = no_node;
};

}  // namespace

parsed parse(std::string_view text, const compile_limits& limits, bool macros) {
    return parser(text, limits, macros).run();
}

}  // namespace rolloutd::policies::cel
