#include "daemon/cli/terminal.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace rolloutd::daemon::cli {
namespace {

TEST(terminal, columns_line_up_and_lines_have_no_trailing_spaces) {
    const palette plain(false);
    EXPECT_EQ(table({{"A", "LONG"}, {"\xc3\xa9\xc3\xa9\xc3\xa9", "x"}, {"b", ""}}, plain),
              "A    LONG\n\xc3\xa9\xc3\xa9\xc3\xa9  x\nb\n");
}

TEST(terminal, colours_are_written_only_when_they_are_wanted) {
    EXPECT_EQ(palette(false)(paint::red, "x"), "x");
    EXPECT_EQ(palette(true)(paint::red, "x"), "\x1b[31mx\x1b[0m");
    EXPECT_FALSE(wants_colour(0, true));
    ::setenv("NO_COLOR", "1", 1);
    EXPECT_FALSE(wants_colour(0, false));
    ::unsetenv("NO_COLOR");
}

TEST(terminal, control_characters_do_not_get_through) {
    EXPECT_EQ(harmless("a\x1b[2Jb\x7f\n"), "a?[2Jb??");
    EXPECT_EQ(harmless("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
    EXPECT_EQ(harmless("a\xc2\x9b"
                       "31m\xe2\x80\xae\tb\xff"),
              "a?31m??b?");
}

TEST(terminal, cells_are_harmless_whoever_made_them) {
    EXPECT_EQ(table({{"A", "B"}, {"x\x1b[2J", "y\xc2\x9b"}}, palette(false)),
              "A      B\nx?[2J  y?\n");
}

}  // namespace
}  // namespace rolloutd::daemon::cli
