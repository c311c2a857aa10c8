#pragma once
// From words to the syntax tree: recursive descent with a bound on depth. Made anew for each
// expression by parse(); nothing else uses it. A syntax error is told, and reading goes on behind
// it where the next operand or argument is certain to begin, so that one run tells of all of them.

#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/ast.h"
#include "policies/cel/token.h"

namespace rolloutd::policies::cel {

class parser {
public:
    parser(std::string_view text, const compile_limits& limits, bool macros);
    parsed run();

private:
    struct stop_parsing {};  // thrown at a syntax error; never leaves the parser

    // The words.
    const token& here() const { return tokens_[at_]; }
    const token& take();
    bool sees(std::string_view symbol) const;
    bool accept(std::string_view symbol);
    void expect(std::string_view symbol);
    std::size_t last_end() const { return tokens_[at_ - 1].where.end; }

    // Problems.
    [[noreturn]] void fail(const token& where, std::string message, std::string hint = "",
                           std::string code = "syntax");
    [[noreturn]] void fail_unexpected();
    [[noreturn]] void fail_too_deep();
    template <class Part>
    node_index mended(Part part);
    bool can_go_on(std::size_t begin);

    // Operators.
    void whole_text();
    node_index expression();
    node_index binary_expression(int least);
    node_index joined(node_index left, node_kind kind, binary op, text_range mark,
                      node_index right);
    node_index unary();

    // Operands.
    node_index member();
    node_index indexed(node_index operand);
    node_index selection(node_index operand);
    node_index receiver_call(node_index operand, const token& name,
                             std::vector<node_index> arguments);
    node_index global_call(const token& name, std::size_t begin, bool root);
    node_index primary();
    node_index named(const token& name, std::size_t begin, bool root);
    node_index bracketed(const token& open);
    node_index map_literal(const token& open);
    node_index entry();
    std::vector<node_index> list_until(std::string_view close, bool literal);
    value number(const token& digits, bool negative);

    // Macros.
    bool is_namespace(node_index operand, std::string_view name) const;
    node_index comprehension(node_index range, const token& name, macro what, std::size_t variables,
                             const std::vector<node_index>& arguments);
    std::string variable_of(node_index argument, const token& name);
    node_index has_call(node_index argument, std::size_t begin);

    node_index add(node made);
    text_range span(node_index first, node_index last) const;

    compile_limits limits_;
    bool macros_;
    parsed made_;
    std::vector<token> tokens_;
    std::size_t at_ = 0;
    int nesting_ = 0;
    bool failed_ = false;
    bool hopeless_ = false;  // a limit was reached: what follows is not read
    bool negative_literal_ = false;
    std::size_t sign_begin_ = 0;  // of that literal
    node_index last_chain_ = no_node;
};

}  // namespace rolloutd::policies::cel
