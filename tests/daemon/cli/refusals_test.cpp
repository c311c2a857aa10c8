#include "daemon/cli/refusals.h"

#include <gmock/gmock.h>

#include "daemon/cli/exit_codes.h"

namespace rolloutd::daemon::cli {
namespace {

using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

TEST(refusals, name_the_program_and_end_with_the_code_that_goes_with_them) {
    CaptureStderr();
    EXPECT_EQ(refuse("no daemon listens"), exit_with::error);
    EXPECT_EQ(refuse_usage("--since needs a time"), exit_with::usage);
    EXPECT_EQ(GetCapturedStderr(),
              "rolloutctl: no daemon listens\nrolloutctl: --since needs a time\n");
}

TEST(refusals, a_ticket_that_is_none_cannot_write_on_the_terminal) {
    CaptureStderr();
    EXPECT_EQ(refuse_ticket("SCT\x1b[2J"), exit_with::usage);
    const std::string told = GetCapturedStderr();
    EXPECT_THAT(told, ::testing::HasSubstr("is not a ticket"));
    EXPECT_EQ(told.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace rolloutd::daemon::cli
