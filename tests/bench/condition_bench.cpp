// Evaluation and compilation of single conditions, over facts as the daemon gives them: borrowed
// objects whose fields are read when asked for.

#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "policies/cel/expression.h"
#include "policies/check.h"

namespace rolloutd::bench {

namespace {

using namespace policies::cel;

const object_type& instance_type() {
    static const object_type declared("instance",
                                      {{"status", type_kind::string}, {"zone", type_kind::string}});
    return declared;
}

class instance : public object {
public:
    std::string status = "FINISHED";
    std::string zone = "a";
    const object_type& declared() const override { return instance_type(); }
    value field(int slot) const override { return value::borrow(slot == 0 ? status : zone); }
};

class facts : public scope, private list_source {
public:
    // Every third instance is abnormal, and none in zone b: the whole list is gone through.
    facts() {
        for (std::size_t at = 0; at < instances_.size(); at += 3)
            instances_[at].status = "ABNORMAL";
    }

    value variable(int slot) const override {
        switch (slot) {
            case 0: return value::real(0.04);
            case 1: return value::real(98.0);
            case 2: return value::integer(25);
            case 3: return value::list(static_cast<const list_source&>(*this));
            default: return value::duration(std::chrono::minutes{20});
        }
    }

private:
    std::size_t size() const override { return instances_.size(); }
    value at(std::size_t index) const override { return value::object(instances_[index]); }
    std::array<instance, 100> instances_;
};

environment names() {
    environment made = environment::standard();
    made.declare("abnormal_share", type_kind::real);
    made.declare("success_rate", type_kind::real);
    made.declare("finished", type_kind::integer);
    made.declare("instances", type::list_of(type::object(instance_type())));
    made.declare("age", type_kind::duration);
    return made;
}

void evaluates(benchmark::State& state, const char* text) {
    const compile_result read = compile(text, names(), type_kind::boolean);
    ROLLOUTD_CHECK(std::holds_alternative<expression>(read));
    const expression& condition = std::get<expression>(read);
    const facts all;
    ROLLOUTD_CHECK(!condition.evaluate(all, {}).is_error());
    for (auto round : state) {
        (void)round;
        benchmark::DoNotOptimize(condition.evaluate(all, {}));
    }
}

void compiles(benchmark::State& state, const char* text) {
    const environment known = names();
    for (auto round : state) {
        (void)round;
        benchmark::DoNotOptimize(compile(text, known, type_kind::boolean));
    }
}

constexpr const char* share = "abnormal_share > 1.0 - success_rate / 100.0 && finished >= 10";
constexpr const char* hundred = R"(instances.exists(i, i.status == "ABNORMAL" && i.zone == "b"))";
constexpr const char* optional = R"(optional.of(abnormal_share).orValue(0.0) > 0.01)";
constexpr const char* text = R"("%d of %s".format([finished, age]) != "")";

BENCHMARK_CAPTURE(evaluates, share, share);
BENCHMARK_CAPTURE(evaluates, hundred_instances, hundred);
BENCHMARK_CAPTURE(evaluates, duration, "age > duration('15m') && finished != 0");
BENCHMARK_CAPTURE(evaluates, optional, optional);
BENCHMARK_CAPTURE(evaluates, format, text);
BENCHMARK_CAPTURE(compiles, share, share);
BENCHMARK_CAPTURE(compiles, hundred_instances, hundred);

}  // namespace

}  // namespace rolloutd::bench
