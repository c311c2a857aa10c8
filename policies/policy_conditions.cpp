// Conditions and variables of a policy file: in the right order, for each kind of rule, with every
// problem shown in the YAML where it was written.

#include <algorithm>

#include "policies/condition_words.h"
#include "policies/policy_reader.h"
#include "policies/yaml/rewrite.h"

namespace rolloutd::policies {
namespace {

using yaml::node;

// `when: x == "a #b"` without quotes around all of it: YAML ends the value before the '#'.
bool ends_in_comment(const policy_reading& from, const node& text) {
    if (!text.is_plain()) return false;
    const std::string& file = from.report.file().text();
    const std::size_t mark = file.find_first_not_of(" \t", text.where.end);
    return mark != std::string::npos && file[mark] == '#' && mark > text.where.end;
}

// `{when: f(a, b)}`: in a flow map the comma ends the value, whatever brackets are open in it.
bool ends_at_comma(const policy_reading& from, const node& text) {
    if (!text.is_plain()) return false;
    const std::string& file = from.report.file().text();
    if (text.where.end >= file.size() || file[text.where.end] != ',') return false;
    const auto count = [&](char one) {
        return std::count(text.value.begin(), text.value.end(), one);
    };
    return count('(') > count(')') || count('[') > count(']') || count('{') > count('}');
}

bool is_fact(const policy_reading& from, std::string_view name) {
    return std::any_of(std::begin(all_kinds), std::end(all_kinds), [&](subject_kind kind) {
        return from.words.for_kind(kind).has_variable(name);
    });
}

// The name that the problem says is unknown, if it is a fact elsewhere; else "".
std::string fact_elsewhere(const policy_reading& from, const node& text, const cel::problem& what) {
    if (what.code != "undeclared" || what.where.end > text.value.size()) return "";
    std::string name = text.value.substr(what.where.begin, what.where.end - what.where.begin);
    return is_fact(from, name) ? name : "";
}

std::string hint_for(const policy_reading& from, const node& text, const cel::problem& what,
                     bool in_rule) {
    if (what.code == "syntax" && ends_in_comment(from, text)) {
        return "` #` begins a YAML comment here: quote the condition or use a `|` block";
    }
    if (what.code == "syntax" && ends_at_comma(from, text)) {
        return "in a `{…}` map a comma ends the value: quote the condition or use a `|` block";
    }
    const std::string name = fact_elsewhere(from, text, what);
    if (name.empty()) return what.hint;
    return in_rule ? "add `each: " + name + "` to the rule" : "`match` knows only ticket";
}

// The problem where it stands in the file, with its fixes as changes of the file.
issue issue_of(const policy_reading& from, const node& text, const cel::problem& what,
               bool in_rule) {
    const yaml::document& file = from.report.file();
    const std::string hint = hint_for(from, text, what, in_rule);
    issue made =
        file.make_issue(severity::error, file.locate(text, {what.where.begin, what.where.end}),
                        what.code, what.message, hint);
    // Another hint is another opinion of what was meant.
    if (hint != what.hint) return made;
    std::vector<yaml::value_change> changes;
    for (const cel::edit& each : what.fixes)
        changes.push_back({{each.where.begin, each.where.end}, each.text});
    made.fixes = yaml::rewrite(file, text, changes);
    return made;
}

bool is_identifier(std::string_view name) {
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    return !name.empty() && name.size() <= 64 &&
           name.find_first_not_of(allowed) == std::string_view::npos &&
           (name.front() < '0' || name.front() > '9');
}

bool is_reserved(std::string_view name) {
    static const std::set<std::string_view> words = {
        "true",      "false",  "null",     "in",   "as",     "break", "const", "continue",
        "else",      "for",    "function", "if",   "import", "let",   "loop",  "package",
        "namespace", "return", "var",      "void", "while",  "int",   "uint",  "double",
        "bool",      "string", "bytes",    "list", "map",    "type",  "dyn",   "null_type"};
    return words.contains(name);
}

// Reports what is wrong with a variable's name or the kind of its value.
bool is_good_variable(policy_reading& from, const yaml::member& entry) {
    const std::string& name = entry.key.value;
    if (!is_identifier(name) || is_reserved(name)) {
        from.report.error(entry.key, "bad-value", "'" + name + "' cannot be the name of a variable",
                          "a name is made of letters, digits and '_', and is no word of the "
                          "language");
        return false;
    }
    if (is_fact(from, name)) {
        from.report.error(entry.key, "redefined-fact",
                          "'" + name + "' is a fact and cannot be a variable",
                          "choose another name");
        return false;
    }
    if (entry.value.kind == yaml::node_kind::scalar) return true;
    if (entry.value.kind == yaml::node_kind::null) {
        from.report.error(entry.key, "empty-value", "'" + name + "' has no value",
                          "give it one or remove the line");
    } else if (entry.value.kind != yaml::node_kind::broken) {
        from.report.error(entry.value, "wrong-type",
                          "a variable is an expression, but here stands " + describe(entry.value));
    }
    return false;
}

void collect_variables(policy_reading& from, const node& map) {
    for (const yaml::member& each : map.members) {
        variable_entry made;
        made.key = &each.key;
        made.value = &each.value;
        made.broken = !is_good_variable(from, each);
        if (made.broken && is_fact(from, each.key.value)) continue;
        from.variables.emplace(each.key.value, made);
    }
    for (auto& [name, entry] : from.variables) {
        if (entry.broken) continue;
        for (const condition_word& word : words_of(entry.value->value)) {
            if (from.variables.contains(word.name)) entry.uses.insert(word.name);
        }
    }
}

// Depth-first through what variables use: gives an order in which each follows what it uses.
class variable_order {
public:
    explicit variable_order(policy_reading& from) : from_(from) {
        for (const auto& [name, entry] : from_.variables)
            visit(name);
    }
    const std::vector<std::string>& names() const { return order_; }

private:
    void visit(const std::string& name) {
        if (done_.contains(name)) return;
        const auto again = std::find(path_.begin(), path_.end(), name);
        if (again != path_.end()) {
            report_cycle({again, path_.end()});
            return;
        }
        path_.push_back(name);
        for (const std::string& used : from_.variables.at(name).uses)
            visit(used);
        path_.pop_back();
        done_.insert(name);
        order_.push_back(name);
    }

