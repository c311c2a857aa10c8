#include "policies/lint/ranges.h"

#include <algorithm>
#include <cmath>

namespace rolloutd::policies::lint {
namespace {

using cel::binary;

constexpr double endless = std::numeric_limits<double>::infinity();

// What every instance is in exactly one of, and what people sum up beside it.
constexpr std::string_view disjoint[] = {"ready",    "moving",   "stuck",      "abnormal",
                                         "canceled", "finished", "rollbacked", "unknown"};

bool is_count(std::string_view fact) {
    return fact.starts_with("count.") || fact.starts_with("batch.count.");
}

std::string group_of(std::string_view fact) {
    return std::string(fact.substr(0, fact.rfind('.') + 1));
}

void add(linear& into, const std::string& term, double factor) {
    const auto [at, is_new] = into.terms.emplace(term, factor);
    if (!is_new) at->second += factor;
    if (at->second == 0) into.terms.erase(at);
    into.whole = into.whole && factor == std::floor(factor);
}

void add(linear& into, const linear& more, double factor) {
    for (const auto& [term, each] : more.terms)
        add(into, term, each * factor);
    into.constant += more.constant * factor;
    into.whole = into.whole && more.whole;
}

linear of_count(const std::string& fact) {
    const std::string group = group_of(fact);
    const std::string name = fact.substr(group.size());
    linear made;
    const auto sum = [&](std::initializer_list<std::string_view> parts) {
        for (const std::string_view each : parts)
            add(made, group + std::string(each), 1);
    };
    if (name == "total") {
        for (const std::string_view each : disjoint)
            add(made, group + std::string(each), 1);
    } else if (name == "settled") {
        sum({"abnormal", "canceled", "finished", "rollbacked"});
    } else if (name == "processing") {
        sum({"moving", "stuck"});
    } else {
        sum({name});
    }
    return made;
}

bool is_whole_fact(std::string_view fact) {
    static const std::set<std::string_view> facts = {"ticket.current_batch", "ticket.batches",
                                                     "batch.index",          "batch.size",
                                                     "instance.batch",       "instance.id"};
    return facts.contains(fact);
}

linear of_fact(const std::string& fact) {
    if (is_count(fact)) return of_count(fact);
    linear made;
    if (fact == "ticket.failure_allowed") {
        made.constant = 100;
        add(made, "ticket.success_rate", -1);
        made.whole = false;
        return made;
    }
    add(made, fact, 1);
    made.whole = is_whole_fact(fact);
    return made;
}

linear opaque(const formula& what) {
    linear made;
    add(made, canonical(what), 1);
    made.whole = what.kind == form::call && what.name == "size";
    return made;
}

linear of_product(const formula& what) {
    linear left = linear_of(what.parts[0]);
    linear right = linear_of(what.parts[1]);
    if (!left.terms.empty()) std::swap(left, right);
    if (!left.terms.empty()) return opaque(what);
    linear made;
    add(made, right, left.constant);
    made.whole = made.whole && left.whole;
    return made;
}

linear of_arithmetic(const formula& what) {
    if (what.op == binary::multiply) return of_product(what);
    if (what.op == binary::divide) {
        // Of whole numbers the rest is dropped: that is no sum.
        const formula& by = what.parts[1];
        if (by.kind != form::number || !by.is_real || by.number == 0) return opaque(what);
        linear made;
        add(made, linear_of(what.parts[0]), 1 / by.number);
        made.whole = false;
        return made;
    }
    if (what.op != binary::add && what.op != binary::subtract) return opaque(what);
    linear made;
    add(made, linear_of(what.parts[0]), 1);
    add(made, linear_of(what.parts[1]), what.op == binary::add ? 1 : -1);
    return made;
}

// How many instances there are in what the group counts.
range size_of_group(std::string_view group, const ticket_shape* shape) {
    if (shape == nullptr) return {1, endless};
    const bool whole_ticket = group == "count.";
    return {whole_ticket ? static_cast<double>(shape->instances) : 1.0,
            static_cast<double>(whole_ticket ? shape->instances : shape->largest_batch)};
}

double times(double factor, double amount) { return factor == 0 ? 0 : factor * amount; }

range of_group(const linear& what, const std::string& group, const ticket_shape* shape) {
    const range size = size_of_group(group, shape);
    const auto factor = [&](std::string_view name) {
        const auto at = what.terms.find(group + std::string(name));
        return at == what.terms.end() ? 0.0 : at->second;
    };
    double least = factor(disjoint[0]);
    double most = least;
    for (const std::string_view each : disjoint) {
        least = std::min(least, factor(each));
        most = std::max(most, factor(each));
    }
    // Instances that were given up are among the others, as a rule among those not summed up with
    // them: they take their place.
    if (const double given_up = factor("given_up"); given_up != 0) {
        least = std::min(least, given_up);
        most = std::max(most, given_up);
    }
    return {times(least, least < 0 ? size.high : size.low),
            times(most, most > 0 ? size.high : size.low)};
}

range of_text(std::string_view term) {
    if (term.starts_with("percent_lower(") || term.starts_with("percent_upper(")) return {0, 100};
    if (term.starts_with("percent(")) return {0, endless};
    if (term.starts_with("size(")) return {0, endless};
    return {};
}

range of_term(const std::string& term, const ticket_shape* shape) {
    static const std::set<std::string_view> never_negative = {
        "ticket.timeout",      "ticket.running_for",   "ticket.unchanged_for",
        "ticket.paused_for",   "ticket.unseen_for",    "batch.running_for",
        "batch.unchanged_for", "instance.running_for", "instance.slowness"};
    if (never_negative.contains(term)) return {0, endless};
    const double last_batch = shape == nullptr ? 20 : shape->batches;
    if (term == "ticket.current_batch") return {0, last_batch};
    if (term == "ticket.batches") return {shape == nullptr ? 1 : last_batch, last_batch};
    if (term == "batch.index" || term == "instance.batch") return {1, last_batch};
    if (term == "batch.size") {
        return {1, shape == nullptr ? endless : static_cast<double>(shape->largest_batch)};
    }
    if (term == "ticket.success_rate") {
        if (shape != nullptr && shape->success_rate) {
            return {*shape->success_rate, *shape->success_rate};
        }
        return {0, 100};
    }
    return of_text(term);
}

// percent(part, whole) is at most 100 when whole - part is never negative.
range of_percent(const formula& call, const ticket_shape* shape) {
    if (call.parts.size() != 2) return {0, endless};
    linear rest = linear_of(call.parts[1]);
    add(rest, linear_of(call.parts[0]), -1);
    return {0, range_of(rest, shape).low >= 0 ? 100 : endless};
}

// The narrower ranges of the percentages that the formula holds, by their canonical text.
void collect_percents(const formula& what, const ticket_shape* shape,
                      std::map<std::string, range>& into) {
    walk(what, [&](const formula& each) {
        if (each.kind != form::call || each.name != "percent") return;
        into.emplace(canonical(each), of_percent(each, shape));
    });
}

range sum_of(const linear& what, const ticket_shape* shape,
             const std::map<std::string, range>& known) {
    range made{what.constant, what.constant};
    std::set<std::string> groups;
    for (const auto& [term, factor] : what.terms) {
        if (is_count(term)) {
            groups.insert(group_of(term));
            continue;
        }
        const auto at = known.find(term);
        const range each = at == known.end() ? of_term(term, shape) : at->second;
        made.low += times(factor, factor > 0 ? each.low : each.high);
        made.high += times(factor, factor > 0 ? each.high : each.low);
    }
    for (const std::string& group : groups) {
        const range each = of_group(what, group, shape);
        made.low += each.low;
        made.high += each.high;
    }
    return made;
}

}  // namespace

linear linear_of(const formula& what) {
    linear made;
    switch (what.kind) {
        case form::number:
            made.constant = what.number;
            made.whole = what.number == std::floor(what.number);
            return made;
        case form::fact: return of_fact(what.name);
        case form::arithmetic:
            if (what.parts.size() == 2) return of_arithmetic(what);
            return opaque(what);
        case form::call:
            // A conversion of a whole number keeps its value.
            if (what.name == "double" && what.parts.size() == 1 &&
                what.parts[0].kind == form::fact) {
                return linear_of(what.parts[0]);
            }
            return opaque(what);
        default: return opaque(what);
    }
}

range range_of(const linear& what, const ticket_shape* shape) { return sum_of(what, shape, {}); }

outlook outlook_of(const formula& comparison, const ticket_shape* shape) {
    if (comparison.kind != form::comparison || comparison.parts.size() != 2) return {};
    const auto& [left, right] = std::tie(comparison.parts[0], comparison.parts[1]);
    if (left.kind == form::text || right.kind == form::text || left.kind == form::boolean ||
        right.kind == form::boolean) {
        return {};
    }
    linear difference;
    add(difference, linear_of(left), 1);
    add(difference, linear_of(right), -1);
    std::map<std::string, range> known;
    collect_percents(comparison, shape, known);
    const range is = sum_of(difference, shape, known);
    switch (comparison.op) {
        case binary::lt: return {is.low < 0, is.high >= 0};
        case binary::le: return {is.low <= 0, is.high > 0};
        case binary::gt: return {is.high > 0, is.low <= 0};
        case binary::ge: return {is.high >= 0, is.low < 0};
        case binary::eq: return {is.low <= 0 && is.high >= 0, is.low != 0 || is.high != 0};
        case binary::ne: return {is.low != 0 || is.high != 0, is.low <= 0 && is.high >= 0};
        default: return {};
    }
}

const std::set<std::string>* words_of_fact(std::string_view fact) {
    static const std::map<std::string_view, std::set<std::string>> words = {
        {"ticket.status",
         {"READY", "PROCESSING", "PAUSED", "ABNORMAL", "CANCELED", "FINISHED", "ROLLBACKED",
          "ERROR"}},
        {"instance.status",
         {"READY", "PROCESSING", "ABNORMAL", "CANCELED", "FINISHED", "ROLLBACKED"}},
        {"batch.rotation", {"CONTINUE", "PAUSE"}},
        {"ticket.pause_cause", {"", "rotation", "policy", "operator", "other"}},
    };
    const auto at = words.find(fact);
    return at == words.end() ? nullptr : &at->second;
}

std::optional<word_test> word_test_of(const formula& comparison) {
    if (comparison.kind != form::comparison || comparison.parts.size() != 2) return std::nullopt;
    if (comparison.op != binary::eq && comparison.op != binary::ne) return std::nullopt;
    const formula* fact = &comparison.parts[0];
    const formula* text = &comparison.parts[1];
    if (fact->kind == form::text) std::swap(fact, text);
    if (fact->kind != form::fact || text->kind != form::text) return std::nullopt;
    return word_test{fact->name, text->name, comparison.op == binary::eq};
}

std::string canonical(const formula& what) {
    const auto joined = [&](std::string_view before, std::string_view between) {
        std::string made(before);
        made += '(';
        for (std::size_t i = 0; i < what.parts.size(); ++i)
            made += (i == 0 ? "" : std::string(between)) + canonical(what.parts[i]);
        return made + ")";
    };
    switch (what.kind) {
        case form::number: return std::to_string(what.number) + (what.is_duration ? "s" : "");
        case form::text: return "\"" + what.name + "\"";
        case form::boolean: return what.truth ? "true" : "false";
        case form::fact: return what.name;
        case form::all_of: return joined("", " && ");
        case form::any_of: return joined("", " || ");
        case form::negation: return joined("!", "");
        case form::comparison:
        case form::arithmetic:
            return joined("op" + std::to_string(static_cast<int>(what.op)), ", ");
        case form::call: return joined(what.name, ", ");
        case form::opaque: break;
    }
    return what.text;
}

}  // namespace rolloutd::policies::lint
