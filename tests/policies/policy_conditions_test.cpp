// The problems of a condition, shown and mended in the YAML where they were written.

#include <gtest/gtest.h>

#include <algorithm>

#include "policies/policy_loader.h"

namespace rolloutd::policies {
namespace {

using texts = std::vector<std::string>;

std::string policy_with(const std::string& when) {
    return "version: 1\npolicy: p\nmatch: true\nrules:\n  - name: r\n    when: " + when +
           "\n    do: notify\n";
}

std::vector<issue> issues_of(const std::string& text) {
    return load_policies({{"p.yaml", text}}).issues;
}

std::size_t offset_of(const std::string& text, position at) {
    std::size_t offset = 0;
    for (int line = 1; line < at.line; ++line)
        offset = text.find('\n', offset) + 1;
    for (int column = 1; column < at.column; ++column) {
        ++offset;
        while ((static_cast<unsigned char>(text[offset]) & 0xC0U) == 0x80U)
            ++offset;
    }
    return offset;
}

std::string underlined(const std::string& text, const issue& what) {
    const std::size_t begin = offset_of(text, what.begin);
    return text.substr(begin, offset_of(text, what.end) - begin);
}

std::string mended(std::string text, std::vector<text_edit> fixes) {
    std::ranges::sort(fixes, std::ranges::greater{}, &text_edit::begin);
    for (const text_edit& each : fixes) {
        const std::size_t begin = offset_of(text, each.begin);
        text.replace(begin, offset_of(text, each.end) - begin, each.replacement);
    }
    return text;
}

// One condition in each style that YAML has for it.
texts styles_of(const std::string& condition) {
    std::string doubled;
    std::string escaped;
    std::string lines;
    for (const char c : condition) {
        doubled += c == '\'' ? "''" : std::string(1, c);
        escaped += c == '"' ? "\\\"" : std::string(1, c);
        lines += c == ' ' ? "\n      " : std::string(1, c);
    }
    return {condition,
            "'" + doubled + "'",
            "\"" + escaped + "\"",
            "|\n      " + condition,
            ">\n      " + condition,
            "|\n      " + lines,
            ">-\n      " + lines};
}

struct mistake {
    const char* condition;
    const char* marked;
};

TEST(policy_conditions, every_fix_mends_its_problem_in_every_style) {
    for (const mistake& each : {
             mistake{"count.abnormal = 2", "="},
             mistake{"count.abnormal > 2 and ticket.age > duration(\"1h\")", "and"},
             mistake{"not (count.abnormal > 2)", "not"},
             mistake{"ticket.success_rate * 2 > 5.0", "*"},
             mistake{"ticket.age > 15", ">"},
             mistake{"ticket.age > '15m'", ">"},
             mistake{"ticket.age > duration('1d')", "'1d'"},
             mistake{"ticket.name == pay-api", "pay-api"},
             mistake{"ticket.name.starts_with('ü')", "starts_with"},
             mistake{"instances.any(i,i.status == \"ABNORMAL\")", "any"},
             mistake{"'ü' in ticket.labels && count.abnrmal > 2", "abnrmal"},
             mistake{"count.abnormal / count.total > 0.5", "count.abnormal / count.total > 0.5"},
         }) {
        for (const std::string& style : styles_of(each.condition)) {
            if (style.starts_with("'ü' in")) continue;  // no condition to YAML
            const std::string text = policy_with(style);
            const std::vector<issue> found = issues_of(text);
            ASSERT_EQ(found.size(), 1U) << text << render(found.at(0), text);
            std::string marked = underlined(text, found[0]);
            const bool one_line = marked.find('\n') == std::string::npos;
            if (one_line && !style.starts_with("'")) {
                EXPECT_EQ(marked, each.marked) << text;
            }
            ASSERT_FALSE(found[0].fixes.empty()) << text;
            const std::string right = mended(text, found[0].fixes);
            const std::vector<issue> left = issues_of(right);
            EXPECT_TRUE(left.empty()) << right << (left.empty() ? "" : left[0].message);
        }
    }
}

TEST(policy_conditions, all_problems_of_a_file_are_told_in_one_run) {
    const std::vector<issue> found = issues_of(
        "version: 1\npolicy: p\nmatch: tikket.name == 'a'\nvariables:\n  v: count.abnormla\n"
        "rules:\n  - name: r\n    when: v > 2\n    do: notify\n"
        "  - name: s\n    when: math.foo(1) > 2\n    wen: 3\n    do: pause\n"
        "  - name: t\n    when: count.abnormal / 0 > 1 || count.finishd > 1\n    do: pause\n");
    texts codes;
    for (const issue& each : found)
        codes.push_back(std::to_string(each.begin.line) + " " + each.code);
    EXPECT_EQ(codes, (texts{"3 undeclared", "5 no-field", "11 undeclared", "12 unknown-key",
                            "15 division-by-zero", "15 no-field"}));
}

TEST(policy_conditions, hints_about_the_rule_bring_no_fix_of_the_name) {
    const std::vector<issue> found = issues_of(policy_with("batch.current"));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].hint, "add `each: batch` to the rule");
    EXPECT_TRUE(found[0].fixes.empty());
}

TEST(policy_conditions, expressions_beyond_the_limits_are_refused) {
    const auto repeated = [](const std::string& part, int times) {
        std::string made;
        for (int time = 0; time < times; ++time)
            made += part;
        return made;
    };
    for (const std::string& condition :
         texts{repeated("(", 10'000) + "true" + repeated(")", 10'000),
               "1" + repeated(" + 1", 50'000) + " > 2", repeated("true && ", 50'000) + "true",
               "instances.all(a, instances.all(b, instances.all(c, instances.all(d, true))))"}) {
        const std::vector<issue> found = issues_of(policy_with("|\n      " + condition));
        ASSERT_EQ(found.size(), 1U) << condition.substr(0, 60);
        EXPECT_EQ(found[0].code, "limit");
    }
}

}  // namespace
}  // namespace rolloutd::policies
