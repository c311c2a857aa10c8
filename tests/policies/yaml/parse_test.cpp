#include <gtest/gtest.h>

#include "policies/yaml/document.h"

namespace rolloutd::policies::yaml {
namespace {

parsed read(std::string text) { return parse({"p.yaml", std::move(text)}); }

const node& value_of(const node& map, std::string_view key) {
    for (const member& each : map.members) {
        if (each.key.value == key) return each.value;
    }
    throw std::out_of_range(std::string(key));
}

// "line:column code" of each issue.
std::vector<std::string> places(const parsed& from) {
    std::vector<std::string> list;
    for (const issue& each : from.issues) {
        list.push_back(std::to_string(each.begin.line) + ":" + std::to_string(each.begin.column) +
                       " " + each.code);
    }
    return list;
}

using texts = std::vector<std::string>;

TEST(yaml_parse, builds_the_tree_with_styles_and_ranges) {
    const parsed got = read("a: x y\nb: 'q'\nc: [1, {d: \"e\"}]\nf: |\n  g\n  h\ni: ~\n");
    ASSERT_TRUE(got.issues.empty());
    const node& root = got.file.root();
    ASSERT_EQ(root.kind, node_kind::map);
    EXPECT_EQ(value_of(root, "a").value, "x y");
    EXPECT_EQ(value_of(root, "a").where, (span{3, 6}));
    EXPECT_EQ(value_of(root, "b").style, node_style::single_quoted);
    EXPECT_EQ(value_of(root, "b").where, (span{10, 13}));
    const node& list = value_of(root, "c");
    ASSERT_EQ(list.items.size(), 2U);
    EXPECT_EQ(list.style, node_style::flow);
    EXPECT_EQ(value_of(list.items[1], "d").style, node_style::double_quoted);
    EXPECT_EQ(value_of(root, "f").value, "g\nh\n");
    EXPECT_EQ(value_of(root, "f").style, node_style::literal);
    EXPECT_EQ(value_of(root, "i").kind, node_kind::null);
}

TEST(yaml_parse, a_tag_is_an_error_and_not_an_empty_value) {
    const parsed got = read("when: !x\nb: 2\n");
    EXPECT_EQ(places(got), texts{"1:7 tag"});
    EXPECT_EQ(got.issues[0].hint,
              "`!` begins a YAML tag here: quote the condition or use a `|` block");
    EXPECT_EQ(value_of(got.file.root(), "when").kind, node_kind::broken);
    EXPECT_EQ(value_of(got.file.root(), "b").value, "2");
}

TEST(yaml_parse, tags_in_every_shape_are_found) {
    for (const char* text : {"when: !(a||b)", "when: !a && b", "when: !a", "when: ! \"q\"",
                             "when: !!str x", "when: !<x> y"}) {
        EXPECT_EQ(places(read(text)), texts{"1:7 tag"}) << text;
    }
    EXPECT_EQ(places(read("when: !m {a: b}")), texts{"1:7 tag"});
    EXPECT_EQ(places(read("when: !m [a]")), texts{"1:7 tag"});
    EXPECT_EQ(places(read("!k when: a")), texts{"1:1 tag"});
}

TEST(yaml_parse, anchors_and_aliases_are_errors) {
    EXPECT_EQ(places(read("a: &x 1\nb: *x\n")), (texts{"1:4 anchor", "2:4 alias"}));
    EXPECT_EQ(places(read("a: *nowhere\n")), texts{"1:4 alias"});
    EXPECT_EQ(places(read("a: [1, *nowhere]\n")), texts{"1:8 alias"});
    EXPECT_EQ(places(read("a: &m {b: 1}\n")), texts{"1:4 anchor"});
}

TEST(yaml_parse, a_key_given_twice_is_an_error_at_the_second) {
    const parsed got = read("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n");
    EXPECT_EQ(places(got), (texts{"4:3 duplicate-key", "5:1 duplicate-key"}));
    EXPECT_EQ(value_of(got.file.root(), "a").value, "1");
}

TEST(yaml_parse, a_file_holds_one_document) {
    EXPECT_EQ(places(read("a: 1\n---\nb: 2\n")), texts{"2:1 second-document"});
    EXPECT_EQ(places(read("---\na: 1\n...\n")), texts{});
}

TEST(yaml_parse, a_syntax_error_keeps_what_stood_before_it) {
    const parsed got = read("a: 1\nb:\n  - c: 2\n  - when: \"x\" == y\nd: 3\n");
    EXPECT_EQ(places(got), texts{"4:15 syntax"});
    EXPECT_NE(got.issues[0].hint.find("quote the condition or use a `|` block"), std::string::npos);
    const node& root = got.file.root();
    EXPECT_EQ(value_of(root, "a").value, "1");
    EXPECT_FALSE(root.complete);
    const node& list = value_of(root, "b");
    ASSERT_EQ(list.items.size(), 2U);
    EXPECT_TRUE(list.items[0].complete);
    EXPECT_FALSE(list.items[1].complete);
    EXPECT_EQ(value_of(list.items[1], "when").kind, node_kind::broken);
}

TEST(yaml_parse, condition_lines_that_yaml_cannot_read_say_how_to_write_them) {
    for (const char* text : {"when: a == \"b: c\"\n", "when: `a`\n", "when: > 3\n",
                             "when: 'x' in l\n", "when: [1].exists(x, true)\n",
                             "when: x == 'a: b' || c: d\ndo: pause\n", "when: {}.size() == 0\n"}) {
        const parsed got = read(text);
        ASSERT_EQ(got.issues.size(), 1U) << text;
        EXPECT_EQ(got.issues[0].begin.line, 1) << text;
        EXPECT_NE(got.issues[0].hint.find("quote the condition"), std::string::npos)
            << text << got.issues[0].hint;
    }
}

TEST(yaml_parse, tabs_and_open_brackets_are_reported_where_they_stand) {
    EXPECT_EQ(places(read("a:\n\tb: 1\n")), texts{"2:1 syntax"});
    EXPECT_EQ(read("a:\n\tb: 1\n").issues[0].hint, "indent with spaces");
    EXPECT_EQ(read("a: [1, 2\n").issues.size(), 1U);
    EXPECT_EQ(places(read("a: 1\n]\n")), texts{"2:1 syntax"});
}

TEST(yaml_parse, files_that_are_not_text_are_refused) {
    EXPECT_EQ(places(read("a: \xFF\n")), texts{"1:4 not-utf-8"});
    EXPECT_EQ(places(read(std::string("a: 1\nb: \0\n", 10))), texts{"2:4 bad-character"});
    EXPECT_EQ(places(read("a: \x04 b")), texts{"1:4 bad-character"});
    EXPECT_EQ(places(read("a: b\rc: d")), texts{"1:5 bad-character"});
    EXPECT_EQ(places(read(std::string(max_file_bytes + 1, ' '))), texts{"1:1 too-large"});
    EXPECT_EQ(places(read("\xFE\xFF\0a")), texts{"1:1 not-utf-8"});
}

TEST(yaml_parse, nesting_is_bounded) {
    const std::string deep = "a: " + std::string(70, '[') + std::string(70, ']');
    EXPECT_EQ(places(read(deep)), texts{"1:67 too-deep"});
    const std::string fine = "a: " + std::string(60, '[') + std::string(60, ']');
    EXPECT_EQ(places(read(fine)), texts{});
}

TEST(yaml_parse, columns_count_code_points_and_not_a_byte_order_mark) {
    const parsed got = read("\xEF\xBB\xBF# ü\nä: \"ö\nü\"\r\nb: !x\n");
    EXPECT_EQ(places(got), texts{"4:4 tag"});
    EXPECT_EQ(places(read("\xEF\xBB\xBFwhen: !x")), texts{"1:7 tag"});
    EXPECT_EQ(places(read("{\"äöü\": !x }")), texts{"1:9 tag"});
}

TEST(yaml_parse, empty_files_have_a_root_that_is_nothing) {
    for (const char* text : {"", "# only a comment\n", "---\n"}) {
        const parsed got = read(text);
        EXPECT_TRUE(got.issues.empty()) << text;
        EXPECT_EQ(got.file.root().kind, node_kind::null) << text;
    }
}

TEST(yaml_parse, a_key_must_be_a_word) {
    EXPECT_EQ(places(read("[a]: 1\n")), texts{"1:1 key-type"});
    EXPECT_EQ(places(read("? {a: b}\n: 1\n")), texts{"1:3 key-type"});
}

}  // namespace
}  // namespace rolloutd::policies::yaml
