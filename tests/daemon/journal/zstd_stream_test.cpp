// Text goes in and comes out in pieces of any size; anything else is refused.

#include "daemon/journal/zstd_stream.h"

#include <gtest/gtest.h>

#include <random>

namespace rolloutd::daemon {
namespace {

std::string packed(const std::string& text, std::size_t step) {
    text_compressor packing;
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += step) {
        packing.append(std::string_view(text).substr(at, step));
        out += packing.take();
    }
    packing.finish();
    return out + packing.take();
}

std::optional<std::string> unpacked(std::string_view bytes, std::size_t step, bool& complete) {
    text_expander unpacking;
    std::string out;
    while (!bytes.empty()) {
        const auto more = unpacking.feed(bytes.substr(0, step));
        if (!more || (more->read == 0 && more->text.empty())) return std::nullopt;
        bytes.remove_prefix(more->read);
        out += more->text;
    }
    for (auto more = unpacking.feed({}); more && !more->text.empty(); more = unpacking.feed({}))
        out += more->text;
    complete = unpacking.complete();
    return out;
}

TEST(zstd_stream, gives_back_what_went_in) {
    std::string text;
    for (int n = 0; n < 60'000; ++n)
        text += "{\"host\":\"web-" + std::to_string(n) + "\"}\n";
    for (const std::size_t step : {std::size_t{777}, std::size_t{1} << 20}) {
        const std::string small = packed(text, step);
        EXPECT_LT(small.size(), text.size() / 4);
        bool complete = false;
        EXPECT_EQ(unpacked(small, step, complete), text);
        EXPECT_TRUE(complete);
        EXPECT_EQ(unpacked(small.substr(0, small.size() - 1), step, complete), text);
        EXPECT_FALSE(complete) << "a byte is missing";
    }
}

TEST(zstd_stream, refuses_what_is_no_zstd) {
    std::mt19937 random(7);
    for (int n = 0; n < 200; ++n) {
        std::string garbage(1 + random() % 3000, '\0');
        for (char& each : garbage)
            each = static_cast<char>(random());
        bool complete = false;
        const auto out = unpacked(garbage, 512, complete);
        EXPECT_TRUE(!out || !complete);
    }
}

}  // namespace
}  // namespace rolloutd::daemon
