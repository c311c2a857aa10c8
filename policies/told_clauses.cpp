#include "policies/told_clauses.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

#include "policies/facts.h"
#include "policies/lint/rule_source.h"
#include "policies/rule_scope.h"

namespace rolloutd::policies {

namespace {

verdict verdict_of(const cel::value& what) {
    if (what.kind() != cel::value_kind::boolean) return verdict::undetermined;
    return what.as_boolean() ? verdict::yes : verdict::no;
}

bool is_literal(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789.-+") == std::string::npos;
}

// The facts of the kind, and the policy's variables in the same slots as the rules have them.
cel::environment names_of(const policy& owner, subject_kind kind) {
    cel::environment names = facts_environment(kind);
    const auto at = owner.variables.find(kind);
    if (at == owner.variables.end()) return names;
    for (const variable_definition& each : at->second)
        names.declare(each.name, each.what.result());
    return names;
}

// The second argument of a call as it is written: "judged" of "percent(count.abnormal, judged)".
std::string second_argument(const std::string& call) {
    int open = 0;
    for (std::size_t i = 0; i < call.size(); ++i) {
        if (call[i] == '(') ++open;
        if (call[i] == ')') --open;
        if (call[i] != ',' || open != 1) continue;
        std::string rest = call.substr(i + 1);
        while (!rest.empty() && (rest.front() == ' '))
            rest.erase(0, 1);
        if (!rest.empty() && rest.back() == ')') rest.pop_back();
        return rest;
    }
    return {};
}

bool is_plain_name(const std::string& text) {
    return !text.empty() && text.find_first_not_of(
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
                                "UVWXYZ0123456789_.") == std::string::npos;
}

// Whether the text is one call of percent, percent_lower or percent_upper and nothing beside it.
bool is_percent_call(const std::string& text) {
    if (!text.starts_with("percent")) return false;
    int open = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '(') ++open;
        if (text[i] == ')' && --open == 0) return i + 1 == text.size();
    }
    return false;
}

// The places of the policy's parts in its file, which is read when they are first asked for.
using places = std::function<const lint::rule_source&()>;

// Tells one condition for one subject.
class teller {
public:
    teller(const policy& owner, const settings& rules, const rule_scope& scope,
           const taken_condition& what, const places& where)
        : owner_(owner), secrets_(rules.secrets), scope_(scope), what_(what), where_(where) {}

    void tell(told_condition& into) {
        for (const taken_clause& each : what_.clauses) {
            told_clause told;
            told.part = what_.part;
            told.text = each.shown.text;
            if (each.whole) fill(told, each);
            into.clauses.push_back(std::move(told));
        }
    }

private:
    void fill(told_clause& told, const taken_clause& clause) {
        cel::trace used;
        const cel::value result = scope_.evaluate(clause.whole, &used);
        told.now = verdict_of(result);
        if (result.is_error()) {
            blame(told, result.as_error(), clause.shown);
            if (touches_secrets(used, scope_.evidence(used, secrets_)))
                told.said = "[" + result.as_error().code + "]";
            return;
        }
        if (clause.shown.relation.empty()) {
            told.said = values_said(scope_.evidence(used, secrets_));
            return;
        }
        told.said = side_said(clause.left, clause.shown.left);
        const std::string other = side_said(clause.right, clause.shown.right);
        if (!other.empty()) told.said += (told.said.empty() ? "" : ", ") + other;
    }

    // "failed is 12.5% (3 of 24 judged)"; nothing for what the text shows itself.
    std::string side_said(const cel::expression& side, const std::string& text) const {
        if (!side || side.names().empty()) return {};
        cel::trace used;
        const cel::value value = scope_.evaluate(side, &used);
        if (value.kind() == cel::value_kind::object || value.kind() == cel::value_kind::list) {
            return values_said(scope_.evidence(used, secrets_));
        }
        const std::vector<evidence_item> items = scope_.evidence(used, secrets_);
        const bool hidden = is_text(value) && touches_secrets(used, items);
        const bool share = value.kind() == cel::value_kind::real && is_share(text);
        std::string said = text + " is ";
        said += hidden ? std::string(redacted) : value_said(value, share);
        const std::string inside = parts_said(text, items, share);
        return inside.empty() ? said : said + " (" + inside + ")";
    }

