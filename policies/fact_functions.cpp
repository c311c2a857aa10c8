#include "policies/fact_functions.h"

#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include "policies/cel/expression.h"

namespace rolloutd::policies {

namespace {

using cel::type;
using cel::type_kind;
using cel::value;

// Of the arguments part and whole: what makes them no share at all.
std::optional<value> not_a_share(std::int64_t part, std::int64_t whole) {
    if (whole == 0) return value::error("division_by_zero", "percent of a whole of 0");
    if (whole < 0 || part < 0) {
        return value::error("out_of_range", "percent of a negative number");
    }
    return std::nullopt;
}

value percent(std::span<const value> arguments) {
    const std::int64_t part = arguments[0].as_integer();
    const std::int64_t whole = arguments[1].as_integer();
    if (const auto problem = not_a_share(part, whole)) return *problem;
    // One rounding only: 100 * part is exact for any count of instances, so that a share that
    // equals a limit in tenths compares as equal.
    return value::real(100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

// The quantile of the standard normal distribution, 0 < p < 1: Acklam's rational approximation,
// relative error below 1.2e-9.
double normal_quantile(double p) {
    static constexpr std::array<double, 6> a{-3.969683028665376e+01, 2.209460984245205e+02,
                                             -2.759285104469687e+02, 1.383577518672690e+02,
                                             -3.066479806614716e+01, 2.506628277459239e+00};
    static constexpr std::array<double, 5> b{-5.447609879822406e+01, 1.615858368580409e+02,
                                             -1.556989798598866e+02, 6.680131188771972e+01,
                                             -1.328068155288572e+01};
    static constexpr std::array<double, 6> c{-7.784894002430293e-03, -3.223964580411365e-01,
                                             -2.400758277161838e+00, -2.549732539343734e+00,
                                             4.374664141464968e+00,  2.938163982698783e+00};
    static constexpr std::array<double, 4> d{7.784695709041462e-03, 3.224671290700398e-01,
                                             2.445134137142996e+00, 3.754408661907416e+00};
    const auto polynomial = [](const auto& factors, double x) {
        return std::accumulate(factors.begin(), factors.end(), 0.0,
                               [x](double sum, double factor) { return sum * x + factor; });
    };
    constexpr double tail = 0.02425;
    if (p < tail) {
        const double q = std::sqrt(-2.0 * std::log(p));
        return polynomial(c, q) / (polynomial(d, q) * q + 1.0);
    }
    if (p > 1.0 - tail) return -normal_quantile(1.0 - p);
    const double q = p - 0.5;
    const double r = q * q;
    return polynomial(a, r) * q / (polynomial(b, r) * r + 1.0);
}

struct interval {
    double low = 0;
    double high = 0;
};

// Wilson's score interval, two-sided, in percent.
interval wilson(double part, double whole, double confidence) {
    const double z = normal_quantile((1.0 + confidence) / 2.0);
    const double share = part / whole;
    const double weight = z * z / whole;
    const double middle = (share + weight / 2.0) / (1.0 + weight);
    const double reach =
        z / (1.0 + weight) * std::sqrt(share * (1.0 - share) / whole + weight / (4.0 * whole));
    return {.low = std::max(0.0, 100.0 * (middle - reach)),
            .high = std::min(100.0, 100.0 * (middle + reach))};
}

template <bool Upper>
value percent_bound(std::span<const value> arguments) {
    const std::int64_t part = arguments[0].as_integer();
    const std::int64_t whole = arguments[1].as_integer();
    const double said = arguments[2].as_real();
    if (const auto problem = not_a_share(part, whole)) return *problem;
    if (part > whole) return value::error("out_of_range", "the part is greater than the whole");
    // 0.95 and 95.0 mean the same; nobody asks for a confidence of 1% or less.
    const double confidence = said > 1.0 ? said / 100.0 : said;
    if (!(confidence > 0.0 && confidence < 1.0)) {
        return value::error("out_of_range", "the confidence must lie between 0 and 1");
    }
    const interval found =
        wilson(static_cast<double>(part), static_cast<double>(whole), confidence);
    return value::real(Upper ? found.high : found.low);
}

value since(std::span<const value> arguments, const cel::scope& facts) {
    const value now = facts.variable(now_slot);
    if (now.kind() != cel::value_kind::timestamp) {
        return value::error("not_seen", "the time is not known here");
    }
    const cel::instant from = arguments[0].as_timestamp();
    const cel::instant to = now.as_timestamp();
    // A timestamp spans the years 0001 to 9999, nanoseconds in 64 bits only 292 years.
    if (std::abs(to.seconds - from.seconds) > 200LL * 366 * 86'400) {
        return value::error("overflow", "more than 200 years ago");
    }
    return value::duration(std::chrono::seconds{to.seconds - from.seconds} +
                           std::chrono::nanoseconds{to.nanos - from.nanos});
}

cel::function shown(std::string name, std::vector<type> parameters, cel::function_body body) {
    cel::overload only{.receiver = false,
                       .parameters = std::move(parameters),
                       .result = type_kind::real,
                       .body = body};
    return {.name = std::move(name), .overloads = {std::move(only)}, .shown_in_evidence = true};
}

}  // namespace

void declare_functions(cel::environment& names) {
    const std::vector<type> share{type_kind::integer, type_kind::integer};
    const std::vector<type> bound{type_kind::integer, type_kind::integer, type_kind::real};
    names.declare(shown("percent", share, percent));
    names.declare(shown("percent_lower", bound, percent_bound<false>));
    names.declare(shown("percent_upper", bound, percent_bound<true>));
    cel::overload ago{.receiver = false,
                      .parameters = {type_kind::timestamp},
                      .result = type_kind::duration,
                      .scoped = since};
    names.declare(
        cel::function{.name = "since", .overloads = {std::move(ago)}, .shown_in_evidence = false});
}

}  // namespace rolloutd::policies
