#include "policies/cel/hints.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "policies/cel/signatures.h"
#include "policies/diagnostic.h"

namespace rolloutd::policies::cel {

namespace {

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string near = nearest(word, candidates);
    return near.empty() ? "" : "did you mean '" + near + "'?";
}

// The words that people bring along from other languages.
const std::map<std::string_view, std::string_view>& other_words() {
    static const std::map<std::string_view, std::string_view> words = {
        {"any", "exists"},         {"some", "exists"},   {"every", "all"},
        {"len", "size"},           {"length", "size"},   {"count", "size"},
        {"float", "double"},       {"str", "string"},    {"starts_with", "startsWith"},
        {"ends_with", "endsWith"}, {"match", "matches"}, {"includes", "contains"},
        {"where", "filter"},       {"select", "filter"},
    };
    return words;
}

std::vector<std::string> function_names(const environment& names) {
    std::vector<std::string> made = {"has", "all", "exists", "exists_one", "map", "filter"};
    for (const function& one : names.functions())
        made.push_back(one.name);
    return made;
}

bool is_number(type_kind kind) {
    return kind == type_kind::integer || kind == type_kind::unsigned_integer ||
           kind == type_kind::real;
}

std::string duration_hint(const tree& whole, const node& other) {
    const std::string text(whole.source(other.where));
    if (other.kind == node_kind::literal && other.literal.kind() == value_kind::integer) {
        return "write duration(\"" + text + "s\") or duration(\"" + text + "m\")";
    }
    if (other.kind == node_kind::literal && other.literal.kind() == value_kind::string) {
        return "write duration(\"" + other.literal.as_string() + "\")";
    }
    return "compare a duration with duration(\"15m\")";
}

}  // namespace

std::string hint_for_name(std::string_view name, const environment& names,
                          const std::vector<std::string>& locals) {
    static const std::map<std::string_view, std::string_view> words = {
        {"True", "true"}, {"TRUE", "true"}, {"False", "false"}, {"FALSE", "false"},
        {"None", "null"}, {"NULL", "null"}, {"nil", "null"},    {"and", "&&"},
        {"or", "||"},     {"not", "!"},
    };
    if (const auto known = words.find(name); known != words.end()) {
        return "write " + std::string(known->second);
    }
    std::vector<std::string> candidates = locals;
    for (const variable& one : names.variables())
        candidates.push_back(one.name);
    if (std::string near = did_you_mean(name, candidates); !near.empty()) return near;
    return "a text is written in quotes: \"" + std::string(name) + "\"";
}

std::string hint_for_field(std::string_view name, const object_type& of) {
    std::vector<std::string> fields;
    for (const field_declaration& one : of.fields())
        fields.push_back(one.name);
    if (std::string near = did_you_mean(name, fields); !near.empty()) return near;
    std::string list;
    for (const std::string& field : fields)
        list += (list.empty() ? "" : ", ") + field;
    return "it has " + list;
}

std::string hint_for_method(std::string_view name, const environment& names) {
    for (const function& one : names.functions()) {
        if (one.name != name) continue;
        for (const overload& form : one.overloads) {
            if (form.receiver) return "it is a function: write ." + one.name + "()";
        }
    }
    return "";
}

std::string usage_of_macro(std::string_view name) {
    if (name == "has") return "write has(labels.tier)";
    if (name == "map") return "write .map(i, i * 2) or .map(i, i > 2, i * 2)";
    for (const std::string_view one : {"all", "exists", "exists_one", "existsOne", "filter"}) {
        if (name == one) return "write ." + std::string(one) + "(i, i > 2)";
    }
    return "";
}

std::string hint_for_function(std::string_view name, const environment& names) {
    if (const auto known = other_words().find(name); known != other_words().end()) {
        return "did you mean '" + std::string(known->second) + "'?";
    }
    return did_you_mean(name, function_names(names));
}

std::string hint_for_call(const function& called, bool receiver,
                          const std::vector<type>& arguments) {
    if (called.name == "duration" && !arguments.empty() &&
        arguments[0].kind() == type_kind::integer) {
        return "give it a text with a unit: duration(\"15m\")";
    }
    std::string forms;
    for (const overload& one : called.overloads) {
        std::string parameters;
        for (std::size_t at = one.receiver ? 1 : 0; at < one.parameters.size(); ++at) {
            parameters += (parameters.empty() ? "" : ", ") + one.parameters[at].text();
        }
        const std::string on = one.receiver ? one.parameters[0].text() + "." : "";
        if (forms.size() > 120) return forms + ", ...";
        forms += (forms.empty() ? "there is " : ", ") + on + called.name + "(" + parameters + ")";
        if (one.receiver != receiver && called.overloads.size() == 1) break;
    }
    return forms;
}

std::string hint_for_condition(const type& given) {
    if (is_number(given.kind())) return "compare it with something, e.g. > 0";
    if (given.kind() == type_kind::string) return "compare it with something, e.g. == \"PAUSED\"";
    if (given.kind() == type_kind::duration) {
        return "compare it with something, e.g. > duration(\"5m\")";
    }
    return "";
}

std::string message_for_operator(binary op, const std::string& left, const std::string& right) {
    switch (op) {
        case binary::add: return "cannot add " + left + " and " + right;
        case binary::subtract: return "cannot subtract " + right + " from " + left;
        case binary::multiply: return "cannot multiply " + left + " by " + right;
        case binary::divide: return "cannot divide " + left + " by " + right;
        case binary::modulo: return "cannot take " + left + " modulo " + right;
        default: return "cannot compare " + left + " with " + right;
    }
}

std::string hint_for_operator(const tree& whole, const node& here, const type& left,
                              const type& right) {
    const node& a = whole.at(here.children[0]);
    const node& b = whole.at(here.children[1]);
    if (left.kind() == type_kind::duration) return duration_hint(whole, b);
    if (right.kind() == type_kind::duration) return duration_hint(whole, a);
    if (is_number(left.kind()) && is_number(right.kind())) {
        for (const node* side : {&a, &b}) {
            const bool whole_number =
                side->kind == node_kind::literal && side->literal.kind() == value_kind::integer;
            if (whole_number) return "write " + std::string(whole.source(side->where)) + ".0";
        }
        const node& narrow = left.kind() == type_kind::real ? b : a;
        return "write double(" + std::string(whole.source(narrow.where)) + ")";
    }
    const auto quoted_number = [](const node& side) {
        return side.kind == node_kind::literal && side.literal.kind() == value_kind::string &&
               !side.literal.as_string().empty() &&
               std::all_of(side.literal.as_string().begin(), side.literal.as_string().end(),
                           [](unsigned char c) { return std::isdigit(c) != 0; });
    };
    if (is_number(left.kind()) && quoted_number(b)) {
        return "write " + b.literal.as_string() + " without quotes";
    }
    if (is_number(right.kind()) && quoted_number(a)) {
        return "write " + a.literal.as_string() + " without quotes";
    }
    return "both sides must be of one type; int(), double() and string() convert";
}

}  // namespace rolloutd::policies::cel
