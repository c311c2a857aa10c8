// Runs cases of the language's public conformance suite, in JSON: cel_conformance [--without
// TAG]... FILE... Prints each failure with expected and actual, ends with "N passed, M failed",
// exits 1 if any failed.

#include <date/tz.h>
#include <bit>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "policies/cel/compare.h"
#include "policies/cel/expression.h"

namespace json = boost::json;
using namespace rolloutd::policies::cel;

namespace {

std::string text_of(const json::value& member) { return std::string(member.as_string()); }

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

value read_value(const json::value& from) {
    const json::object& what = from.as_object();
    const std::string kind = text_of(what.at("type"));
    if (kind == "null") return value();
    if (kind == "duration" || kind == "timestamp") {
        const std::int64_t seconds = std::stoll(text_of(what.at("seconds")));
        const auto nanos = static_cast<std::int32_t>(what.at("nanos").as_int64());
        if (kind == "timestamp") return value::timestamp(instant{seconds, nanos});
        return value::duration(std::chrono::seconds{seconds} + std::chrono::nanoseconds{nanos});
    }
    const json::value& held = what.at("value");
    if (kind == "bool") return value::boolean(held.as_bool());
    if (kind == "int") return value::integer(std::stoll(text_of(held)));
    if (kind == "uint") return value::unsigned_integer(std::stoull(text_of(held)));
    if (kind == "double") {
        const std::string bits = text_of(what.at("bits"));
        std::uint64_t pattern = 0;
        std::from_chars(bits.data(), bits.data() + bits.size(), pattern, 16);
        return value::real(std::bit_cast<double>(pattern));
    }
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
            made.emplace_back(read_value(entry.as_array()[0]), read_value(entry.as_array()[1]));
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
    names.set_dialect({.macros = !one.at("disable_macros").as_bool()});
    bindings facts;
    facts.source = &zones;
    for (const auto& [name, declared] : one.at("type_env").as_object()) {
        names.declare(std::string(name), parse_type(text_of(declared)));
        facts.values.push_back(value::error("undeclared", "not bound"));
    }
    for (const auto& [name, bound] : one.at("bindings").as_object()) {
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
    const bool unchecked = one.at("disable_check").as_bool();
    const compile_result read = unchecked ? parse_only(text, names) : compile(text, names);
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
    const json::object& expect = one.at("expect").as_object();
    const bool fails = !found.made || found.made->is_error();
    const std::string actual =
        found.made ? found.made->text() : "does not compile: " + found.problems;
    if (expect.contains("error")) return fails ? "" : "expected an error, got " + actual;
    const bool check_only = one.at("check_only").as_bool();
    if (expect.contains("value") && !check_only) {
        const value wanted = read_value(expect.at("value"));
        if (fails || !identical(wanted, *found.made)) {
            return "expected " + wanted.text() + ", got " + actual;
        }
    }
    if (!one.at("disable_check").as_bool()) {
        const json::object& reference = one.at("cel_go").as_object();
        const json::value* wanted = expect.if_contains("deduced_type");
        if (!wanted) wanted = reference.if_contains("type");
        const std::string type = wanted ? parse_type(text_of(*wanted)).text() : found.deduced;
        if (type != found.deduced) return "expected type " + type + ", got " + found.deduced;
    }
    if (check_only && !found.made) return actual;
    return "";
}

// A case that cannot be read is a failure, not the end of the run.
std::string judged(const json::object& one) {
    try {
        return failure_of(one);
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
    for (const json::value& tag : one.at("tags").as_array()) {
        if (without.contains(text_of(tag))) return true;
    }
    return false;
}

void run_file(const std::string& name, const std::set<std::string>& without, totals& sum) {
    std::ifstream file(name, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + name);
    std::ostringstream text;
    text << file.rdbuf();
    const json::value cases = json::parse(text.str());
    for (const json::value& entry : cases.as_array()) {
        const json::object& one = entry.as_object();
        if (is_left_out(one, without)) {
            ++sum.left_out;
            continue;
        }
        const std::string failure = judged(one);
        ++(failure.empty() ? sum.passed : sum.failed);
        if (failure.empty()) continue;
        std::cout << text_of(one.at("file")) << '/' << text_of(one.at("section")) << '/'
                  << text_of(one.at("name")) << ": " << text_of(one.at("expr")) << "\n    "
                  << failure << '\n';
    }
}

}  // namespace

int main(int count, char** words) {
    std::set<std::string> without;
    totals sum;
    try {
        for (int word = 1; word < count; ++word) {
            if (std::string_view(words[word]) == "--without" && word + 1 < count) {
                without.insert(words[++word]);
            } else {
                run_file(words[word], without, sum);
            }
        }
    } catch (const std::exception& problem) {
        std::cerr << "cel_conformance: " << problem.what() << '\n';
        return 1;
    }
    if (sum.left_out > 0) std::cout << sum.left_out << " left out by their tags\n";
    std::cout << sum.passed << " passed, " << sum.failed << " failed\n";
    return sum.failed > 0 || sum.passed == 0 ? 1 : 0;
}
