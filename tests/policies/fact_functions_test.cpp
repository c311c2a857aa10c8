// DESIGN §7: percent, percent_lower, percent_upper, since.

#include "policies/fact_functions.h"

#include <gtest/gtest.h>

#include <optional>

#include "policies/cel/expression.h"
#include "policies/facts.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

// Knows the time, when it is told one, and nothing else.
class only_now : public cel::scope {
public:
    explicit only_now(std::optional<timestamp> now) : now_(now) {}
    cel::value variable(int slot) const override {
        return slot == now_slot && now_ ? cel::value::timestamp(*now_) : cel::value{};
    }

private:
    std::optional<timestamp> now_;
};

cel::value result_of(std::string_view text, std::optional<timestamp> now = std::nullopt) {
    const auto compiled = cel::compile(text, facts_environment(subject_kind::ticket));
    if (!std::holds_alternative<cel::expression>(compiled)) {
        return cel::value::error("compile", std::string{text});
    }
    return std::get<cel::expression>(compiled).evaluate(only_now{now}, cel::budget{});
}

}  // namespace

TEST(percent, is_exact_where_the_share_is) {
    EXPECT_EQ(result_of("percent(3, 24)").as_real(), 12.5);
    EXPECT_EQ(result_of("percent(3, 200)").as_real(), 1.5);
    EXPECT_EQ(result_of("percent(0, 7)").as_real(), 0.0);
    EXPECT_EQ(result_of("percent(7, 7)").as_real(), 100.0);
}

// At the epoch getSeconds() is 0, which the loader cannot know: it refuses literals that must fail.
std::string code_of(std::string_view text) { return result_of(text, timestamp{}).as_error().code; }

TEST(percent, of_nothing_is_an_error) {
    EXPECT_EQ(code_of("percent(0, now.getSeconds())"), "division_by_zero");
    EXPECT_EQ(code_of("percent(1, now.getSeconds() - 2)"), "out_of_range");
    EXPECT_EQ(code_of("percent_upper(0, now.getSeconds(), 0.95)"), "division_by_zero");
    EXPECT_EQ(code_of("percent_upper(3, now.getSeconds() + 2, 0.95)"), "out_of_range");
    EXPECT_EQ(code_of("percent_upper(1, now.getSeconds() + 2, 0.0)"), "out_of_range");
    EXPECT_EQ(code_of("percent_upper(1, now.getSeconds() + 2, 100.0)"), "out_of_range");
}

TEST(percent, of_written_nothing_is_refused_when_it_is_loaded) {
    EXPECT_EQ(result_of("percent(0, 0)").as_error().code, "compile");
    EXPECT_EQ(result_of("percent_lower(1, 0, 0.95)").as_error().code, "compile");
}

TEST(percent, bounds_are_wilsons) {
    // Known values: 10 of 100 at 95% gives 5.52% to 17.44%; 0 of 10 gives 0% to 27.75%.
    EXPECT_NEAR(result_of("percent_lower(10, 100, 0.95)").as_real(), 5.523, 0.001);
    EXPECT_NEAR(result_of("percent_upper(10, 100, 0.95)").as_real(), 17.437, 0.001);
    EXPECT_NEAR(result_of("percent_upper(10, 100, 95.0)").as_real(), 17.437, 0.001);
    EXPECT_NEAR(result_of("percent_lower(0, 10, 0.95)").as_real(), 0.0, 1e-9);
    EXPECT_NEAR(result_of("percent_upper(0, 10, 0.95)").as_real(), 27.753, 0.001);
}

TEST(since, measures_from_the_time_of_the_evaluation) {
    const timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
    EXPECT_EQ(result_of("since(timestamp(\"2026-11-20T23:59:00Z\"))", now).as_duration(),
              std::chrono::minutes{1});
    EXPECT_TRUE(result_of("since(timestamp(\"0001-01-01T00:00:00Z\"))", now).is_error());
}

TEST(since, has_no_time_where_now_is_not_known) {
    EXPECT_TRUE(result_of("since(timestamp(\"2026-11-20T23:59:00Z\"))").is_error());
}

}  // namespace rolloutd::tests
