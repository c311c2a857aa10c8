#include "policies/yaml/scalar_map.h"

#include <gtest/gtest.h>

#include <random>

#include "policies/yaml/document.h"

namespace rolloutd::policies::yaml {
namespace {

// Reads `k: <written>` and gives back the raw text of each character of the value that was marked
// by its own text, which must be found in the file.
std::string raw_of(const std::string& file, std::string_view part) {
    const parsed got = parse({"f", file});
    if (!got.issues.empty()) return "issue: " + got.issues[0].message;
    const node& scalar = got.file.root().members.at(0).value;
    const std::size_t at = scalar.value.find(part);
    if (at == std::string::npos) return "not in value: " + scalar.value;
    const span where = got.file.locate(scalar, {at, at + part.size()});
    return file.substr(where.begin, where.end - where.begin) + " @" +
           std::to_string(got.file.at(where.begin).line) + ":" +
           std::to_string(got.file.at(where.begin).column);
}

TEST(scalar_map, plain_scalars_map_byte_for_byte) {
    EXPECT_EQ(raw_of("k: a && failde > 1\n", "failde"), "failde @1:9");
    EXPECT_EQ(raw_of("k: ä && failde   \n", "failde"), "failde @1:9");
}

TEST(scalar_map, plain_scalars_that_run_over_lines_are_unfolded) {
    EXPECT_EQ(raw_of("k: a &&   \n\n   b ||\n   failde\n", "failde"), "failde @4:4");
    EXPECT_EQ(raw_of("k: a &&\r\n   failde\r\nz: 1\r\n", "failde"), "failde @2:4");
}

TEST(scalar_map, quotes_and_escapes_are_undone) {
    EXPECT_EQ(raw_of("k: 'a == ''b'' && failde'\n", "failde"), "failde @1:19");
    EXPECT_EQ(raw_of("k: \"a == \\\"b\\\" && \\n failde\"\n", "failde"), "failde @1:22");
    EXPECT_EQ(raw_of("k: \"\\u00e4\\x41 failde\"\n", "failde"), "failde @1:16");
    EXPECT_EQ(raw_of("k: \"a \\\n   failde\"\n", "failde"), "failde @2:4");
    EXPECT_EQ(raw_of("k: \"a\n\n   failde\"\n", "failde"), "failde @3:4");
    EXPECT_EQ(raw_of("k: 'a\n   failde'\n", "failde"), "failde @2:4");
}

TEST(scalar_map, blocks_are_mapped_line_by_line) {
    EXPECT_EQ(raw_of("k: |\n  a\n  && failde\n", "failde"), "failde @3:6");
    EXPECT_EQ(raw_of("k: |2-\n    a\n  failde", "failde"), "failde @3:3");
    EXPECT_EQ(raw_of("k: >\n  a\n  && failde\n", "failde"), "failde @3:6");
    EXPECT_EQ(raw_of("k: >- # why\n  a\n\n  b\n     more\n  failde\n", "failde"), "failde @6:3");
    EXPECT_EQ(raw_of("k: |\n\n\n   failde\nz: 1\n", "failde"), "failde @4:4");
    EXPECT_EQ(raw_of("k: |\r\n  a\r\n  failde\r\n", "failde"), "failde @3:3");
}

TEST(scalar_map, tabs_and_wide_characters_move_no_mark) {
    EXPECT_EQ(raw_of("k: a\t&&\tfailde > 1\n", "failde"), "failde @1:9");
    EXPECT_EQ(raw_of("k: '漢字' && failde\n", "failde"),
              "issue: not YAML: this does not belong to "
              "the map around it");
    EXPECT_EQ(raw_of("k: |\n  \"漢字\" ==\n  \tä && failde\n", "failde"), "failde @3:9");
    EXPECT_EQ(raw_of("k: >\r\n  \"😀\" ==\r\n  b &&\tfailde\r\n", "failde"), "failde @3:8");
    EXPECT_EQ(raw_of("k: \"\\t😀 ==\n   \\u6f22 failde\"\n", "failde"), "failde @2:11");
    EXPECT_EQ(raw_of("k: '😀 ''a'' ==\r\n   b && failde'\r\n", "failde"), "failde @2:9");
}

// What the reader decodes and what the map says must agree for whatever people write.
TEST(scalar_map, random_scalars_of_every_style_are_mapped) {
    std::mt19937 random(20261121);
    const std::vector<std::string> pieces = {"a", "b c", "é",   "漢", "😀", "  ", " ", "x > 1",
                                             "#", "-",   "(z)", ",",  "&&", "\"", "'", "\\"};
    const auto pick = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
    int mapped = 0;
    for (int round = 0; round < 4000; ++round) {
        const std::size_t style = pick(5);
        const std::string indent = std::string(1 + pick(4), ' ');
        const std::string eol = pick(4) == 0 ? "\r\n" : "\n";
        const std::vector<std::string> begins = {"w", "'", "\"", "|" + eol, ">" + eol};
        std::string written = "k: " + begins[style];
        if (style >= 3) written += indent + "w";
        for (std::size_t n = 1 + pick(12); n > 0; --n) {
            std::string piece = pieces[pick(pieces.size())];
            if (style == 1 && piece == "'") piece = "''";
            if (style == 2 && piece == "\"") piece = "\\\"";
            if (style == 2 && piece == "\\") piece = "\\u00e9";
            if (pick(4) == 0) piece += eol + (pick(3) == 0 ? eol : "") + indent + "v";
            written += piece;
        }
        written += style == 1 ? "'" : style == 2 ? "\"" : "";
        if (pick(2) == 0) written += eol;
        const parsed got = parse({"f", written});
        if (!got.issues.empty() || got.file.root().members.empty()) continue;
        const node& scalar = got.file.root().members[0].value;
        if (scalar.kind != node_kind::scalar) continue;
        ASSERT_EQ(map_scalar(written, scalar).size(), scalar.value.size() + 1)
            << written << "\n---\n"
            << scalar.value;
        ++mapped;
    }
    EXPECT_GT(mapped, 2500);
}

TEST(scalar_map, disagreement_gives_nothing) {
    node made;
    made.kind = node_kind::scalar;
    made.value = "other";
    EXPECT_TRUE(map_scalar("text", made).empty());
    made.style = node_style::literal;
    EXPECT_TRUE(map_scalar("|", made).empty());
}

}  // namespace
}  // namespace rolloutd::policies::yaml
