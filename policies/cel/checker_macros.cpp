// What the macros give. The reference implementation expands them into loops; the types are those
// that it deduces for these.

#include "policies/cel/checker.h"

namespace rolloutd::policies::cel {

using kind = type_kind;

type checker::comprehension(node& here) {
    const std::size_t before = locals_.size();
    type made = kind::error;
    if (here.expands == macro::opt_map || here.expands == macro::opt_flat_map) {
        made = optional_mapped(here);
    } else {
        const type range = types_.known(visit(here.children[0]));
        const variables given = variables_of(here, range);
        locals_.push_back(given.first);
        local_names_.push_back(here.name);
        if (!here.second.empty()) {
            locals_.push_back(given.second);
            local_names_.push_back(here.second);
        }
        made = comprehension_result(here, given);
    }
    locals_.resize(before, kind::dyn);
    local_names_.resize(before);
    return made;
}

// One variable is an element or a key; two are index and element, or key and value.
checker::variables checker::variables_of(const node& here, const type& range) {
    if (here.expands == macro::bind) return {range, kind::dyn};
    const bool two = !here.second.empty();
    switch (range.kind()) {
        case kind::list: {
            const type element = range.arguments().empty() ? type(kind::dyn) : range.arguments()[0];
            return two ? variables{kind::integer, element} : variables{element, kind::dyn};
        }
        case kind::map: {
            if (range.arguments().empty()) return {kind::dyn, kind::dyn};
            return {range.arguments()[0], range.arguments()[1]};
        }
        case kind::parameter: {
            types_.agree(range, kind::dyn);
            return {kind::dyn, kind::dyn};
        }
        case kind::dyn: return {kind::dyn, kind::dyn};
        case kind::error: return {kind::error, kind::error};
        default:
            complain(tree_.at(here.children[0]).where, "no-overload",
                     "only lists and maps can be gone through, and this is " + told(range));
            return {kind::error, kind::error};
    }
}

type checker::comprehension_result(const node& here, const variables& given) {
    const type first = visit(here.children[1]);
    const bool filtered = here.children.size() > 2;
    switch (here.expands) {
        case macro::bind: return first;
        case macro::map: {
            if (filtered) expect_condition(here.children[1], first, "the filter");
            return type::list_of(filtered ? visit(here.children[2]) : first);
        }
        case macro::filter: {
            expect_condition(here.children[1], first, "filter");
            return type::list_of(given.first);
        }
        case macro::transform_map:
        case macro::transform_map_entry: {
            if (filtered) expect_condition(here.children[1], first, "the filter");
            const type last = filtered ? visit(here.children[2]) : first;
            if (here.expands == macro::transform_map) return type::map_of(given.first, last);
            if (types_.agree(type::map_of(types_.fresh(), types_.fresh()), last)) return last;
            return complain(tree_.at(here.children.back()).where, "no-overload",
                            "transformMapEntry needs a map, and this is " + told(last),
                            "write {k: v}");
        }
        default: expect_condition(here.children[1], first, "the condition"); break;
    }
    return kind::boolean;
}

type checker::optional_mapped(const node& here) {
    const type given = visit(here.children[0]);
    const type held = types_.fresh();
    type inside = kind::error;
    if (types_.agree(type::optional_of(held), given)) {
        inside = kind_of(given) == kind::dyn ? type(kind::dyn) : types_.known(held);
    } else {
        complain(tree_.at(here.children[0]).where, "no-overload",
                 "only optionals have optMap and optFlatMap, and this is " + told(given));
    }
    locals_.push_back(inside);
    local_names_.push_back(here.name);
    const type made = visit(here.children[1]);
    if (here.expands == macro::opt_map) return type::optional_of(made);
    if (types_.agree(type::optional_of(types_.fresh()), made)) return made;
    return complain(tree_.at(here.children[1]).where, "no-overload",
                    "optFlatMap needs an optional, and this is " + told(made), "use optMap");
}

}  // namespace rolloutd::policies::cel
