#include "policies/cel/literals.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/cel/evaluator.h"
#include "policies/cel/regex.h"

namespace rolloutd::policies::cel {

namespace {

// The text literal that is the call's child of that index, or null.
const node* text_argument(const tree& whole, const node& call, std::size_t child) {
    if (child >= call.children.size()) return nullptr;
    const node& found = whole.at(call.children[child]);
    const bool text =
        found.kind == node_kind::literal && found.literal.kind() == value_kind::string;
    return text ? &found : nullptr;
}

// Without facts; with the zones that the environment knows.
class zones_alone : public scope {
public:
    explicit zones_alone(const zone_source* known) : known_(known) {}
    value variable(int) const override { return value(); }
    const zone_source* zones() const override { return known_; }

private:
    const zone_source* known_;
};

std::optional<problem> problem_of_pattern(const tree& whole, const node& call) {
    const node* text = text_argument(whole, call, 1);
    if (!text || call.pattern) return std::nullopt;
    return problem{text->where, "bad-literal",
                   "this is no regular expression: " + pattern_problem(text->literal.as_string()),
                   "the syntax is RE2's"};
}

// "24h" for "1d", or "".
std::string hours_of_days(const std::string& written) {
    long days = 0;
    const char* const end = written.data() + written.size();
    const auto read = std::from_chars(written.data(), end, days);
    const bool days_alone = read.ec == std::errc{} && read.ptr + 1 == end && *read.ptr == 'd';
    return days_alone && days < 100'000 ? std::to_string(24 * days) + "h" : "";
}

problem problem_of_duration(const node& text, std::string message) {
    const std::string hours = hours_of_days(text.literal.as_string());
    if (hours.empty()) {
        return {text.where, "bad-literal", std::move(message),
                "units are h, m, s, ms, us and ns: \"1h30m\""};
    }
    return {text.where,
            "bad-literal",
            std::move(message),
            "there are no days: write \"" + hours + "\"",
            {{text.where, '"' + hours + '"'}}};
}

std::optional<problem> problem_of_time(const tree& whole, const node& call,
                                       const function& called) {
    const node* text = text_argument(whole, call, 0);
    if (!text || call.children.size() != 1) return std::nullopt;
    for (const overload& one : called.overloads) {
        if (one.parameters[0].kind() != type_kind::string || !one.body) continue;
        const value made = one.body(std::span(&text->literal, 1));
        if (!made.is_error()) return std::nullopt;
        if (call.name == "duration") return problem_of_duration(*text, made.as_error().message);
        return problem{text->where, "bad-literal", made.as_error().message,
                       "write \"2026-11-21T10:15:30Z\""};
    }
    return std::nullopt;
}

// at.getHours("Europe/Berlin"): tried at some time, since a known zone has an offset at all of
// them.
std::optional<problem> problem_of_zone(const tree& whole, const node& call, const function& called,
                                       const zone_source* known) {
    const node* text = text_argument(whole, call, 1);
    if (!text || call.children.size() != 2) return std::nullopt;
    const std::string& zone = text->literal.as_string();
    const bool offset = zone.find_first_of("+-0123456789") == 0;
    if (!known && !offset) return std::nullopt;
    const std::array arguments = {value::timestamp(instant{}), text->literal};
    for (const overload& one : called.overloads) {
        if (!one.scoped || one.parameters.size() != 2) continue;
        const value made = one.scoped(arguments, zones_alone(known));
        if (!made.is_error()) return std::nullopt;
        return problem{text->where, "bad-literal", made.as_error().message,
                       "write a name such as \"Europe/Berlin\", or an offset: \"+02:00\""};
    }
    return std::nullopt;
}

std::size_t clauses_of(std::string_view format) {
    std::size_t count = 0;
    for (std::size_t at = 0; at + 1 < format.size(); ++at) {
        if (format[at] != '%') continue;
        if (format[at + 1] != '%') ++count;
        ++at;
    }
    return count;
}

// Some value of the type: which one is of no matter to a clause of a format.
std::optional<value> sample_of(const node& here) {
    if (here.kind == node_kind::literal) return here.literal;
    switch (here.result.kind()) {
        case type_kind::null: return value();
        case type_kind::boolean: return value::boolean(true);
        case type_kind::integer: return value::integer(0);
        case type_kind::unsigned_integer: return value::unsigned_integer(0);
        case type_kind::real: return value::real(0);
        case type_kind::string: return value::string("");
        case type_kind::bytes: return value::bytes("");
        case type_kind::duration: return value::duration(std::chrono::nanoseconds{0});
        case type_kind::timestamp: return value::timestamp(instant{});
        case type_kind::list: return value::list(std::vector<value>{});
        case type_kind::map: return value::map({});
        default: return std::nullopt;
    }
}

std::optional<problem> problem_of_format(const tree& whole, const node& call,
                                         const function& called) {
    const node* text = text_argument(whole, call, 0);
    if (!text || call.children.size() != 2) return std::nullopt;
    const node& list = whole.at(call.children[1]);
    if (list.kind != node_kind::list) return std::nullopt;
    const std::size_t clauses = clauses_of(text->literal.as_string());
    std::vector<value> samples;
    for (const node_index child : list.children) {
        if (whole.at(child).kind == node_kind::optional_entry) return std::nullopt;
        auto sample = sample_of(whole.at(child));
        if (!sample) break;
        samples.push_back(std::move(*sample));
    }
    if (clauses != list.children.size()) {
        return problem{list.where, "bad-literal",
                       "the format has " + std::to_string(clauses) +
                           (clauses == 1 ? " clause" : " clauses") + ", and here " +
                           (list.children.size() == 1 ? "is " : "are ") +
                           std::to_string(list.children.size()),
                       "each clause such as %s takes one value; %% is a percent sign"};
    }
    if (samples.size() < clauses) return std::nullopt;
    const std::array arguments = {text->literal, value::list(std::move(samples))};
    const value made = called.overloads.front().bounded(arguments, budget{});
    if (!made.is_error()) return std::nullopt;
    return problem{text->where, "bad-literal", made.as_error().message,
                   "clauses are %s, %d, %f, %e, %x, %X, %o, %b and %%"};
}

bool is_zero(const node& here) {
    if (here.kind != node_kind::literal) return false;
    switch (here.literal.kind()) {
        case value_kind::integer: return here.literal.as_integer() == 0;
        case value_kind::unsigned_integer: return here.literal.as_unsigned() == 0;
        case value_kind::real: return here.literal.as_real() == 0;
        default: return false;
    }
}

// Calls and operators of nothing but literals: what they give is known, and an error is no use.
std::optional<problem> problem_of_constant(tree& whole, node_index at) {
    const node& here = whole.at(at);
    const bool constant = std::ranges::all_of(here.children, [&whole](node_index child) {
        return whole.at(child).kind == node_kind::literal;
    });
    if (here.children.empty() || !constant) return std::nullopt;
    const node_index root = std::exchange(whole.root, at);
    const value made = evaluator(whole, zones_alone(nullptr), budget{}, nullptr).run();
    whole.root = root;
    if (!made.is_error()) return std::nullopt;
    return problem{here.where, "bad-literal", "this can only fail: " + made.as_error().message, ""};
}

}  // namespace

void keep_pattern(const tree& whole, node& call) {
    const node* text = text_argument(whole, call, 1);
    if (text) call.pattern = compile_pattern(text->literal.as_string());
}

std::optional<problem> problem_of_literals(tree& whole, node_index at, const environment& names) {
    const node& here = whole.at(at);
    if (here.kind == node_kind::arithmetic &&
        (here.op == binary::divide || here.op == binary::modulo)) {
        const node& divisor = whole.at(here.children[1]);
        if (is_zero(divisor)) {
            return problem{divisor.where, "division-by-zero",
                           here.op == binary::divide ? "this divides by zero"
                                                     : "this takes the remainder of a division "
                                                       "by zero",
                           "write what it was to be divided by"};
        }
    }
    if (here.kind != node_kind::call) return problem_of_constant(whole, at);
    if (here.matches) return problem_of_pattern(whole, here);
    const function& called = (*whole.functions)[static_cast<std::size_t>(here.function)];
    if (here.name == "duration" || here.name == "timestamp") {
        return problem_of_time(whole, here, called);
    }
    if (here.name == "format" && here.receiver) return problem_of_format(whole, here, called);
    // A scoped function looks at the facts, and there are none yet.
    const bool scoped = std::ranges::any_of(
        called.overloads, [](const overload& one) { return one.scoped != nullptr; });
    if (!scoped) return problem_of_constant(whole, at);
    const bool accessor = here.receiver && here.name.starts_with("get");
    return accessor ? problem_of_zone(whole, here, called, names.zones()) : std::nullopt;
}

}  // namespace rolloutd::policies::cel
