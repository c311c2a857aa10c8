#include "policies/yaml/fields.h"

#include <gtest/gtest.h>

namespace rolloutd::policies::yaml {
namespace {

// Holds a document and its problems together.
struct reader {
    explicit reader(std::string text) : got(parse({"f.yaml", std::move(text)})), report(got.file) {}
    const node& first() const { return got.file.root().members.at(0).value; }
    // The message and hint of the only issue, or "".
    std::string said() {
        const std::vector<issue> issues = report.take();
        if (issues.empty()) return "";
        return issues[0].message + (issues[0].hint.empty() ? "" : " | " + issues[0].hint);
    }
    parsed got;
    problems report;
};

TEST(yaml_fields, unknown_keys_name_the_nearest) {
    reader in("cooldwon: 1\nother: 2\ntimes: 3\n");
    fields map(in.report, in.got.file.root(), "limit");
    EXPECT_NE(map.find("times"), nullptr);
    EXPECT_EQ(map.find("cooldown"), nullptr);
    map.finish();
    const std::vector<issue> issues = in.report.take();
    ASSERT_EQ(issues.size(), 2U);
    EXPECT_EQ(issues[0].message, "limit has no key 'cooldwon'");
    EXPECT_EQ(issues[0].hint, "did you mean 'cooldown'?");
    EXPECT_EQ(issues[1].hint, "known here: cooldown or times");
}

TEST(yaml_fields, a_missing_key_is_reported_unless_the_file_broke_off) {
    reader whole("a: 1\n");
    fields(whole.report, whole.got.file.root(), "a rule").require("when", "add one");
    EXPECT_EQ(whole.said(), "a rule has no 'when' | add one");
    reader cut("a: 1\nb: ]\n");
    fields(cut.report, cut.got.file.root(), "a rule").require("when");
    EXPECT_EQ(cut.said(), "");
}

TEST(yaml_fields, an_empty_value_is_not_an_absent_key) {
    reader in("when:\n");
    EXPECT_EQ(fields(in.report, in.got.file.root(), "a rule").require("when"), nullptr);
    EXPECT_EQ(in.said(), "'when' has no value | give it one or remove the line");
}

TEST(yaml_fields, the_wrong_kind_says_what_was_expected) {
    reader list("k: [1]\n");
    EXPECT_FALSE(read_text(list.report, list.first(), "k"));
    EXPECT_EQ(list.said(), "k is a text, but here stands a list | write a single value");
    reader word("k: soon\n");
    EXPECT_FALSE(read_duration(word.report, word.first(), "k"));
    EXPECT_EQ(word.said(),
              "k is a duration, but here stands 'soon' | write it like 500ms, 10s, 5m or 1h30m");
    reader map("k: 1\n");
    fields(map.report, map.first(), "poll");
    EXPECT_EQ(map.said(),
              "poll is a map of keys, but here stands '1' | write each key as `key: value`");
}

TEST(yaml_fields, durations_without_unit_get_a_proposal) {
    reader in("k: 10\n");
    EXPECT_FALSE(read_duration(in.report, in.first(), "for"));
    EXPECT_EQ(in.said(), "for is a duration, but here stands '10' | add a unit: '10s' or '10m'");
    reader days("k: 2d\n");
    EXPECT_FALSE(read_duration(days.report, days.first(), "for"));
    EXPECT_EQ(days.said(),
              "for is a duration, but here stands '2d' | days are written in hours: '24h'");
}

TEST(yaml_fields, shares_are_tenths_of_a_percent) {
    const auto share = [](const std::string& text) {
        reader in("k: " + text + "\n");
        return read_share(in.report, in.first(), "k");
    };
    EXPECT_EQ(share("5%"), 50);
    EXPECT_EQ(share("2.5%"), 25);
    EXPECT_EQ(share("100%"), 1000);
    for (const char* bad : {"5", "-5%", "100.1%", "5.55%", "%", ".5%", "1e1%", "99999999999%"}) {
        EXPECT_FALSE(share(bad)) << bad;
    }
}

TEST(yaml_fields, sizes_have_binary_units) {
    const auto size = [](const std::string& text) {
        reader in("k: " + text + "\n");
        return read_size(in.report, in.first(), "k");
    };
    EXPECT_EQ(size("64MiB"), 64 << 20);
    EXPECT_EQ(size("10GiB"), std::int64_t{10} << 30);
    EXPECT_EQ(size("512B"), 512);
    for (const char* bad : {"64", "64MB", "MiB", "-1MiB", "99999999TiB", "0B"}) {
        EXPECT_FALSE(size(bad)) << bad;
    }
}

TEST(yaml_fields, numbers_and_flags_are_not_quoted) {
    const auto whole = [](const std::string& text) {
        reader in("k: " + text + "\n");
        return read_whole(in.report, in.first(), "k", {1, 20});
    };
    EXPECT_EQ(whole("20"), 20);
    for (const char* bad : {"'20'", "0", "21", "1.0", "x", "99999999999999999999", "-1"}) {
        EXPECT_FALSE(whole(bad)) << bad;
    }
    reader flag("k: yes\n");
    EXPECT_FALSE(read_flag(flag.report, flag.first(), "approve"));
    EXPECT_EQ(flag.said(),
              "approve is true or false, but here stands 'yes' | write it without quotes");
}

TEST(yaml_fields, only_version_one_is_known) {
    reader in("version: 2\n");
    fields top(in.report, in.got.file.root(), "a policy");
    read_version(in.report, top);
    EXPECT_EQ(in.said(),
              "version 2 of this file's format is not known | this rolloutd reads version 1");
}

}  // namespace
}  // namespace rolloutd::policies::yaml