    // A text may be made of a secret or a message; what is counted or compared tells nothing of it.
    static bool is_text(const cel::value& what) {
        const cel::value_kind kind = what.kind();
        return kind == cel::value_kind::string || kind == cel::value_kind::bytes ||
               kind == cel::value_kind::map || kind == cel::value_kind::optional;
    }

    // The items tell of variables too, which the trace names only.
    bool touches_secrets(const cel::trace& used, const std::vector<evidence_item>& items) const {
        const confidential hidden(secrets_);
        const bool direct = std::ranges::any_of(
            used.used, [&](const cel::used_value& each) { return hidden.is_touched_by(each); });
        return direct || std::ranges::any_of(items, [](const evidence_item& each) {
                   const auto* shown = std::get_if<std::string>(&each.value);
                   return each.name.ends_with("message") ||
                          (shown != nullptr && shown->find(redacted) != std::string::npos);
               });
    }

    // In percent: a fact that is, a call that gives it, or a variable that is nothing else.
    bool is_share(const std::string& text) const {
        if (is_percent_call(text) || text == "ticket.failure_allowed" ||
            text == "ticket.success_rate") {
            return true;
        }
        return std::ranges::any_of(
            variables_of(owner_, what_.kind), [&text](const variable_definition& each) {
                return each.name == text && is_percent_call(each.what.text());
            });
    }

    // What it was made of: "3 of 24 judged" for a share, the values that it names otherwise.
    static std::string parts_said(const std::string& text, const std::vector<evidence_item>& items,
                                  bool share) {
        std::string said;
        for (const evidence_item& each : items) {
            if (!share || each.arguments.size() < 2) continue;
            const auto* part = std::get_if<std::int64_t>(&each.arguments[0]);
            const auto* whole = std::get_if<std::int64_t>(&each.arguments[1]);
            if (part == nullptr || whole == nullptr) continue;
            if (!said.empty()) said += ", ";
            said += std::to_string(*part) + " of " + std::to_string(*whole);
            const std::string name = second_argument(each.name);
            if (is_plain_name(name)) said += " " + name;
        }
        if (!said.empty()) return said;
        std::vector<evidence_item> others;
        for (const evidence_item& each : items) {
            const bool same =
                each.name == text || each.name == "batch.index" || each.name == "instance.id";
            if (!same) others.push_back(each);
        }
        return values_said(others);
    }

    static std::string values_said(const std::vector<evidence_item>& items) {
        std::string said;
        for (const evidence_item& each : items) {
            if (!said.empty()) said += ", ";
            said += each.name + " = " + text_of(each.value);
        }
        return said;
    }

    // Where it failed, in the condition's own text or in that of a variable that it uses.
    void blame(told_clause& told, const cel::evaluation_error& error, const cel::clause& clause) {
        told.said = error.message.empty() ? error.code : error.message + " [" + error.code + "]";
        const issue place = place_of(error, clause);
        told.place = place.file + ":" + std::to_string(place.begin.line) + ":" +
                     std::to_string(place.begin.column);
    }

    issue place_of(const cel::evaluation_error& error, const cel::clause& clause) const {
        const lint::rule_source& source = where_();
        if (const auto* variable = failing_variable(error, *what_.whole)) {
            return source.at_variable(variable->name, range_of(error, variable->what, 0), {}, {});
        }
        const cel::text_range here = range_of(error, *what_.whole, clause.where.begin);
        if (what_.part == "match") return source.at_match(here, {}, {});
        return source.at(what_.rule, what_.part, here, {}, {});
    }

