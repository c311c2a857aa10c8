#include "daemon/journal/packed_text.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

TEST(packed_text, comes_back_as_it_was) {
    text_packer packer;
    for (const std::size_t size : {0U, 1U, 2047U, 2048U, 100'000U}) {
        std::string text;
        while (text.size() < size)
            text += "web-" + std::to_string(text.size() * 7919) + '\0';
        text.resize(size);
        EXPECT_EQ(packer.unpack(packer.pack(text)), text) << size;
    }
}

TEST(packed_text, of_hosts_that_are_alike_takes_a_tenth_or_less) {
    text_packer packer;
    std::string text;
    for (int n = 0; n < 100; ++n)
        text += R"({"id":)" + std::to_string(510'450'000'00 + n) +
                R"(,"status":"PROCESSING","host":"web-)" + std::to_string(n) +
                R"(","ip":"10.0.0.)" + std::to_string(n) +
                R"(","region":"cn-north-4","zone":"cn-north-4a"},)";
    EXPECT_LT(packer.pack(text).size() * 10, text.size());
}

}  // namespace
}  // namespace rolloutd::daemon
