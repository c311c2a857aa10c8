#pragma once
// The face of the condition language: compile a text once, evaluate it often. Everything outside
// this folder uses only this header, environment.h, type.h and value.h.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policies/cel/environment.h"
#include "policies/cel/type.h"
#include "policies/cel/value.h"

namespace rolloutd::policies::cel {

// Half-open range of byte offsets in the expression's text.
struct text_range {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool operator==(const text_range&) const = default;
};

// A change of the expression's text; of an empty range, an insertion.
struct edit {
    text_range where;
    std::string text;
    bool operator==(const edit&) const = default;
};

// Something wrong with an expression; the loader maps the range into the YAML file.
struct problem {
    text_range where;
    std::string code;     // "syntax", "undeclared", "no-overload", "integer-division", "limit", ...
    std::string message;  // one sentence without a full stop
    std::string hint;     // "did you mean 'failed'?", "write 100.0"; may be empty
    // The hint as changes of the text; to be made all together, or not at all. May be empty.
    std::vector<edit> fixes = {};
    bool operator==(const problem&) const = default;
};

// Load-time limits (reference/cel.md §5.3). Exceeding one is a problem, never a crash.
struct compile_limits {
    std::size_t bytes = 8 * 1024;
    int depth = 100;
    int nodes = 2'000;
    int loops = 3;  // macros over lists and maps, one inside another
    int problems = 10;
};

// Run-time limits. Exceeding one gives the error value "budget".
struct budget {
    int steps = 100'000;
    std::size_t string_bytes = 64 * 1024;
    std::size_t list_elements = 10'000;
};

// Where the variables of an evaluation come from, by their slots in the environment.
class scope {
public:
    virtual ~scope() = default;
    virtual value variable(int slot) const = 0;
    // For the accessors that name a zone; null means that only UTC and fixed offsets are known.
    virtual const zone_source* zones() const { return nullptr; }
};

// What an evaluation used, for the evidence of a decision: the outermost select chains of facts
// ("count.abnormal"), plain variables ("failed"), and calls that are shown in evidence, each once,
// in order of first use. The value of an expression that was not reached is not in it.
struct used_value {
    std::string name;  // the source text of the sub-expression, white space squeezed
    value what;
    std::vector<value> arguments;  // of a shown call, else empty
};

struct trace {
    std::vector<used_value> used;
};

class expression {
public:
    expression() = default;  // empty; evaluating it is a broken invariant
    explicit operator bool() const { return static_cast<bool>(program_); }

    const std::string& text() const;
    const type& result() const;

    // The outermost select chains of facts and the variables that the text names anywhere, with
    // their dots ("ticket.status", "count.abnormal", "instances", "failed"), sorted, each once. It
    // decides what has to be read of a ticket.
    const std::vector<std::string>& names() const;

    // Pure. Never throws for anything that an expression or a fact can do: errors are values.
    value evaluate(const scope& facts, const budget& limits, trace* recorded = nullptr) const;

    struct program;
    explicit expression(std::shared_ptr<const program> what);

private:
    std::shared_ptr<const program> program_;
};

using compile_result = std::variant<expression, std::vector<problem>>;

// Lexes, parses and type-checks. `expected` is the type that the result must have (boolean for
// conditions); dyn accepts any. The environment's contents are copied as far as they are needed.
compile_result compile(std::string_view text, const environment& names,
                       type expected = type_kind::dyn, const compile_limits& limits = {});

// Parses without checking; evaluation then dispatches on run-time types alone. For the conformance
// suite.
compile_result parse_only(std::string_view text, const environment& names,
                          const compile_limits& limits = {});

}  // namespace rolloutd::policies::cel
