#include "daemon/cli/answers.h"

#include <gmock/gmock.h>

namespace rolloutd::daemon::cli {
namespace {

using ::testing::HasSubstr;

int code_of(const local_answer& answer, std::string& said) {
    ::testing::internal::CaptureStderr();
    const auto taken = take_answer(answer);
    said = ::testing::internal::GetCapturedStderr();
    const int* const code = std::get_if<int>(&taken);
    return code == nullptr ? 0 : *code;
}

TEST(answers, what_went_wrong_is_said_and_has_its_code) {
    std::string said;
    EXPECT_EQ(code_of({0, "/run/s: Connection refused"}, said), 69);
    EXPECT_THAT(said, HasSubstr("not reachable: /run/s"));
    EXPECT_EQ(code_of({409, R"({"error":{"code":"x","message":"it is paused already"}})"}, said),
              1);
    EXPECT_EQ(said, "rolloutctl: it is paused already\n");
    EXPECT_EQ(code_of({500, "<html>"}, said), 1);
    EXPECT_THAT(said, HasSubstr("status 500"));
    EXPECT_EQ(code_of({200, "not json"}, said), 1);
    EXPECT_EQ(code_of({200, "{}"}, said), 0);
    EXPECT_EQ(said, "");
}

TEST(answers, a_message_does_not_steer_the_terminal) {
    std::string said;
    code_of({400, "{\"error\":{\"message\":\"a\\u001b[2Jb\"}}"}, said);
    EXPECT_THAT(said, ::testing::Not(HasSubstr("\x1b")));
}

TEST(answers, text_is_taken_from_objects_alone) {
    EXPECT_EQ(text_in({{"text", "done"}}, "text"), "done");
    EXPECT_EQ(text_in({{"text", 3}}, "text"), "");
    EXPECT_EQ(text_in(3, "text"), "");
}

}  // namespace
}  // namespace rolloutd::daemon::cli
