#include "daemon/cli/test_report.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/cli/issue_json.h"
#include "policies/trial/trial_words.h"

namespace rolloutd::daemon::cli {

namespace json = boost::json;
namespace trial = policies::trial;
using policies::to_text;

namespace {

// More lines than this of one failed test help nobody.
constexpr std::size_t most_lines = 60;
constexpr std::size_t most_points = 12;

std::string at_text(const trial::diff_line& what) {
    if (what.at == what.to) return to_text(what.at);
    return to_text(what.at) + ".." + to_text(what.to);
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

std::string render_diff(const trial::trial_result& test, const palette& colours) {
    const std::size_t shown = std::min(test.diff.size(), most_lines);
    std::size_t times = 0;
    std::size_t acts = 0;
    std::size_t rules = 0;
    for (std::size_t i = 0; i < shown; ++i) {
        times = std::max(times, at_text(test.diff[i]).size());
        acts = std::max(acts, test.diff[i].what.size());
        rules = std::max(rules, test.diff[i].rule.size());
    }
    std::string text;
    for (std::size_t i = 0; i < shown; ++i) {
        const trial::diff_line& each = test.diff[i];
        std::string line = std::string{"      "} + each.sign + " " + padded(at_text(each), times) +
                           "  " + padded(harmless(each.what), acts) + "  " +
                           padded(harmless(each.rule), rules) + "  " + harmless(each.note);
        line.erase(line.find_last_not_of(' ') + 1);
        const paint how = each.sign == '-'   ? paint::red
                          : each.sign == '+' ? paint::green
                                             : paint::dim;
        text += colours(how, line) + "\n";
    }
    if (shown < test.diff.size()) {
        text += "        … and " + std::to_string(test.diff.size() - shown) + " more\n";
    }
    return text;
}

std::string render_histories(const trial::trial_result& test, const palette& colours) {
    std::string text;
    for (const auto& [key, points] : test.histories) {
        // The subjects' own lines tell more than that the rule was judged.
        if (key.who.kind != policies::subject_kind::ticket && key.who.number == 0) continue;
        const std::string who = trial::subject_name(key.who);
        text += "      " +
                colours(paint::bold, "verdicts of " + key.rule + (who.empty() ? "" : " " + who)) +
                "\n";
        std::size_t shown = 0;
        for (const trial::verdict_point& each : points) {
            if (++shown > most_points) {
                text += "        … and " + std::to_string(points.size() - most_points) + " more\n";
                break;
            }
            std::string line = "        " + padded(to_text(each.at), 8) + "  " +
                               padded(trial::verdict_text(each), 12);
            for (const policies::evidence_item& item : each.evidence) {
                line +=
                    "  " + harmless(item.name) + " = " + harmless(trial::evidence_text(item.value));
            }
            line.erase(line.find_last_not_of(' ') + 1);
            text += line + "\n";
        }
    }
    return text;
}

std::string render_test(const trial::file_results& file, const trial::trial_result& test,
                        const palette& colours) {
    const std::string state =
        test.passed() ? colours(paint::green, "ok    ") : colours(paint::red, "FAILED");
    std::string text = "  " + state + "  " + harmless(test.name) +
                       colours(paint::dim, " (" + to_text(test.span) + " simulated)") + "\n";
    if (test.passed()) return text;
    for (const trial::trial_failure& each : test.failures) {
        text += "    " + harmless(file.name) + ":" + std::to_string(each.where.line) + ":" +
                std::to_string(each.where.column) + ": " + harmless(each.text) + "\n";
    }
    return text + render_diff(test, colours) + render_histories(test, colours);
}

struct coverage_sum {
    int silent = 0;   // rules that never fired
    int stiff = 0;    // conditions that never varied
    int skipped = 0;  // ladder steps that were never taken
    bool complete() const { return silent == 0 && stiff == 0 && skipped == 0; }
};

coverage_sum sum_of(const std::vector<trial::rule_coverage>& all) {
    coverage_sum sum;
    for (const trial::rule_coverage& each : all) {
        if (!each.fired) ++sum.silent;
        sum.skipped += static_cast<int>(each.missed_steps().size());
        sum.stiff += static_cast<int>(std::ranges::count_if(
            each.conditions, [](const auto& part) { return !part.varied(); }));
    }
    return sum;
}

std::string coverage_line(const std::vector<trial::rule_coverage>& all) {
    const coverage_sum sum = sum_of(all);
    if (all.empty()) return {};
    if (sum.complete()) return "coverage: every rule fired, every condition was true and false\n";
    std::string text = "coverage: " + counted(sum.silent, "rule") + " never fired, " +
                       counted(sum.stiff, "condition") + " never varied";
    if (sum.skipped > 0) text += ", " + counted(sum.skipped, "step") + " never taken";
    return text + "\n";
}

std::string seen_of(const trial::condition_coverage& what) {
    if (what.seen_true) return "was only true";
    return what.seen_false ? "was only false" : "was never evaluated to true or false";
}

std::string render_coverage(const std::vector<trial::rule_coverage>& all, const palette& colours) {
    std::string text;
    for (const trial::rule_coverage& each : all) {
        std::vector<std::string> gaps;
        if (!each.fired) gaps.emplace_back("never fired");
        for (const int step : each.missed_steps()) {
            gaps.push_back("step " + std::to_string(step + 1) + " (" +
                           std::string{to_text(each.steps[static_cast<std::size_t>(step)])} +
                           ") was never taken");
        }
        for (const trial::condition_coverage& part : each.conditions) {
            if (!part.varied()) gaps.push_back(seen_of(part) + ": " + harmless(part.text));
        }
        text += "  " + harmless(each.where.file) + ":" + std::to_string(each.where.line) + ": " +
                each.policy + "/" + each.rule + ": ";
        if (gaps.empty()) {
            text += colours(paint::green, "complete") + "\n";
            continue;
        }
        text += "\n";
        for (const std::string& gap : gaps)
            text += "    " + colours(paint::yellow, gap) + "\n";
    }
    return text;
}

json::object test_to_json(const trial::file_results& file, const trial::trial_result& test) {
    json::array failures;
    for (const trial::trial_failure& each : test.failures) {
        failures.push_back(json::object{
            {"line", each.where.line}, {"column", each.where.column}, {"message", each.text}});
    }
    json::array diff;
    for (const trial::diff_line& each : test.diff) {
        diff.push_back(json::object{{"sign", std::string(1, each.sign)},
                                    {"from_ms", each.at.count()},
                                    {"to_ms", each.to.count()},
                                    {"what", each.what},
                                    {"rule", each.rule},
                                    {"note", each.note},
                                    {"line", each.line}});
    }
    return {{"file", file.name},
            {"name", test.name},
            {"line", test.where.line},
            {"passed", test.passed()},
            {"simulated_ms", test.span.count()},
            {"readings", test.readings},
            {"failures", std::move(failures)},
            {"diff", std::move(diff)}};
}

json::object coverage_to_json(const trial::rule_coverage& what) {
    json::array conditions;
    for (const trial::condition_coverage& each : what.conditions) {
        conditions.push_back(json::object{
            {"text", each.text}, {"true", each.seen_true}, {"false", each.seen_false}});
    }
    json::array missed;
    for (const int step : what.missed_steps())
        missed.push_back(step + 1);
    return {{"policy", what.policy},
            {"rule", what.rule},
            {"file", what.where.file},
            {"line", what.where.line},
            {"fired", what.fired},
            {"missed_steps", std::move(missed)},
            {"conditions", std::move(conditions)}};
}

}  // namespace

int test_results::passed() const {
    int count = 0;
    for (const trial::file_results& file : files) {
        count += static_cast<int>(std::ranges::count_if(
            file.tests, [](const trial::trial_result& each) { return each.passed(); }));
    }
    return count;
}

int test_results::failed() const {
    int count = 0;
    for (const trial::file_results& file : files) {
        count += file.problems.empty() ? 0 : 1;
        count += static_cast<int>(std::ranges::count_if(
            file.tests, [](const trial::trial_result& each) { return !each.passed(); }));
    }
    return count;
}

std::string render_tests(const test_results& what, bool coverage, const palette& colours) {
    std::string text;
    for (const trial::file_results& file : what.files) {
        text += colours(paint::bold, harmless(file.name)) + "\n";
        if (!file.problems.empty()) {
            text += "  " + colours(paint::red, "FAILED") + "  the file cannot be run:\n";
            text += file.problems;
        }
        for (const trial::trial_result& each : file.tests)
            text += render_test(file, each, colours);
    }
    if (coverage) text += render_coverage(what.coverage, colours);
    const std::string line = coverage_line(what.coverage);
    if (!line.empty()) {
        const bool hint = !coverage && !sum_of(what.coverage).complete();
        text += hint ? line.substr(0, line.size() - 1) + " (see --coverage)\n" : line;
    }
    const std::string sum =
        std::to_string(what.passed()) + " passed, " + std::to_string(what.failed()) + " failed";
    return text + colours(what.failed() == 0 ? paint::green : paint::red, sum) + "\n";
}

std::string tests_to_json(const test_results& what, bool coverage) {
    json::object made;
    json::array tests;
    for (const trial::file_results& file : what.files) {
        for (const trial::trial_result& each : file.tests)
            tests.push_back(test_to_json(file, each));
    }
    made["tests"] = std::move(tests);
    made["issues"] = issues_to_json(what.issues);
    made["passed"] = what.passed();
    made["failed"] = what.failed();
    if (coverage) {
        json::array rules;
        for (const trial::rule_coverage& each : what.coverage)
            rules.push_back(coverage_to_json(each));
        made["coverage"] = std::move(rules);
    }
    return json::serialize(made) + "\n";
}

}  // namespace rolloutd::daemon::cli
