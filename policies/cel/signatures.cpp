#include "policies/cel/signatures.h"

#include <array>

namespace rolloutd::policies::cel {

namespace {

using kind = type_kind;

overload signature(std::vector<type> parameters, type result) {
    overload made;
    made.parameters = std::move(parameters);
    made.result = std::move(result);
    return made;
}

std::vector<overload> same(std::initializer_list<kind> kinds) {
    std::vector<overload> made;
    for (const kind one : kinds)
        made.push_back(signature({one, one}, one));
    return made;
}

// Operands whose type nothing tells (the elements of {}) are taken for those of the first that
// fits: the order of all tables is the reference implementation's.
std::vector<overload> additions() {
    std::vector<overload> made = same({kind::bytes, kind::real, kind::duration});
    made.push_back(signature({kind::duration, kind::timestamp}, kind::timestamp));
    made.push_back(signature({kind::timestamp, kind::duration}, kind::timestamp));
    const type any_list = type::list_of(type::parameter("T"));
    made.push_back(signature({kind::integer, kind::integer}, kind::integer));
    made.push_back(signature({any_list, any_list}, any_list));
    made.push_back(signature({kind::string, kind::string}, kind::string));
    made.push_back(
        signature({kind::unsigned_integer, kind::unsigned_integer}, kind::unsigned_integer));
    return made;
}

std::vector<overload> subtractions() {
    std::vector<overload> made =
        same({kind::real, kind::duration, kind::integer, kind::unsigned_integer});
    made.push_back(signature({kind::timestamp, kind::duration}, kind::timestamp));
    made.push_back(signature({kind::timestamp, kind::timestamp}, kind::duration));
    return made;
}

// Numbers of different types have an order, as in Kubernetes: `share > 0` and `finished >= 10.0`
// work.
std::vector<overload> orders() {
    std::vector<overload> made;
    const std::array numbers = {kind::integer, kind::unsigned_integer, kind::real};
    for (const kind a : numbers) {
        for (const kind b : numbers)
            made.push_back(signature({a, b}, kind::boolean));
    }
    for (const kind one :
         {kind::boolean, kind::string, kind::bytes, kind::duration, kind::timestamp}) {
        made.push_back(signature({one, one}, kind::boolean));
    }
    return made;
}

}  // namespace

const std::vector<overload>& signatures_of(binary op) {
    static const std::vector<overload> add = additions();
    static const std::vector<overload> subtract = subtractions();
    static const std::vector<overload> scale =
        same({kind::real, kind::integer, kind::unsigned_integer});
    static const std::vector<overload> modulo = same({kind::integer, kind::unsigned_integer});
    static const type any = type::parameter("T");
    static const std::vector<overload> equality = {signature({any, any}, kind::boolean)};
    static const std::vector<overload> ordering = orders();
    switch (op) {
        case binary::add: return add;
        case binary::subtract: return subtract;
        case binary::multiply:
        case binary::divide: return scale;
        case binary::modulo: return modulo;
        case binary::eq:
        case binary::ne: return equality;
        default: return ordering;
    }
}

const std::vector<overload>& signatures_of_negation() {
    static const std::vector<overload> all = {signature({kind::real}, kind::real),
                                              signature({kind::integer}, kind::integer),
                                              signature({kind::duration}, kind::duration)};
    return all;
}

const std::vector<overload>& signatures_of_index() {
    static const type key = type::parameter("K");
    static const type mapped = type::parameter("V");
    // An optional list or map gives an optional element.
    static const type maybe = type::optional_of(mapped);
    static const type list = type::list_of(mapped);
    static const type map = type::map_of(key, mapped);
    static const std::vector<overload> all = {
        signature({list, kind::integer}, mapped), signature({map, key}, mapped),
        signature({type::optional_of(list), kind::integer}, maybe),
        signature({type::optional_of(map), key}, maybe)};
    return all;
}

const std::vector<overload>& signatures_of_optional_index() {
    static const std::vector<overload> all = [] {
        std::vector<overload> made = signatures_of_index();
        for (overload& one : made) {
            if (one.result.kind() != type_kind::optional)
                one.result = type::optional_of(one.result);
        }
        return made;
    }();
    return all;
}

const std::vector<overload>& signatures_of_in() {
    static const type key = type::parameter("K");
    static const type mapped = type::parameter("V");
    static const std::vector<overload> all = {
        signature({key, type::list_of(key)}, kind::boolean),
        signature({key, type::map_of(key, mapped)}, kind::boolean)};
    return all;
}

std::string_view symbol_of(binary op) {
    switch (op) {
        case binary::add: return "+";
        case binary::subtract: return "-";
        case binary::multiply: return "*";
        case binary::divide: return "/";
        case binary::modulo: return "%";
        case binary::eq: return "==";
        case binary::ne: return "!=";
        case binary::lt: return "<";
        case binary::le: return "<=";
        case binary::gt: return ">";
        case binary::ge: return ">=";
    }
    return "?";
}

}  // namespace rolloutd::policies::cel
