// Whatever an expression says: compiling and evaluating it never crashes, every problem lies inside
// the text, an evaluation ends within its budget, and the checker or not makes no value another
// one.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/compare.h"
#include "policies/cel/expression.h"
#include "policies/check.h"
#include "policies/facts.h"

namespace {

using namespace rolloutd::policies::cel;

const object_type& host_type() {
    static const object_type declared("host", {{"name", type_kind::string},
                                               {"failed", type_kind::integer},
                                               {"share", type_kind::real},
                                               {"unseen", type_kind::integer},
                                               {"lost", type_kind::string}});
    return declared;
}

class host : public object {
public:
    const object_type& declared() const override { return host_type(); }
    value field(int slot) const override {
        switch (slot) {
            case 0: return value::string("web-7");
            case 1: return value::integer(3);
            case 2: return value::real(0.25);
            case 3: return value::error("not_seen", "it was not read");
            default: return value::error("missing", "there is none");
        }
    }
};

class host_list : public list_source {
public:
    std::size_t size() const override { return 5; }
    value at(std::size_t) const override { return value::object(each_); }

private:
    host each_;
};

class facts : public scope {
public:
    value variable(int slot) const override {
        switch (slot) {
            case 0: return value::object(host_);
            case 1: return value::list(hosts_);
            case 2: return value::map({{value::string("tier"), value::string("prod")}});
            case 3: return value::duration(std::chrono::minutes{20});
            case 4: return value::timestamp(instant{1'795'256'130, 500});
            default: return value::integer(42);
        }
    }

private:
    host host_;
    host_list hosts_;
};

class blind : public scope {
public:
    value variable(int) const override { return value::error("not_seen", "it was not read"); }
};

environment make_names(dialect rules) {
    environment made = environment::standard();
    made.declare("host", type::object(host_type()));
    made.declare("hosts", type::list_of(type::object(host_type())));
    made.declare("labels", type::map_of(type_kind::string, type_kind::string));
    made.declare("age", type_kind::duration);
    made.declare("now", type_kind::timestamp);
    made.declare("any", type_kind::dyn);
    made.set_dialect(rules);
    return made;
}

// Nothing if the text does not compile; the problems are judged here.
std::vector<expression> accepted(const compile_result& made, std::size_t size) {
    if (const auto* compiled = std::get_if<expression>(&made)) return {*compiled};
    const auto& problems = std::get<std::vector<problem>>(made);
    ROLLOUTD_CHECK(!problems.empty() && problems.size() <= 10);
    for (const problem& one : problems) {
        ROLLOUTD_CHECK(one.where.begin <= one.where.end && one.where.end <= size);
        ROLLOUTD_CHECK(!one.code.empty() && !one.message.empty());
    }
    return {};
}

value evaluated(const expression& what) {
    static const facts all;
    trace recorded;
    value made = what.evaluate(all, {}, &recorded);
    ROLLOUTD_CHECK(made.text().size() <= 200);
    for (const used_value& one : recorded.used)
        ROLLOUTD_CHECK(!one.name.empty() && one.what.text().size() <= 200);
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const environment plain = make_names({});
    static const environment strict = make_names(
        {.homogeneous_literals = true, .guard_integer_division = true, .literals_are_tried = true});
    static const environment& policies =
        rolloutd::policies::facts_environment(rolloutd::policies::subject_kind::instance);
    const std::string text(data, data + size);
    // The daemon's own facts, none of which can be seen.
    for (const expression& one : accepted(compile(text, policies), size))
        (void)one.evaluate(blind(), {}).text();
    for (const expression& one : accepted(compile(text, strict, type_kind::boolean), size)) {
        const value made = evaluated(one);
        ROLLOUTD_CHECK(made.is_error() || made.kind() == value_kind::boolean ||
                       one.result().kind() == type_kind::dyn);
    }
    for (const expression& checked : accepted(compile(text, plain), size)) {
        const auto free = accepted(parse_only(text, plain), size);
        ROLLOUTD_CHECK(free.size() == 1);
        const value with = evaluated(checked);
        const value without = evaluated(free.front());
        ROLLOUTD_CHECK(with.kind() == without.kind() && with.text() == without.text());
    }
    for (const expression& one : accepted(parse_only(text, plain), size))
        (void)evaluated(one);
    return 0;
}
