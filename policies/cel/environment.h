#pragma once
// What an expression may name: variables with their types and functions with their overloads.
// Built once, then shared read-only by every expression that was compiled against it.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/type.h"
#include "policies/cel/value.h"
#include "policies/time.h"

namespace rolloutd::policies::cel {

// The time zones of the machine, handed to the core as a value by the shell. Offsets east of UTC.
class zone_source {
public:
    virtual ~zone_source() = default;
    // Offset of `zone` (an IANA name) at that time, or nullopt for an unknown name.
    virtual std::optional<std::chrono::seconds> offset(std::string_view zone, instant at) const = 0;
};

class scope;

using function_body = value (*)(std::span<const value> arguments);

// For functions that look at the evaluation itself: its zones, or a variable such as `now`.
using scoped_body = value (*)(std::span<const value> arguments, const scope& facts);

// For functions that could make far more than they are given: the budget says how much they may.
struct budget;
using bounded_body = value (*)(std::span<const value> arguments, const budget& limits);

// One overload. For a receiver-style one (x.f(y)) the receiver is the first parameter.
struct overload {
    bool receiver = false;
    std::vector<type> parameters;
    type result;
    function_body body = nullptr;  // exactly one of the three
    scoped_body scoped = nullptr;
    bounded_body bounded = nullptr;
};

struct function {
    std::string name;
    std::vector<overload> overloads;
    // Calls of it are shown in the evidence of a decision with their arguments: percent(3, 24)
    // = 12.5.
    bool shown_in_evidence = false;
};

struct variable {
    std::string name;  // dotted names are allowed; the longest declared prefix wins
    type declared;
};

// Rules that hold for policies and not for the bare language (DESIGN §7).
struct dialect {
    bool homogeneous_literals = false;  // [1, "a"] is an error
    bool guard_integer_division =
        false;  // int / int that meets a double is an error that suggests percent
    bool literals_are_tried = false;  // duration("1d"), x / 0: what can only fail is an error
    bool macros = true;               // false: x.map(i, i) calls a function of that name
};

class environment {
public:
    // The functions and macros of the language and of its extensions for texts, numbers, optionals
    // and base64; no variables.
    static environment standard();

    // Returns the variable's slot: scope::variable(slot) is asked for it. Slots count from 0 in
    // order of declaration. A name that is declared already is a broken invariant: ask has_variable
    // first.
    int declare(std::string name, type declared);
    void declare(function what);
    void set_dialect(dialect what);
    // With zones, a literal zone that they do not know is a problem of the expression; without (the
    // default), only an offset such as "+25:00" is. They must outlive every compile against this.
    void set_zones(const zone_source* known);

    bool has_variable(std::string_view name) const;
    const std::vector<variable>& variables() const;
    const std::vector<function>& functions() const;
    // The same, for what lives longer than this environment.
    std::shared_ptr<const std::vector<function>> shared_functions() const;
    const dialect& rules() const;
    const zone_source* zones() const;

private:
    std::vector<variable> variables_;
    // Shared by copies of an environment until one declares another function.
    std::shared_ptr<const std::vector<function>> functions_;
    dialect rules_;
    const zone_source* zones_ = nullptr;
};

}  // namespace rolloutd::policies::cel
