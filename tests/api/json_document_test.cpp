#include "api/json_document.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>

namespace rolloutd::api {
namespace {

// The document as Boost.JSON would hold it, put together from the row of values.
boost::json::value whole(const json_document& from, std::uint32_t place) {
    const json_value& what = from.at(place);
    if (what.kind == json_kind::boolean) return what.text == "true";
    if (what.kind == json_kind::integer) return what.whole;
    if (what.kind == json_kind::real) return what.real;
    if (what.kind == json_kind::text) return boost::json::string(what.text);
    if (what.kind == json_kind::null) return nullptr;
    boost::json::array list;
    boost::json::object object;
    for (std::uint32_t at = place + 1; at < what.next; at = from.at(at).next) {
        EXPECT_EQ(from.at(at).holder, place);
        if (what.kind == json_kind::list)
            list.push_back(whole(from, at));
        else
            object[from.at(at).name] = whole(from, at);
    }
    if (what.kind == json_kind::list) return list;
    return object;
}

TEST(json_document, holds_what_boost_json_reads) {
    for (const std::string_view body :
         {R"({})", R"([])", R"(7)", R"(-0.5e3)", R"("text")", R"(null)", R"([[],[[]],{}])",
          R"({"a":1,"b":[true,false,null,"x",{"c":9223372036854775807}],"d":{"e":{}}})",
          R"({"twice":1,"other":2,"twice":3})", R"( [ 1 , "two" ] )", R"({"":""})",
          R"(["\n","a\n","\na","a\nb\u00e9\ud83d\ude00c","\u0000"])", R"({"\u0061b":"\\","c\t":1})",
          R"(["ä€😀"])", R"([18446744073709551615,1e308])"}) {
        const result<json_document> mine = json_document::parse(body);
        ASSERT_TRUE(mine.has_value()) << body << ": " << mine.error().detail;
        boost::json::value theirs = boost::json::parse(body);
        if (body.find("18446744073709551615") != body.npos) theirs.at(0) = 18446744073709551615.0;
        EXPECT_EQ(whole(*mine, 0), theirs) << body;
    }
}

TEST(json_document, refuses_what_is_no_json) {
    for (const std::string_view body :
         {"",          " ",       "{",           "[1",       "[1,]",     "{\"a\":}",
          "{\"a\" 1}", "{a:1}",   "nul",         "truer",    "01",       "1.",
          "\"",        "\"\\x\"", "\"\\ud83d\"", "\"\x01\"", "\"\xff\"", "\"\xc0\x80\"",
          "[] []",     "{}x",     "// c\n[]",    "+1",       "NaN"}) {
        const result<json_document> mine = json_document::parse(body);
        ASSERT_TRUE(mine.has_error()) << body;
        EXPECT_TRUE(mine.error().detail.starts_with("the answer is not JSON: ")) << body;
    }
}

TEST(json_document, is_bounded_in_depth_bytes_and_values) {
    const auto nested = [](std::size_t levels) {
        return std::string(levels, '[') + std::string(levels, ']');
    };
    EXPECT_TRUE(json_document::parse(nested(32)).has_value());
    EXPECT_TRUE(json_document::parse(nested(33)).has_error());
    EXPECT_TRUE(json_document::parse("\"" + std::string(8 * 1024 * 1024, 'x') + "\"").has_error());
    const auto list_of = [](std::size_t values) {
        std::string text = "[0";
        for (std::size_t i = 1; i < values; ++i)
            text += ",0";
        return text + "]";
    };
    EXPECT_TRUE(json_document::parse(list_of(256 * 1024 - 1)).has_value());
    const result<json_document> larger = json_document::parse(list_of(256 * 1024));
    ASSERT_TRUE(larger.has_error());
    EXPECT_EQ(larger.error().detail, "the answer has more than 262144 values");
}

TEST(json_document, keeps_its_texts_when_it_is_moved) {
    const std::string body = R"(["a\tb","plain"])";
    result<json_document> first = json_document::parse(body);
    const json_document second = std::move(*first);
    EXPECT_EQ(second.at(1).text, "a\tb");
    EXPECT_EQ(second.at(2).text, "plain");
    EXPECT_EQ(second.at(2).text.data(), body.data() + body.find("plain"));
}

}  // namespace
}  // namespace rolloutd::api
