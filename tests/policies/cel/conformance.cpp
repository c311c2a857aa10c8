// Runs cases of the language's public conformance suite, in JSON: cel_conformance [--without
// TAG]... FILE... Prints each failure with expected and actual, ends with "N passed, M failed",
// exits 1 if any failed.

#include <date/tz.h>
#include <algorithm>
#include <bit>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "policies/cel/compare.h"
#include "policies/cel/expression.h"
#include "policies/cel/functions.h"

namespace json = boost::json;
using namespace rolloutd::policies::cel;

namespace {

std::string text_of(const json::value& member) { return std::string(member.as_string()); }

// What a case leaves out is empty or false: only its expression must be there.
const json::value& member_of(const json::object& of, std::string_view name) {
    static const json::value nothing;
    const json::value* found = of.if_contains(name);
    return found ? *found : nothing;
}

std::string text_in(const json::object& of, std::string_view name) {
    const json::string* found = member_of(of, name).if_string();
    return found ? std::string(*found) : "";
}

bool flag_in(const json::object& of, std::string_view name) {
    const bool* found = member_of(of, name).if_bool();
    return found && *found;
}

const json::object& object_in(const json::object& of, std::string_view name) {
    static const json::object nothing;
    const json::object* found = member_of(of, name).if_object();
    return found ? *found : nothing;
}

// Numbers stand in quotes or not.
std::string digits_of(const json::value& number) {
    if (number.is_string()) return text_of(number);
    return json::serialize(number);
}

std::string from_hex(std::string_view digits) {
    std::string made;
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
        unsigned byte = 0;
        std::from_chars(digits.data() + at, digits.data() + at + 2, byte, 16);
        made.push_back(static_cast<char>(byte));
    }
    return made;
}

// A type as the suite writes it: "list(map(string, int))". Moves `rest` past it.
type read_type(std::string_view& rest) {
    static const std::map<std::string_view, type> simple = {
        {"dyn", type_kind::dyn},
        {"any", type_kind::dyn},
        {"null", type_kind::null},
        {"null_type", type_kind::null},
        {"bool", type_kind::boolean},
        {"int", type_kind::integer},
        {"uint", type_kind::unsigned_integer},
        {"double", type_kind::real},
        {"string", type_kind::string},
        {"bytes", type_kind::bytes},
        {"duration", type_kind::duration},
        {"timestamp", type_kind::timestamp},
        {"google.protobuf.Duration", type_kind::duration},
        {"google.protobuf.Timestamp", type_kind::timestamp},
        {"type", type_kind::type},
        {"list", type_kind::list},
        {"map", type_kind::map},
        {"optional_type", type_kind::optional},
    };
    const std::size_t end = std::min(rest.find_first_of("(), "), rest.size());
    const std::string_view name = rest.substr(0, end);
    rest.remove_prefix(end);
    std::vector<type> arguments;
    if (rest.starts_with('(')) {
        do {
            rest.remove_prefix(rest.starts_with(", ") ? 2 : 1);
            arguments.push_back(read_type(rest));
        } while (rest.starts_with(','));
        if (!rest.starts_with(')')) throw std::runtime_error("a type without its )");
        rest.remove_prefix(1);
    }
    if (name == "list" && arguments.size() == 1) return type::list_of(arguments[0]);
    if (name == "map" && arguments.size() == 2) return type::map_of(arguments[0], arguments[1]);
    if (name == "type" && arguments.size() == 1) return type::type_of(arguments[0]);
    if (name == "optional_type" && arguments.size() == 1) return type::optional_of(arguments[0]);
    const auto found = simple.find(name);
    return found == simple.end() ? type(type_kind::dyn) : found->second;
}

type parse_type(std::string_view text) { return read_type(text); }

// Seconds and nanoseconds of their own, or a text: "1.5s", "2009-02-13T23:31:30Z".
value read_time(const json::object& what, bool is_instant) {
    const json::value* seconds = what.if_contains("seconds");
    if (!seconds) {
        const std::string text = text_of(what.at("value"));
        if (is_instant) {
            if (const auto made = parse_instant(text)) return value::timestamp(*made);
        } else if (const auto made = parse_nanoseconds(text)) {
            return value::duration(*made);
        }
        throw std::runtime_error("no time is written " + text);
    }
    const std::int64_t whole = std::stoll(digits_of(*seconds));
    const json::value* part = what.if_contains("nanos");
    const int nanos = part ? std::stoi(digits_of(*part)) : 0;
    if (is_instant) return value::timestamp(instant{whole, nanos});
    constexpr std::int64_t most = 9'223'372'036;
    if (whole < -most || whole > most) throw std::runtime_error("this duration is too long");
    return value::duration(std::chrono::seconds{whole} + std::chrono::nanoseconds{nanos});
}

