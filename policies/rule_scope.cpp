#include "policies/rule_scope.h"

#include <algorithm>

#include "policies/fact_functions.h"
#include "policies/facts.h"

namespace rolloutd::policies {

using cel::value;
using cel::value_kind;

namespace {

void add_once(std::vector<evidence_item>& items, evidence_item what) {
    const bool known = std::any_of(items.begin(), items.end(), [&what](const evidence_item& each) {
        return each.name == what.name;
    });
    if (!known) items.push_back(std::move(what));
}

}  // namespace

const std::vector<variable_definition>& variables_of(const policy& owner, subject_kind kind) {
    static const std::vector<variable_definition> none;
    const auto at = owner.variables.find(kind);
    return at == owner.variables.end() ? none : at->second;
}

rule_scope::rule_scope(const fact_view& view, const policy& owner, const subject& who,
                       const cel::zone_source* zones, bool remembers)
    : view_(&view),
      variables_(&variables_of(owner, who.kind)),
      who_(who),
      zones_(zones),
      facts_(static_cast<int>(facts_environment(who.kind).variables().size())),
      remembers_(remembers),
      cache_(variables_->size()) {}

value rule_scope::evaluate(const cel::expression& what, cel::trace* used) const {
    value found = what.evaluate(*this, budget_, used);
    ++evaluations_;
    if (found.is_error() && found.as_error().code == "budget") out_of_steps_ = true;
    return found;
}

bool rule_scope::is_true(const cel::expression& what) const {
    const value found = evaluate(what, nullptr);
    return found.kind() == cel::value_kind::boolean && found.as_boolean();
}

bool rule_scope::is_met(const rule& what) const {
    return (!what.needs || is_true(what.needs)) && is_true(what.when);
}

value rule_scope::variable(int slot) const {
    if (slot < facts_) return fact(slot);
    const auto index = static_cast<std::size_t>(slot - facts_);
    if (index >= cache_.size()) return value::error("missing", "there is no such variable");
    cached& entry = cache_[index];
    if (entry.is == progress::under_way)
        return value::error("missing", "the variable refers to itself");
    if (entry.is == progress::not_yet) {
        entry.is = progress::under_way;
        entry.what = evaluate((*variables_)[index].what, remembers_ ? &entry.used : nullptr);
        entry.is = progress::known;
    }
    return entry.what;
}

// In the order in which facts.cpp declares them.
value rule_scope::fact(int slot) const {
    switch (slot) {
        case 0: return view_->ticket();
        case 1: return view_->count();
        case 2: return view_->batches();
        case 3: return view_->instances();
        case now_slot: return value::timestamp(view_->now());
        default: return view_->of(who_);
    }
}

std::vector<evidence_item> rule_scope::evidence(const cel::trace& used,
                                                const std::vector<std::string>& secrets) const {
    std::vector<evidence_item> items;
    items.reserve(used.used.size() + variables_->size());
    if (who_.kind == subject_kind::batch) {
        items.push_back({.name = "batch.index", .value = who_.number, .arguments = {}});
    }
    if (who_.kind == subject_kind::instance) {
        items.push_back({.name = "instance.id", .value = who_.number, .arguments = {}});
    }
    gather(used, confidential(secrets), items);
    return items;
}

void rule_scope::gather(const cel::trace& used, const confidential& hidden,
                        std::vector<evidence_item>& into) const {
    for (const cel::used_value& each : used.used) {
        if (each.what.kind() == value_kind::object || each.what.kind() == value_kind::list)
            continue;
        evidence_item item{.name = each.name, .value = hidden.shown(each), .arguments = {}};
        for (const value& argument : each.arguments) {
            item.arguments.push_back(to_evidence(argument));
        }
        const cel::trace* const inside = behind(each.name);
        // A text made of a secret may hold it; what is counted or compared does not.
        const bool is_text = std::holds_alternative<std::string>(item.value) &&
                             each.what.kind() != value_kind::error;
        if (inside != nullptr && is_text && tells(*inside, hidden)) {
            item.value = std::string(redacted);
        }
        add_once(into, std::move(item));
        if (inside != nullptr) gather(*inside, hidden, into);
    }
}

const cel::trace* rule_scope::behind(std::string_view name) const {
    for (std::size_t i = 0; i < variables_->size(); ++i) {
        if ((*variables_)[i].name == name) return &cache_[i].used;
    }
    return nullptr;
}

bool rule_scope::tells(const cel::trace& used, const confidential& hidden) const {
    return std::ranges::any_of(used.used, [&](const cel::used_value& each) {
        const cel::trace* const inside = behind(each.name);
        return hidden.is_touched_by(each) || (inside != nullptr && tells(*inside, hidden));
    });
}

}  // namespace rolloutd::policies
