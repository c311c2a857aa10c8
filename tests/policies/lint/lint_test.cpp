// The lint as a whole: what is shipped is free of findings, and the table in docs/lint.md is
// complete.

#include "policies/lint/lint.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/policies/lint/lint_support.h"

namespace rolloutd::policies::lint {
namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> library() {
    std::vector<std::string> texts;
    for (const auto& entry : std::filesystem::directory_iterator(ROLLOUTD_LIBRARY)) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(".yaml") && !name.ends_with(".test.yaml")) {
            texts.push_back(read_file(entry.path()));
        }
    }
    return texts;
}

// Nobody's rollout is touched by a policy that was copied and not yet looked at.
TEST(lint, a_library_policy_that_changes_tickets_does_not_enforce_as_it_comes) {
    const policy_set set = loaded(library());
    int notifying = 0;
    for (const policy& each : set.policies) {
        bool operates = false;
        for (const rule& one : each.rules) {
            for (const ladder_step& step : one.steps)
                operates = operates || step.what != action::notify;
        }
        notifying += operates ? 0 : 1;
        EXPECT_EQ(each.ceiling == mode::enforce, !operates) << each.name;
    }
    EXPECT_EQ(notifying, 5);
}

TEST(lint, the_library_has_no_findings) {
    const std::vector<std::string> texts = library();
    ASSERT_EQ(texts.size(), 15U);
    for (const issue& each : find(loaded(texts)))
        ADD_FAILURE() << each.file << ": " << each.code << ": " << each.message;
}

TEST(lint, the_example_of_the_readme_has_no_findings) {
    const std::string text = read_file(ROLLOUTD_README);
    const std::size_t from = text.find("```yaml\nversion: 1\npolicy:");
    ASSERT_NE(from, std::string::npos);
    const std::size_t to = text.find("```", from + 8);
    options quick;
    quick.every = std::chrono::seconds{1};  // as the demo polls
    EXPECT_EQ(codes(found_in(text.substr(from + 8, to - from - 8), quick)), code_list{});
}

TEST(lint, the_large_example_has_no_findings) {
    EXPECT_EQ(codes(read_file(std::filesystem::path(ROLLOUTD_GOLDEN) / "good_web_fleet.yaml")),
              code_list{});
}

TEST(lint, findings_are_warnings_in_the_order_of_the_file) {
    const auto got =
        found_in(with_rules("  - {name: a, when: ticket.status == 'PAUSE', do: pause}\n"
                            "  - {name: b, when: count.abnormal > 1, do: cancel}\n"));
    EXPECT_EQ(codes(got), (code_list{"unknown-word", "unguarded-cancel"}));
    EXPECT_FALSE(has_errors(got));
    for (const issue& each : got)
        EXPECT_FALSE(each.hint.empty()) << each.code;
}

TEST(lint, every_code_is_in_the_table) {
    const std::string table = read_file(ROLLOUTD_LINT_TABLE);
    for (const char* code :
         {"ratio-without-needs", "unknown-word", "constant-comparison", "never-true", "always-true",
          "never-legal", "oscillation", "shadowed-rule", "short-for", "unguarded-cancel",
          "unused-variable", "given-up-not-counted"}) {
        EXPECT_NE(table.find("| `" + std::string(code) + "` |"), std::string::npos) << code;
    }
}

}  // namespace
}  // namespace rolloutd::policies::lint