double read_real(const json::object& what) {
    if (const json::value* bits = what.if_contains("bits")) {
        return std::bit_cast<double>(std::uint64_t{std::stoull(text_of(*bits), nullptr, 16)});
    }
    return std::strtod(digits_of(what.at("value")).c_str(), nullptr);
}

value read_value(const json::value& from) {
    const json::object& what = from.as_object();
    const std::string kind = text_of(what.at("type"));
    if (kind == "null") return value();
    if (kind == "duration" || kind == "timestamp") return read_time(what, kind == "timestamp");
    if (kind == "double") return value::real(read_real(what));
    if (kind == "optional") {
        const json::value& inside = member_of(what, "value");
        return inside.is_null() ? value::no_value() : value::optional(read_value(inside));
    }
    const json::value& held = what.at("value");
    if (kind == "bool") return value::boolean(held.as_bool());
    if (kind == "int") return value::integer(std::stoll(digits_of(held)));
    if (kind == "uint") return value::unsigned_integer(std::stoull(digits_of(held)));
    if (kind == "string") return value::string(text_of(held));
    if (kind == "bytes") return value::bytes(from_hex(text_of(held)));
    if (kind == "type") return value::type_value(parse_type(text_of(held)));
    if (kind == "list") {
        std::vector<value> made;
        for (const json::value& element : held.as_array())
            made.push_back(read_value(element));
        return value::list(std::move(made));
    }
    if (kind == "map") {
        std::vector<std::pair<value, value>> made;
        for (const json::value& entry : held.as_array()) {
            made.emplace_back(read_value(entry.as_array().at(0)),
                              read_value(entry.as_array().at(1)));
        }
        return value::map(std::move(made));
    }
    throw std::runtime_error("a value of unknown type " + kind);
}

// Strict: the same kind, and doubles by their bits; NaN is NaN.
bool identical(const value& a, const value& b) {
    if (a.kind() != b.kind()) return false;
    if (a.kind() == value_kind::real) {
        return (std::isnan(a.as_real()) && std::isnan(b.as_real())) ||
               std::bit_cast<std::uint64_t>(a.as_real()) ==
                   std::bit_cast<std::uint64_t>(b.as_real());
    }
    if (a.kind() == value_kind::list) {
        if (a.size() != b.size()) return false;
        for (std::size_t at = 0; at < a.size(); ++at) {
            if (!identical(a.element(at), b.element(at))) return false;
        }
        return true;
    }
    if (a.kind() == value_kind::map) {
        if (a.size() != b.size()) return false;
        for (std::size_t at = 0; at < a.size(); ++at) {
            const auto [key, mapped] = a.entry(at);
            const auto other = find_key(b, key);
            if (!other || !identical(mapped, *other)) return false;
        }
        return true;
    }
    if (a.kind() == value_kind::optional && a.as_optional() && b.as_optional()) {
        return identical(*a.as_optional(), *b.as_optional());
    }
    return equal(a, b);
}

class bindings : public scope {
public:
    std::vector<value> values;
    value variable(int slot) const override {
        const auto at = static_cast<std::size_t>(slot);
        return at < values.size() ? values[at] : value::error("undeclared", "not bound");
    }
    const zone_source* zones() const override { return source; }
    const zone_source* source = nullptr;
};

class system_zones : public zone_source {
public:
    std::optional<std::chrono::seconds> offset(std::string_view zone, instant at) const override {
        try {
            const date::sys_seconds when{std::chrono::seconds{at.seconds}};
            return date::locate_zone(std::string(zone))->get_info(when).offset;
        } catch (const std::exception&) {
            // The library's way to say that there is no such zone.
            return std::nullopt;
        }
    }
};

struct outcome {
    std::optional<value> made;
    std::string problems;
    std::string deduced;
};

