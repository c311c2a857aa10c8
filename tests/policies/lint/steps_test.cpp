#include "tests/policies/lint/lint_support.h"

namespace rolloutd::policies::lint {
namespace {

std::string with_tail(const std::string& tail) {
    return with_rules("  - name: r\n    when: count.abnormal > 1\n" + tail);
}

TEST(lint_steps, a_for_shorter_than_the_poll_sees_nothing_in_between) {
    const auto got = found_in(with_tail("    for: 2s\n    do: pause\n"));
    ASSERT_EQ(codes(got), code_list{"short-for"});
    EXPECT_EQ(got[0].begin, (position{7, 10}));
    EXPECT_EQ(codes(with_tail("    for: 5s\n    do: pause\n")), code_list{});
    EXPECT_EQ(codes(with_tail("    for: 0s\n    do: pause\n")), code_list{});
    options quick;
    quick.every = std::chrono::seconds{1};
    EXPECT_EQ(codes(found_in(with_tail("    for: 2s\n    do: pause\n"), quick)), code_list{});
}

TEST(lint_steps, a_cancel_waits_or_asks) {
    EXPECT_EQ(codes(with_tail("    do: cancel\n")), code_list{"unguarded-cancel"});
    EXPECT_EQ(codes(with_tail("    for: 1m\n    do: cancel\n")), code_list{});
    EXPECT_EQ(codes(with_tail("    do: [{do: cancel, approve: true}]\n")), code_list{});
    EXPECT_EQ(codes(with_tail("    do: [pause, {after: 30m, do: cancel}]\n")), code_list{});
    EXPECT_EQ(codes(with_tail("    do: [pause, cancel]\n")), code_list{"unguarded-cancel"});
}

}  // namespace
}  // namespace rolloutd::policies::lint
