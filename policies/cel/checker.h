#pragma once
// Types every node of a bound tree. A sub-expression that was reported once has the type `error`,
// which agrees with everything, so that one mistake gives one message. Made anew for each
// expression by check(); nothing else uses it.

#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/ast.h"
#include "policies/cel/hints.h"
#include "policies/cel/unify.h"

namespace rolloutd::policies::cel {

class checker {
public:
    checker(tree& what, const environment& names, int most)
        : tree_(what), names_(names), most_(static_cast<std::size_t>(most)) {}

    std::vector<problem> run();

private:
    type complain(text_range where, std::string code, std::string message, std::string hint = "");
    type complain(text_range where, std::string code, std::string message, advice what_to_do);
    type complain(problem what);
    type visit(node_index index);
    type typed(node& here);
    std::vector<type> visit_all(const std::vector<node_index>& children);
    std::string told(const type& what) const { return types_.settled(what).text(); }
    type_kind kind_of(const type& what) const { return types_.known(what).kind(); }

    // Names, calls and literals.
    type identifier(const node& here);
    type select(node& here);
    type selected(node& here, const type& operand);
    type call(node& here);
    type unknown_function(const node& here);
    bool complained_of_namespace(const node& here);
    void visit_arguments(const node& here);
    type no_such_call(const node& here, const std::vector<type>& arguments);
    type list(const node& here);
    type map(const node& here);
    type element(node_index child);
    type joined(const type& before, const type& given, node_index at, const char* what);

    // Operators.
    void expect_condition(node_index child, const type& given, std::string_view where);
    type negation(const node& here);
    type junction(const node& here);
    type conditional(const node& here);
    type unary_minus(const node& here);
    type index_of(const node& here);
    type membership(const node& here);
    type binary_operator(const node& here);
    bool is_bare_text(const node& here) const;
    bool integer_division_meets_double(const node& here, const std::vector<type>& given) const;
    bool holds_division(node_index index) const;
    type complain_division(const node& here);
    std::vector<edit> fixes_of_division(const node& here) const;

    // Macros.
    struct variables {
        type first;
        type second;
    };
    type comprehension(node& here);
    variables variables_of(const node& here, const type& range);
    type comprehension_result(const node& here, const variables& given);
    type optional_mapped(const node& here);

    tree& tree_;
    const environment& names_;
    std::size_t most_;
    unifier types_;
    std::vector<type> locals_;
    std::vector<std::string> local_names_;
    bool mixing_ =
        false;  // in the list that is the argument of format(): any types may stand in it
    int patterns_ = 0;
    std::vector<problem> problems_;
};

}  // namespace rolloutd::policies::cel
