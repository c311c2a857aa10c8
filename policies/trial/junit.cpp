#include "policies/trial/junit.h"

#include <algorithm>
#include <cstdio>

namespace rolloutd::policies::trial {

namespace {

// Text for XML 1.0, which has no way to write most control characters.
std::string escaped(std::string_view text) {
    std::string made;
    for (const char each : text) {
        switch (each) {
            case '&': made += "&amp;"; break;
            case '<': made += "&lt;"; break;
            case '>': made += "&gt;"; break;
            case '"': made += "&quot;"; break;
            case '\n': made += "&#10;"; break;
            default: made += static_cast<unsigned char>(each) < 0x20 ? ' ' : each;
        }
    }
    return made;
}

std::string attribute(std::string_view name, std::string_view text) {
    return " " + std::string{name} + "=\"" + escaped(text) + "\"";
}

std::string seconds(duration length) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", static_cast<double>(length.count()) / 1000.0);
    return text;
}

std::string test_case(const file_results& file, const trial_result& test) {
    std::string made = "    <testcase" + attribute("classname", file.name) +
                       attribute("name", test.name) + attribute("time", seconds(test.span));
    if (test.passed()) return made + "/>\n";
    made += ">\n";
    for (const trial_failure& each : test.failures) {
        made += "      <failure" + attribute("message", each.text) + ">" +
                escaped(file.name + ":" + std::to_string(each.where.line)) + "</failure>\n";
    }
    return made + "    </testcase>\n";
}

std::string suite(const file_results& file) {
    const auto failed =
        std::ranges::count_if(file.tests, [](const trial_result& each) { return !each.passed(); });
    const bool broken = !file.problems.empty();
    const std::size_t tests = broken ? 1 : file.tests.size();
    std::string made = "  <testsuite" + attribute("name", file.name) +
                       attribute("tests", std::to_string(tests)) +
                       attribute("failures", broken ? "0" : std::to_string(failed)) +
                       attribute("errors", broken ? "1" : "0") + ">\n";
    if (broken) {
        made += "    <testcase" + attribute("classname", file.name) +
                attribute("name", "the file can be read") + ">\n      <error" +
                attribute("message", "the file has problems") + ">" + escaped(file.problems) +
                "</error>\n    </testcase>\n";
    } else {
        for (const trial_result& each : file.tests)
            made += test_case(file, each);
    }
    return made + "  </testsuite>\n";
}

}  // namespace

std::string to_junit(const std::vector<file_results>& all) {
    std::string made = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (const file_results& each : all)
        made += suite(each);
    return made + "</testsuites>\n";
}

}  // namespace rolloutd::policies::trial
