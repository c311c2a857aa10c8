#include "policies/told_clauses.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "policies/cel/clauses.h"
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

class teller {
public:
    teller(const policy& owner, std::size_t order, const subject& who, const fact_view& view,
           const settings& rules)
        : owner_(owner),
          order_(order),
          kind_(who.kind),
          scope_(view, owner, who, rules.zones.get()),
          secrets_(rules.secrets),
          names_(names_of(owner, who.kind)) {}

    told_condition tell() {
        told_condition made;
        const rule& what = owner_.rules[order_];
        if (what.needs) add("needs", what.needs, made);
        made.any = add("when", what.when, made);
        return made;
    }

private:
    bool add(const char* part, const cel::expression& condition, told_condition& into) {
        const cel::clauses found = cel::clauses_of(condition.text());
        for (const cel::clause& each : found.all) {
            told_clause told;
            told.part = part;
            told.text = each.text;
            fill(told, each, condition);
            into.clauses.push_back(std::move(told));
        }
        return found.any;
    }

    std::optional<cel::expression> compiled(const std::string& text) const {
        cel::compile_result made = cel::compile(text, names_);
        if (auto* good = std::get_if<cel::expression>(&made)) return std::move(*good);
        return std::nullopt;
    }

    void fill(told_clause& told, const cel::clause& clause, const cel::expression& condition) {
        const auto whole = compiled(clause.text);
        if (!whole) return;
        cel::trace used;
        const cel::value result = scope_.evaluate(*whole, &used);
        told.now = verdict_of(result);
        if (result.is_error()) {
            blame(told, result.as_error(), clause, condition);
            if (touches_secrets(used, scope_.evidence(used, secrets_)))
                told.said = "[" + result.as_error().code + "]";
            return;
        }
        if (clause.relation.empty()) {
            told.said = values_said(scope_.evidence(used, secrets_));
            return;
        }
        told.said = side_said(clause.left, clause.right);
        const std::string other = side_said(clause.right, clause.left);
        if (!other.empty()) told.said += (told.said.empty() ? "" : ", ") + other;
    }

    // "failed is 12.5% (3 of 24 judged)"; nothing for a number that the text shows itself.
    std::string side_said(const std::string& text, const std::string& other) const {
        if (is_literal(text)) return {};
        const auto side = compiled(text);
        if (!side) return {};
        cel::trace used;
        const cel::value value = scope_.evaluate(*side, &used);
        if (value.kind() == cel::value_kind::object || value.kind() == cel::value_kind::list) {
            return values_said(scope_.evidence(used, secrets_));
        }
        const std::vector<evidence_item> items = scope_.evidence(used, secrets_);
        const bool hidden = is_text(value) && touches_secrets(used, items);
        const bool share = is_share(text) || is_share(other);
        if (side->names().empty()) return {};
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

    bool is_share(const std::string& text) const {
        if (text.starts_with("percent") || text == "ticket.failure_allowed" ||
            text == "ticket.success_rate") {
            return true;
        }
        const auto at = owner_.variables.find(kind_);
        if (at == owner_.variables.end()) return false;
        return std::ranges::any_of(at->second, [&text](const variable_definition& each) {
            return each.name == text && each.what.text().starts_with("percent");
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
            said += each.name + " = ";
            if (const auto* text = std::get_if<std::string>(&each.value))
                said += *text;
            else if (const auto* flag = std::get_if<bool>(&each.value))
                said += *flag ? "true" : "false";
            else if (const auto* number = std::get_if<std::int64_t>(&each.value))
                said += std::to_string(*number);
            else
                said += cel::value::real(std::get<double>(each.value)).text();
        }
        return said;
    }

    // Where it failed, in the rule's own text or in that of a variable that it uses.
    void blame(told_clause& told, const cel::evaluation_error& error, const cel::clause& clause,
               const cel::expression& condition) {
        told.said = error.message.empty() ? error.code : error.message + " [" + error.code + "]";
        if (!source_) source_ = std::make_unique<lint::rule_source>(owner_);
        const issue place = place_of(error, clause, condition, told.part);
        told.place = place.file + ":" + std::to_string(place.begin.line) + ":" +
                     std::to_string(place.begin.column);
    }

    issue place_of(const cel::evaluation_error& error, const cel::clause& clause,
                   const cel::expression& condition, const std::string& part) const {
        if (const auto* variable = failing_variable(error, condition)) {
            return source_->at_variable(variable->name, range_of(error, variable->what, 0), {}, {});
        }
        return source_->at(order_, part, range_of(error, condition, clause.where.begin), {}, {});
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
        const auto at = owner_.variables.find(kind_);
        if (at == owner_.variables.end()) return nullptr;
        const int facts = static_cast<int>(facts_environment(kind_).variables().size());
        for (std::size_t i = 0; i < at->second.size(); ++i) {
            const variable_definition& each = at->second[i];
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
    std::size_t order_;
    subject_kind kind_;
    rule_scope scope_;
    const std::vector<std::string>& secrets_;
    cel::environment names_;
    std::unique_ptr<lint::rule_source> source_;
};

}  // namespace

std::string value_said(const cel::value& what, bool share) {
    if (!share ||
        (what.kind() != cel::value_kind::real && what.kind() != cel::value_kind::integer)) {
        return what.text();
    }
    const double number = what.kind() == cel::value_kind::real
                              ? what.as_real()
                              : static_cast<double>(what.as_integer());
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f%%", number);
    return text.data();
}

told_condition tell_clauses(const policy& owner, std::size_t rule_order, const subject& who,
                            const fact_view& view, const settings& rules) {
    return teller(owner, rule_order, who, view, rules).tell();
}

}  // namespace rolloutd::policies