    static cel::text_range range_of(const cel::evaluation_error& error, const cel::expression& in,
                                    std::size_t offset) {
        const std::size_t size = in.text().size();
        if (error.where < 0) return {offset, size};
        const std::size_t begin = offset + static_cast<std::size_t>(error.where);
        const std::size_t end =
            error.end < 0 ? begin : offset + static_cast<std::size_t>(error.end);
        return {std::min(begin, size), std::min(end, size)};
    }

    // The innermost of the variables in which the same error came about; null when it is the
    // condition's own.
    const variable_definition* failing_variable(const cel::evaluation_error& error,
                                                const cel::expression& in) const {
        const std::vector<variable_definition>& known = variables_of(owner_, what_.kind);
        const int facts = static_cast<int>(facts_environment(what_.kind).variables().size());
        for (std::size_t i = 0; i < known.size(); ++i) {
            const variable_definition& each = known[i];
            if (!std::ranges::binary_search(in.names(), each.name)) continue;
            const cel::value value = scope_.variable(facts + static_cast<int>(i));
            if (!value.is_error() || value.as_error().code != error.code ||
                value.as_error().message != error.message) {
                continue;
            }
            const variable_definition* const inner = failing_variable(error, each.what);
            return inner != nullptr ? inner : &each;
        }
        return nullptr;
    }

    const policy& owner_;
    const std::vector<std::string>& secrets_;
    const rule_scope& scope_;
    const taken_condition& what_;
    const places& where_;
};

}  // namespace

std::string value_said(const cel::value& what, bool share) {
    if (!share || what.kind() != cel::value_kind::real) return what.text();
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f%%", what.as_real());
    return text.data();
}

clause_teller::clause_teller(const policy& owner, const settings& rules, telling_budget& left)
    : owner_(owner), rules_(rules), left_(left) {}

clause_teller::~clause_teller() = default;

taken_condition clause_teller::taken(std::string part, const cel::expression& what,
                                     subject_kind kind) {
    taken_condition made{.part = std::move(part), .kind = kind, .whole = &what};
    const std::string& text = what.text();
    if (text.size() > left_.bytes) {
        made.clauses.push_back({.shown = {.where = {0, text.size()}, .text = text}, .whole = what});
        return made;
    }
    left_.bytes -= text.size();
    const cel::clauses found = cel::clauses_of(text);
    made.any = found.any;
    const cel::environment names = names_of(owner_, kind);
    const auto compiled = [&names](const std::string& side) {
        if (side.empty() || is_literal(side)) return cel::expression();
        cel::compile_result result = cel::compile(side, names);
        auto* const good = std::get_if<cel::expression>(&result);
        return good == nullptr ? cel::expression() : std::move(*good);
    };
    for (const cel::clause& each : found.all) {
        made.clauses.push_back({.shown = each,
                                .whole = each.text == text ? what : compiled(each.text),
                                .left = compiled(each.left),
                                .right = compiled(each.right)});
    }
    return made;
}

told_condition clause_teller::of_rule(std::size_t order, const subject& who,
                                      const fact_view& view) {
    std::vector<taken_condition>& parts = rules_taken_[order];
    const rule& what = owner_.rules[order];
    if (parts.empty()) {
        if (what.needs) parts.push_back(taken("needs", what.needs, what.each));
        parts.push_back(taken("when", what.when, what.each));
        for (taken_condition& each : parts)
            each.rule = order;
    }
    return told(parts, who, view);
}

told_condition clause_teller::of_match(const fact_view& view) {
    if (!match_taken_) match_taken_ = {taken("match", owner_.match, subject_kind::ticket)};
    return told(*match_taken_, {}, view);
}

told_condition clause_teller::told(const std::vector<taken_condition>& parts, const subject& who,
                                   const fact_view& view) {
    const places where = [this]() -> const lint::rule_source& {
        if (!source_) source_ = std::make_unique<const lint::rule_source>(owner_);
        return *source_;
    };
    const rule_scope scope(view, owner_, who, rules_.zones.get());
    told_condition made;
    for (const taken_condition& each : parts) {
        teller(owner_, rules_, scope, each, where).tell(made);
        made.any = each.any;
    }
    return made;
}

}  // namespace rolloutd::policies
