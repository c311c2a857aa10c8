#include "policies/cel/hints.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "policies/cel/unify.h"
#include "policies/diagnostic.h"

namespace rolloutd::policies::cel {

namespace {

// The words that people bring along from other languages.
const std::map<std::string_view, std::string_view>& other_words() {
    static const std::map<std::string_view, std::string_view> words = {
        {"any", "exists"},         {"some", "exists"},   {"every", "all"},
        {"len", "size"},           {"length", "size"},   {"count", "size"},
        {"float", "double"},       {"str", "string"},    {"starts_with", "startsWith"},
        {"ends_with", "endsWith"}, {"match", "matches"}, {"includes", "contains"},
        {"where", "filter"},       {"select", "filter"}, {"lower", "lowerAscii"},
        {"upper", "upperAscii"},
    };
    return words;
}

bool takes(const function& what, const type* receiver) {
    return std::ranges::any_of(what.overloads, [receiver](const overload& form) {
        if (form.receiver != (receiver != nullptr)) return false;
        unifier types;
        return receiver == nullptr || types.agree(form.parameters[0], *receiver);
    });
}

std::vector<std::string> function_names(const environment& names, const type* receiver) {
    std::vector<std::string> made;
    const type_kind on = receiver == nullptr ? type_kind::error : receiver->kind();
    if (on == type_kind::list || on == type_kind::map || on == type_kind::dyn) {
        made = {"all", "exists", "exists_one", "map", "filter"};
    }
    if (receiver == nullptr) made.emplace_back("has");
    for (const function& one : names.functions()) {
        if (takes(one, receiver)) made.push_back(one.name);
    }
    return made;
}

bool is_number(type_kind kind) {
    return kind == type_kind::integer || kind == type_kind::unsigned_integer ||
           kind == type_kind::real;
}

advice duration_hint(const tree& whole, const node& other) {
    if (other.kind == node_kind::literal && other.literal.kind() == value_kind::integer) {
        const std::string minutes = "duration(\"" + std::string(whole.source(other.where)) + "m\")";
        return {"write " + minutes + ", with s or h for seconds or hours",
                {{other.where, minutes}}};
    }
    if (other.kind == node_kind::literal && other.literal.kind() == value_kind::string) {
        const std::string& text = other.literal.as_string();
        advice made{"write duration(\"" + text + "\")"};
        const bool whole_text = text.find_first_of("\"\\\n\r") == std::string::npos;
        if (whole_text) made.fixes = {{other.where, "duration(\"" + text + "\")"}};
        return made;
    }
    return {"compare a duration with duration(\"15m\")"};
}

}  // namespace

advice did_you_mean(text_range where, std::string_view word,
                    const std::vector<std::string>& candidates) {
    const std::string near = nearest(word, candidates);
    if (near.empty()) return {};
    return {"did you mean '" + near + "'?", {{where, near}}};
}

advice hint_for_name(const node& here, const environment& names,
                     const std::vector<std::string>& locals) {
    static const std::map<std::string_view, std::string> words = {
        {"True", "true"}, {"TRUE", "true"}, {"False", "false"}, {"FALSE", "false"},
        {"None", "null"}, {"NULL", "null"}, {"nil", "null"},    {"and", "&&"},
        {"or", "||"},     {"not", "!"},
    };
    if (const auto known = words.find(here.name); known != words.end()) {
        return {"write " + known->second, {{here.where, known->second}}};
    }
    std::vector<std::string> candidates = locals;
    for (const variable& one : names.variables())
        candidates.push_back(one.name);
    advice near = did_you_mean(here.where, here.name, candidates);
    if (!near.hint.empty()) return near;
    const std::string quoted = '"' + here.name + '"';
    return {"a text is written in quotes: " + quoted, {{here.where, quoted}}};
}

advice hint_for_field(const node& here, const object_type& of) {
    std::vector<std::string> fields;
    for (const field_declaration& one : of.fields())
        fields.push_back(one.name);
    advice near = did_you_mean(here.mark, here.name, fields);
    if (!near.hint.empty()) return near;
    std::string list;
    for (const std::string& field : fields)
        list += (list.empty() ? "" : ", ") + field;
    return {"it has " + list};
}

advice hint_for_method(const node& here, const environment& names) {
    for (const function& one : names.functions()) {
        if (one.name != here.name) continue;
        for (const overload& form : one.overloads) {
            if (!form.receiver) continue;
            advice made{"it is a function: write ." + one.name + "()"};
            if (form.parameters.size() == 1) made.fixes = {{here.mark, one.name + "()"}};
            return made;
        }
    }
    return {};
}

std::string usage_of_macro(std::string_view name) {
    if (name == "has") return "write has(labels.tier)";
    if (name == "map") return "write .map(i, i * 2) or .map(i, i > 2, i * 2)";
    for (const std::string_view one : {"all", "exists", "exists_one", "existsOne", "filter"}) {
        if (name == one) return "write ." + std::string(one) + "(i, i > 2)";
    }
    return "";
}

bool is_other_macro(std::string_view name) {
    for (const std::string_view one : {"any", "some", "every", "count", "where", "select"}) {
        if (name == one) return true;
    }
    return false;
}

advice hint_for_function(const node& here, const environment& names, const type* receiver) {
    if (here.name == "count" && here.children.size() == 3) {
        return {"write .filter(i, ...).size()",
                {{here.mark, "filter"}, {{here.where.end, here.where.end}, ".size()"}}};
    }
    if (const auto known = other_words().find(here.name); known != other_words().end()) {
        const std::string meant(known->second);
        return {"did you mean '" + meant + "'?", {{here.mark, meant}}};
    }
    return did_you_mean(here.mark, here.name, function_names(names, receiver));
}

std::vector<std::string> functions_within(std::string_view space, const environment& names) {
    std::vector<std::string> made;
    for (const function& one : names.functions()) {
        const std::size_t dot = one.name.find('.');
        if (dot == space.size() && one.name.starts_with(space)) {
            made.push_back(one.name.substr(dot + 1));
        }
    }
    return made;
}

std::string nearest_namespace(std::string_view word, const environment& names) {
    std::vector<std::string> spaces;
    for (const function& one : names.functions()) {
        const std::size_t dot = one.name.find('.');
        if (dot != std::string::npos) spaces.push_back(one.name.substr(0, dot));
    }
    return nearest(word, spaces);
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

namespace {

// 100 for "100", written where no text is asked for; "" for what is no number.
std::string unquoted_number(const node& side) {
    if (side.kind != node_kind::literal || side.literal.kind() != value_kind::string) return "";
    const std::string& text = side.literal.as_string();
    const bool digits =
        std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
    return digits ? text : "";
}

advice hint_for_numbers(const tree& whole, const node& a, const node& b, const node& narrow) {
    for (const node* side : {&a, &b}) {
        if (side->kind != node_kind::literal || side->literal.kind() != value_kind::integer) {
            continue;
        }
        const std::string real = std::string(whole.source(side->where)) + ".0";
        advice made{"write " + real};
        if (real.find_first_of("xX") == std::string::npos) made.fixes = {{side->where, real}};
        return made;
    }
    const std::string real = "double(" + std::string(whole.source(narrow.where)) + ")";
    return {"write " + real, {{narrow.where, real}}};
}

}  // namespace

advice hint_for_operator(const tree& whole, const node& here, const type& left, const type& right) {
    const node& a = whole.at(here.children[0]);
    const node& b = whole.at(here.children[1]);
    if (left.kind() == type_kind::duration) return duration_hint(whole, b);
    if (right.kind() == type_kind::duration) return duration_hint(whole, a);
    if (is_number(left.kind()) && is_number(right.kind())) {
        return hint_for_numbers(whole, a, b, left.kind() == type_kind::real ? b : a);
    }
    const bool left_number = is_number(left.kind());
    if (left_number || is_number(right.kind())) {
        const node& text = left_number ? b : a;
        std::string number = unquoted_number(text);
        if (!number.empty()) {
            const bool real = (left_number ? left : right).kind() == type_kind::real;
            number += real ? ".0" : "";
            return {"write " + number + " without quotes", {{text.where, number}}};
        }
    }
    return {"both sides must be of one type; int(), double() and string() convert"};
}

}  // namespace rolloutd::policies::cel
