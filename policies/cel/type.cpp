#include "policies/cel/type.h"

#include <array>
#include <utility>

#include "policies/check.h"

namespace rolloutd::policies::cel {

struct type::node {
    type_kind kind = type_kind::dyn;
    std::vector<type> arguments;
    const object_type* declared = nullptr;
    std::string name;
};

type::type(std::shared_ptr<const node> what) : node_(std::move(what)) {}

// Simple types are shared: they are made again and again while expressions are checked.
type::type(type_kind simple) {
    constexpr std::size_t kinds = static_cast<std::size_t>(type_kind::error) + 1;
    static const std::array<std::shared_ptr<const node>, kinds> shared = [] {
        std::array<std::shared_ptr<const node>, kinds> made;
        for (std::size_t kind = 0; kind < kinds; ++kind) {
            made[kind] =
                std::make_shared<const node>(node{static_cast<type_kind>(kind), {}, nullptr, {}});
        }
        return made;
    }();
    node_ = shared[static_cast<std::size_t>(simple)];
}

type type::list_of(type element) {
    return type(
        std::make_shared<const node>(node{type_kind::list, {std::move(element)}, nullptr, {}}));
}

type type::map_of(type key, type mapped) {
    return type(std::make_shared<const node>(
        node{type_kind::map, {std::move(key), std::move(mapped)}, nullptr, {}}));
}

type type::optional_of(type inner) {
    return type(
        std::make_shared<const node>(node{type_kind::optional, {std::move(inner)}, nullptr, {}}));
}

type type::type_of(type inner) {
    return type(
        std::make_shared<const node>(node{type_kind::type, {std::move(inner)}, nullptr, {}}));
}

type type::parameter(std::string name) {
    return type(
        std::make_shared<const node>(node{type_kind::parameter, {}, nullptr, std::move(name)}));
}

type type::object(const object_type& declared) {
    return type(std::make_shared<const node>(node{type_kind::object, {}, &declared, {}}));
}

type_kind type::kind() const { return node_->kind; }
const std::vector<type>& type::arguments() const { return node_->arguments; }
const object_type* type::declared() const { return node_->declared; }
const std::string& type::name() const { return node_->name; }

bool type::operator==(const type& other) const {
    return node_ == other.node_ || (kind() == other.kind() && declared() == other.declared() &&
                                    name() == other.name() && arguments() == other.arguments());
}

namespace {

const char* word_of(type_kind kind) {
    switch (kind) {
        case type_kind::dyn: return "dyn";
        case type_kind::null: return "null";
        case type_kind::boolean: return "bool";
        case type_kind::integer: return "int";
        case type_kind::unsigned_integer: return "uint";
        case type_kind::real: return "double";
        case type_kind::string: return "string";
        case type_kind::bytes: return "bytes";
        case type_kind::duration: return "duration";
        case type_kind::timestamp: return "timestamp";
        case type_kind::list: return "list";
        case type_kind::map: return "map";
        case type_kind::type: return "type";
        case type_kind::object: return "object";
        case type_kind::parameter: return "parameter";
        case type_kind::optional: return "optional_type";
        case type_kind::error: return "error";
    }
    return "?";
}

}  // namespace

std::string type::text() const {
    if (kind() == type_kind::object) return declared()->name();
    if (kind() == type_kind::parameter) return name();
    std::string made = word_of(kind());
    if (arguments().empty()) return made;
    const char* separator = "(";
    for (const type& argument : arguments()) {
        made += separator + argument.text();
        separator = ", ";
    }
    return made + ")";
}

object_type::object_type(std::string name, std::vector<field_declaration> fields)
    : name_(std::move(name)), fields_(std::move(fields)) {}

int object_type::slot_of(std::string_view field) const {
    for (std::size_t slot = 0; slot < fields_.size(); ++slot) {
        if (fields_[slot].name == field) return static_cast<int>(slot);
    }
    return -1;
}

}  // namespace rolloutd::policies::cel