    void report_cycle(std::vector<std::string> names) {
        std::string chain;
        for (const std::string& each : names)
            chain += each + " -> ";
        bool known = false;
        for (const std::string& each : names) {
            known = known || from_.variables.at(each).broken;
            from_.variables.at(each).broken = true;
        }
        if (known) return;
        from_.report.error(*from_.variables.at(names.front()).key, "cycle",
                           "variables use each other in a circle: " + chain + names.front(),
                           "a variable may use others, but never itself");
    }

    policy_reading& from_;
    std::vector<std::string> path_;
    std::set<std::string> done_;
    std::vector<std::string> order_;
};

// Which kinds of rules have every fact that the variable names, itself or through others.
void find_kinds(policy_reading& from, const std::string& name) {
    variable_entry& entry = from.variables.at(name);
    entry.known_to = {std::begin(all_kinds), std::end(all_kinds)};
    const auto lacks = [&](subject_kind kind, const std::string& word) {
        return is_fact(from, word) && !from.words.for_kind(kind).has_variable(word);
    };
    for (const condition_word& word : words_of(entry.value->value)) {
        const auto dropped = std::erase_if(
            entry.known_to, [&](subject_kind kind) { return lacks(kind, word.name); });
        if (dropped > 0) entry.needs = word.name;
    }
    for (const std::string& used : entry.uses) {
        const variable_entry& other = from.variables.at(used);
        if (other.broken) continue;
        const auto dropped = std::erase_if(
            entry.known_to, [&](subject_kind kind) { return !other.known_to.contains(kind); });
        if (dropped > 0) entry.needs = other.needs;
    }
    if (!entry.known_to.empty()) return;
    from.report.error(*entry.value, "wrong-subject",
                      "'" + name + "' names both 'batch' and 'instance', and no rule has both",
                      "make two variables of it");
    entry.broken = true;
}

std::optional<cel::expression> compile_variable(policy_reading& from, const std::string& name,
                                                subject_kind kind) {
    variable_entry& entry = from.variables.at(name);
    if (entry.broken) return std::nullopt;
    auto made = compile_condition(from, *entry.value, from.names.at(kind), cel::type_kind::dyn);
    // Said once: the other kinds would give the same problems.
    if (!made) entry.broken = true;
    return made;
}

}  // namespace

std::optional<cel::expression> compile_condition(policy_reading& from, const node& text,
                                                 const cel::environment& names,
                                                 const cel::type& expected) {
    if (text.kind == yaml::node_kind::broken) return std::nullopt;
    if (text.kind != yaml::node_kind::scalar) {
        const bool bracket = text.style == yaml::node_style::flow;
        from.report.error(text, "wrong-type",
                          "a condition is text, but here stands " + describe(text),
                          bracket ? "quote the condition or use a `|` block" : "");
        return std::nullopt;
    }
    std::string source = text.value;
    while (!source.empty() && (source.back() == '\n' || source.back() == ' '))
        source.pop_back();
    if (source.empty()) {
        from.report.error(text, "empty-value", "the condition is empty");
        return std::nullopt;
    }
    cel::compile_result result = cel::compile(source, names, expected);
    if (auto* made = std::get_if<cel::expression>(&result)) return std::move(*made);
    // `match` knows the ticket alone.
    const bool in_rule = names.has_variable("count");
    for (const cel::problem& each : std::get<std::vector<cel::problem>>(result)) {
        const std::string missing = in_rule ? fact_elsewhere(from, text, each) : "";
        if (!missing.empty() && !from.told_to_add.insert(missing).second) continue;
        from.report.add(issue_of(from, text, each, in_rule));
    }
    return std::nullopt;
}

std::map<subject_kind, std::vector<variable_definition>> read_variables(policy_reading& from,
                                                                        const node* map) {
    for (const subject_kind kind : all_kinds)
        from.names.emplace(kind, from.words.for_kind(kind)).first->second.set_zones(from.zones);
    std::map<subject_kind, std::vector<variable_definition>> made;
    if (map == nullptr) return made;
    if (!yaml::fields(from.report, *map, "variables").usable()) return made;
    collect_variables(from, *map);
    const variable_order order(from);
    for (const std::string& name : order.names()) {
        if (!from.variables.at(name).broken) find_kinds(from, name);
    }
    for (const subject_kind kind : all_kinds) {
        for (const std::string& name : order.names()) {
            const variable_entry& entry = from.variables.at(name);
            if (!entry.broken && !entry.known_to.contains(kind)) continue;
            std::optional<cel::expression> what = compile_variable(from, name, kind);
            // What was reported already must not be reported again wherever it is used.
            const cel::type result = what ? what->result() : cel::type(cel::type_kind::error);
            from.names.at(kind).declare(name, result);
            if (what) made[kind].push_back({name, std::move(*what)});
        }
    }
    return made;
}

std::set<std::string> used_variables(const policy_reading& from,
                                     const std::vector<const cel::expression*>& expressions) {
    std::set<std::string> found;
    std::vector<std::string> open;
    for (const cel::expression* each : expressions) {
        if (!*each) continue;
        for (const condition_word& word : words_of(each->text()))
            open.push_back(word.name);
    }
    while (!open.empty()) {
        const std::string name = std::move(open.back());
        open.pop_back();
        const auto entry = from.variables.find(name);
        if (entry == from.variables.end() || !found.insert(name).second) continue;
        open.insert(open.end(), entry->second.uses.begin(), entry->second.uses.end());
    }
    return found;
}

}  // namespace rolloutd::policies
