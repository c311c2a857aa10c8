#include "policies/lint/rule_source.h"

#include <utility>

namespace rolloutd::policies::lint {
namespace {

const yaml::node* member_of(const yaml::node& map, std::string_view key) {
    for (const yaml::member& each : map.members) {
        if (each.key.value == key) return &each.value;
    }
    return nullptr;
}

}  // namespace

rule_source::rule_source(const policy& what) : file_(yaml::parse({what.file, what.text}).file) {}

const yaml::node* rule_source::value_of(std::size_t rule, std::string_view key) const {
    const yaml::node* const rules = member_of(file_.root(), "rules");
    if (rules == nullptr || rule >= rules->items.size()) return nullptr;
    const yaml::node& one = rules->items[rule];
    if (const yaml::node* found = member_of(one, key)) return found;
    // The name is what people look for; a rule always has one.
    const yaml::node* const name = member_of(one, "name");
    return name == nullptr ? &one : name;
}

issue rule_source::at(std::size_t rule, std::string_view key, std::string code,
                      std::string message) const {
    const yaml::node* const value = value_of(rule, key);
    const yaml::span where = value == nullptr ? yaml::span{}
                             : value->kind == yaml::node_kind::scalar
                                 ? file_.locate(*value, {0, value->value.size()})
                                 : value->where;
    return file_.make_issue(severity::warning, where, std::move(code), std::move(message));
}

issue rule_source::at(std::size_t rule, std::string_view key, cel::text_range part,
                      std::string code, std::string message) const {
    const yaml::node* const value = value_of(rule, key);
    if (value == nullptr || value->kind != yaml::node_kind::scalar) {
        return at(rule, key, std::move(code), std::move(message));
    }
    return file_.make_issue(severity::warning, file_.locate(*value, {part.begin, part.end}),
                            std::move(code), std::move(message));
}

issue rule_source::at_match(cel::text_range part, std::string code, std::string message) const {
    const yaml::node* const value = member_of(file_.root(), "match");
    const yaml::span where =
        value == nullptr ? yaml::span{} : file_.locate(*value, {part.begin, part.end});
    return file_.make_issue(severity::warning, where, std::move(code), std::move(message));
}

issue rule_source::at_variable(std::string_view name, cel::text_range part, std::string code,
                               std::string message) const {
    const yaml::node* const variables = member_of(file_.root(), "variables");
    const yaml::node* const value = variables == nullptr ? nullptr : member_of(*variables, name);
    const yaml::span where =
        value == nullptr ? yaml::span{} : file_.locate(*value, {part.begin, part.end});
    return file_.make_issue(severity::warning, where, std::move(code), std::move(message));
}

}  // namespace rolloutd::policies::lint
