// The line of DESIGN §9, byte for byte, and what is refused when one is read back.

#include "daemon/journal/record.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

envelope a_head() {
    return {41, *policies::parse_timestamp("2026-11-21T10:15:30.123Z"), "decision", "SCT1", 7};
}

std::string a_line() {
    sha256 hasher;
    sealed_line line = seal(open_line(a_head(), {{"rule", "x \"y\""}, {"episode", 1}}),
                            std::string(64, 'b'), hasher);
    line.text.pop_back();
    return line.text;
}

TEST(record, has_the_members_in_the_order_of_the_design) {
    EXPECT_TRUE(a_line().starts_with(
        "{\"v\":1,\"seq\":41,\"at\":\"2026-11-21T10:15:30.123Z\",\"kind\":\"decision\","
        "\"ticket\":\"SCT1\",\"tseq\":7,\"rule\":\"x \\\"y\\\"\",\"episode\":1,\"prev\":\"bbbb"))
        << a_line();
}

TEST(record, hashes_the_bytes_before_the_comma_of_its_ending) {
    const std::string line = a_line();
    const std::string hashed = line.substr(0, line.size() + 1 - 1 - ending_length);
    EXPECT_EQ(line.substr(hashed.size()), ",\"hash\":\"" + sha256_of(hashed) + "\"}");
    EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(record, is_read_back_as_it_was_written) {
    const auto read = parse_record(a_line());
    ASSERT_TRUE(read) << to_text(read.error());
    EXPECT_EQ(read->head, a_head());
    EXPECT_EQ(read->body, (boost::json::object{{"rule", "x \"y\""}, {"episode", 1}}));
    EXPECT_EQ(read->prev, std::string(64, 'b'));
}

TEST(record, follows_the_chain_or_says_why_not) {
    sha256 hasher;
    chain where{40, std::string(64, 'b')};
    EXPECT_EQ(follow(where, a_line(), hasher), std::nullopt);
    EXPECT_EQ(where.seq, 41U);
    EXPECT_EQ(follow(where, a_line(), hasher), "its number is 41, expected is 42");
    chain other{40, std::string(64, 'c')};
    EXPECT_EQ(follow(other, a_line(), hasher), "its prev is not the hash of the record before");
    EXPECT_EQ(other.seq, 40U);
}

TEST(record, with_any_bit_flipped_does_not_follow) {
    const std::string line = a_line();
    sha256 hasher;
    for (std::size_t at = 0; at < line.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string changed = line;
            changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
            chain where{40, std::string(64, 'b')};
            EXPECT_NE(follow(where, changed, hasher), std::nullopt) << at << " " << bit;
        }
    }
}

// A line with a right hash may still be no record: whoever writes by hand can hash too.
TEST(record, that_is_not_strict_is_refused) {
    sha256 hasher;
    const auto sealed = [&](const std::string& open) {
        sealed_line line = seal(open, no_hash, hasher);
        line.text.pop_back();
        return parse_record(line.text);
    };
    const std::string good =
        "{\"v\":1,\"seq\":1,\"at\":\"2026-11-21T10:15:30.123Z\",\"kind\":\"seen\"";
    EXPECT_TRUE(sealed(good));
    EXPECT_TRUE(sealed(good + ",\"change\":{\"a\":null}"));
    for (const std::string& bad :
         {good + ",\"a\": 1", good + ",\"a\":null", good + ",\"a\":[{\"b\":null}]",
          good + ",\"a\":\"\xff\"", good + ",\"ticket\":\"S\"", good + ",\"a\":}",
          std::string("{\"v\":2,\"seq\":1,\"at\":\"2026-11-21T10:15:30.123Z\",\"kind\":\"seen\""),
          std::string("{\"v\":1,\"seq\":01,\"at\":\"2026-11-21T10:15:30.123Z\",\"kind\":\"seen\""),
          std::string("{\"v\":1,\"seq\":1,\"at\":\"2026-13-21T10:15:30.123Z\",\"kind\":\"seen\""),
          std::string("{\"v\":1,\"seq\":1,\"kind\":\"seen\",\"at\":\"2026-11-21T10:15:30.123Z\"")})
        EXPECT_FALSE(sealed(bad)) << bad;
}

TEST(record, segments_are_named_by_twelve_digits) {
    EXPECT_EQ(segment_name(41), "000000000041.jsonl");
    EXPECT_EQ(parse_segment_name("000000000041.jsonl"), 41U);
    for (const std::string name : {"41.jsonl", "000000000000.jsonl", "000000000041.json", "x", ""})
        EXPECT_EQ(parse_segment_name(name), std::nullopt) << name;
}

}  // namespace
}  // namespace rolloutd::daemon
