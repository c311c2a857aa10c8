// What one condition costs, beside the same question asked in C++ of the same facts: the ratio of
// the two is what the language costs, and holds from machine to machine.

#include <benchmark/benchmark.h>

#include <stdexcept>

#include "policies/fact_view.h"
#include "policies/facts.h"
#include "policies/rule_scope.h"
#include "tests/support/a_policy.h"
#include "tests/support/rollout_story.h"

namespace rolloutd::tests {
namespace {

namespace cel = policies::cel;

// A share, a rate and a count, as three plain variables.
class three_numbers final : public cel::scope {
public:
    cel::value variable(int slot) const override {
        if (slot == 0) return cel::value::real(0.125);
        if (slot == 1) return cel::value::real(90.0);
        return cel::value::integer(24);
    }
};

cel::expression compiled(const char* text, const cel::environment& names) {
    cel::compile_result result = cel::compile(text, names, cel::type_kind::boolean);
    if (auto* made = std::get_if<cel::expression>(&result)) return std::move(*made);
    throw std::logic_error(std::get<std::vector<cel::problem>>(result).front().message);
}

void a_share_in_cel(benchmark::State& state) {
    cel::environment names = cel::environment::standard();
    names.declare("abnormal_share", cel::type_kind::real);
    names.declare("success_rate", cel::type_kind::real);
    names.declare("finished", cel::type_kind::integer);
    const cel::expression condition =
        compiled("abnormal_share > 1.0 - success_rate / 100.0 && finished >= 10", names);
    const three_numbers facts;
    for (auto _ : state)
        benchmark::DoNotOptimize(condition.evaluate(facts, {}).as_boolean());
}
BENCHMARK(a_share_in_cel);

void a_share_in_cpp(benchmark::State& state) {
    const three_numbers facts;
    const cel::scope* asked = &facts;
    benchmark::DoNotOptimize(asked);
    for (auto _ : state) {
        const bool holds =
            asked->variable(0).as_real() > 1.0 - asked->variable(1).as_real() / 100.0 &&
            asked->variable(2).as_integer() >= 10;
        benchmark::DoNotOptimize(holds);
    }
}
BENCHMARK(a_share_in_cpp);

// A ticket of 100 instances in ten batches, all of them read, none of them ABNORMAL.
policies::ticket_state a_hundred_instances() {
    a_ticket ticket;
    for (int batch = 1; batch <= 10; ++batch)
        ticket.batch(10);
    ticket.processing().current(1).with_details().in_batch(1, {{"FINISHED", 8}, {"PROCESSING", 2}});
    rollout_story story(
        {a_policy().rule(a_rule("any").when("instances.size() > 200").do_notify())});
    story.see(ticket);
    return story.state();
}

void every_instance_in_cel(benchmark::State& state) {
    const cel::expression condition =
        compiled(R"(instances.exists(i, i.status == "ABNORMAL" && i.zone == "b"))",
                 policies::facts_environment(policies::subject_kind::ticket));
    const policies::ticket_state seen = a_hundred_instances();
    const policies::fact_view view{seen, *seen.seen_at, false};
    const policies::policy none;
    const policies::rule_scope facts{view, none, {}, nullptr};
    facts.evaluate(condition, nullptr);
    for (auto _ : state)
        benchmark::DoNotOptimize(facts.evaluate(condition, nullptr).as_boolean());
}
BENCHMARK(every_instance_in_cel);

void every_instance_in_cpp(benchmark::State& state) {
    const policies::ticket_state seen = a_hundred_instances();
    for (auto _ : state) {
        bool found = false;
        for (const policies::batch_detail& batch : seen.last->details) {
            for (const policies::instance_info& each : batch.instances)
                found = found || (each.status == "ABNORMAL" && each.zone == "b");
        }
        benchmark::DoNotOptimize(found);
    }
}
BENCHMARK(every_instance_in_cpp);

}  // namespace
}  // namespace rolloutd::tests
