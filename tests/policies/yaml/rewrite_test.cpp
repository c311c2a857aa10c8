#include "policies/yaml/rewrite.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace rolloutd::policies::yaml {
namespace {

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

// The file after the change, or "" when none is offered.
std::string changed(const std::string& text, const std::string& from, const std::string& to) {
    const parsed read = parse({"a.yaml", text});
    EXPECT_TRUE(read.issues.empty()) << text;
    const node& scalar = read.file.root().members.at(0).value;
    const std::size_t begin = scalar.value.find(from);
    const std::vector<text_edit> edits =
        rewrite(read.file, scalar, {{{begin, begin + from.size()}, to}});
    if (edits.empty()) return "";
    std::string made = text;
    const std::size_t first = offset_of(text, edits[0].begin);
    made.replace(first, offset_of(text, edits[0].end) - first, edits[0].replacement);
    const parsed again = parse({"a.yaml", made});
    EXPECT_TRUE(again.issues.empty()) << made;
    std::string wanted = scalar.value;
    EXPECT_EQ(again.file.root().members.at(0).value.value, wanted.replace(begin, from.size(), to));
    return made;
}

TEST(rewrite, writes_as_the_style_asks) {
    EXPECT_EQ(changed("when: a = b\n", "=", "=="), "when: a == b\n");
    EXPECT_EQ(changed("when: 'ü == ''x'' = b'\n", " = ", " == "), "when: 'ü == ''x'' == b'\n");
    EXPECT_EQ(changed("when: 'a > 15'\n", "15", "f('15')"), "when: 'a > f(''15'')'\n");
    EXPECT_EQ(changed("when: \"a > 15\"\n", "15", "f(\"1\\5\")"),
              "when: \"a > f(\\\"1\\\\5\\\")\"\n");
    EXPECT_EQ(changed("when: |\n  a\n  and b\n", "and", "&&"), "when: |\n  a\n  && b\n");
    EXPECT_EQ(changed("when: >\n  a\n  and b\n", "and", "&&"), "when: >\n  a\n  && b\n");
}

TEST(rewrite, quotes_what_would_not_stand_without) {
    EXPECT_EQ(changed("when: not (a == 'x')\n", "not ", "!"), "when: '!(a == ''x'')'\n");
    EXPECT_EQ(changed("when: prod == a\n", "prod", "\"prod\""), "when: '\"prod\" == a'\n");
    EXPECT_EQ(changed("when: a == b\n", "b", "\"x: y\""), "when: 'a == \"x: y\"'\n");
    EXPECT_EQ(changed("when: not (a)\n\n  && b\n", "not ", "!"), "");
}

TEST(rewrite, offers_nothing_outside_of_the_value) {
    const parsed read = parse({"a.yaml", "when: a\n"});
    const node& scalar = read.file.root().members.at(0).value;
    EXPECT_TRUE(rewrite(read.file, scalar, {{{0, 5}, "b"}}).empty());
    EXPECT_TRUE(rewrite(read.file, scalar, {}).empty());
}

}  // namespace
}  // namespace rolloutd::policies::yaml