outcome run(const json::object& one) {
    static const system_zones zones;
    environment names = environment::standard();
    names.set_dialect({.macros = !flag_in(one, "disable_macros")});
    bindings facts;
    facts.source = &zones;
    for (const auto& [name, declared] : object_in(one, "type_env")) {
        names.declare(std::string(name), parse_type(text_of(declared)));
        facts.values.push_back(value::error("undeclared", "not bound"));
    }
    for (const auto& [name, bound] : object_in(one, "bindings")) {
        if (!names.has_variable(std::string_view(name))) {
            names.declare(std::string(name), type_kind::dyn);
            facts.values.emplace_back();
        }
        for (std::size_t slot = 0; slot < names.variables().size(); ++slot) {
            if (names.variables()[slot].name == std::string_view(name)) {
                facts.values[slot] = read_value(bound);
            }
        }
    }
    const std::string text = text_of(one.at("expr"));
    const bool unchecked = flag_in(one, "disable_check");
    // The depth of loops is a bound of policies, not of the language.
    const compile_limits limits{.loops = 100};
    const compile_result read =
        unchecked ? parse_only(text, names, limits) : compile(text, names, type_kind::dyn, limits);
    outcome made;
    if (const auto* problems = std::get_if<std::vector<problem>>(&read)) {
        for (const problem& what : *problems)
            made.problems += what.message + "; ";
        return made;
    }
    const expression& compiled = std::get<expression>(read);
    made.deduced = compiled.result().text();
    made.made = compiled.evaluate(facts, {});
    return made;
}

// What is wrong with the outcome, or "".
std::string failure_of(const json::object& one) {
    const outcome found = run(one);
    const json::object& expect = object_in(one, "expect");
    const bool fails = !found.made || found.made->is_error();
    const std::string actual =
        found.made ? found.made->text() : "does not compile: " + found.problems;
    if (expect.contains("error")) return fails ? "" : "expected an error, got " + actual;
    const bool check_only = flag_in(one, "check_only");
    if (!check_only && !(expect.contains("deduced_type") && !expect.contains("value"))) {
        // The suite leaves out an expected true.
        const json::value* named = expect.if_contains("value");
        const value wanted = named ? read_value(*named) : value::boolean(true);
        if (fails || !identical(wanted, *found.made)) {
            return "expected " + wanted.text() + ", got " + actual;
        }
    }
    if (!flag_in(one, "disable_check")) {
        const json::value* wanted = expect.if_contains("deduced_type");
        if (!wanted) wanted = object_in(one, "cel_go").if_contains("type");
        const std::string type = wanted ? parse_type(text_of(*wanted)).text() : found.deduced;
        if (type != found.deduced) return "expected type " + type + ", got " + found.deduced;
    }
    if (check_only && !found.made) return actual;
    return "";
}

// A case that cannot be read is a failure, not the end of the run.
std::string judged(const json::value& entry) {
    try {
        return failure_of(entry.as_object());
    } catch (const std::exception& problem) {
        return std::string("cannot be run: ") + problem.what();
    }
}

struct totals {
    int passed = 0;
    int failed = 0;
    int left_out = 0;
};

bool is_left_out(const json::object& one, const std::set<std::string>& without) {
    const json::array* tags = member_of(one, "tags").if_array();
    if (!tags) return false;
    return std::any_of(tags->begin(), tags->end(), [&without](const json::value& tag) {
        return tag.is_string() && without.contains(text_of(tag));
    });
}

std::string name_of(const json::object& one) {
    return text_in(one, "file") + "/" + text_in(one, "section") + "/" + text_in(one, "name") +
           ": " + text_in(one, "expr");
}

json::value read_cases(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    if (!file) throw std::runtime_error("it cannot be read");
    std::ostringstream text;
    text << file.rdbuf();
    json::parse_options rules;
    rules.max_depth = 1'000;
    rules.allow_invalid_utf8 = true;
    return json::parse(text.str(), {}, rules);
}

void run_file(const std::string& name, const std::set<std::string>& without, totals& sum) {
    const json::value cases = read_cases(name);
    for (const json::value& entry : cases.as_array()) {
        static const json::object nothing;
        const json::object& one = entry.is_object() ? entry.get_object() : nothing;
        if (is_left_out(one, without)) {
            ++sum.left_out;
            continue;
        }
        const std::string failure = judged(entry);
        ++(failure.empty() ? sum.passed : sum.failed);
        if (!failure.empty()) std::cout << name_of(one) << "\n    " << failure << '\n';
    }
}

// A file that holds no cases is a failure, not the end of the run.
void try_file(const std::string& name, const std::set<std::string>& without, totals& sum) {
    try {
        run_file(name, without, sum);
    } catch (const std::exception& problem) {
        std::cout << name << ": " << problem.what() << '\n';
        ++sum.failed;
    }
}

}  // namespace

int main(int count, char** words) {
    std::set<std::string> without;
    totals sum;
    for (int word = 1; word < count; ++word) {
        if (std::string_view(words[word]) == "--without" && word + 1 < count) {
            without.insert(words[++word]);
        } else {
            try_file(words[word], without, sum);
        }
    }
    if (sum.left_out > 0) std::cout << sum.left_out << " left out by their tags\n";
    std::cout << sum.passed << " passed, " << sum.failed << " failed\n";
    return sum.failed > 0 || sum.passed == 0 ? 1 : 0;
}
