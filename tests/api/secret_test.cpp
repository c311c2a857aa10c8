// What held a secret holds nothing of it afterwards.

#include "api/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "api/http.h"

namespace rolloutd::api {
namespace {

constexpr std::string_view word = "short";  // fits into the string itself

// The bytes in which an object lived, after it has gone.
template <class Object, class... Arguments>
bool leaves_nothing(Arguments... arguments) {
    alignas(Object) static unsigned char place[sizeof(Object)];
    std::memset(static_cast<void*>(place), 0xee, sizeof(place));
    auto* const made = new (static_cast<void*>(place)) Object(arguments...);
    const bool was_there = std::search(std::begin(place), std::end(place), word.begin(),
                                       word.end()) != std::end(place);
    made->~Object();
    return was_there && std::search(std::begin(place), std::end(place), word.begin(), word.end()) ==
                            std::end(place);
}

TEST(secret, a_text_that_is_wiped_leaves_zeros_behind) {
    std::string text(100, 'x');
    const char* const bytes = text.data();
    wipe(text);
    EXPECT_TRUE(text.empty());
    EXPECT_TRUE(std::all_of(bytes + 1, bytes + 100, [](char each) { return each == '\0'; }));
}

TEST(secret, a_text_on_its_way_is_wiped_at_its_end) {
    EXPECT_TRUE(leaves_nothing<secret_text>(word));
}

TEST(secret, moving_takes_the_text_along_and_wipes_what_was_there) {
    secret_text first(std::string_view("a secret that is far too long for the string itself"));
    const char* const bytes = first.data();
    secret_text second(std::move(first));
    EXPECT_EQ(second.data(), bytes);
    secret_text third(std::string_view("another one"));
    third = std::move(second);
    EXPECT_EQ(third, "a secret that is far too long for the string itself");
}

TEST(secret, moving_a_short_text_leaves_nothing_where_it_was) {
    alignas(secret_text) unsigned char place[sizeof(secret_text)];
    auto* const first = new (static_cast<void*>(place)) secret_text(word);
    const secret_text second(std::move(*first));
    first->~secret_text();
    EXPECT_EQ(second, word);
    // The move itself puts the end of an empty text in the place of the first byte.
    const std::string_view rest = word.substr(1);
    EXPECT_EQ(std::search(std::begin(place), std::end(place), rest.begin(), rest.end()),
              std::end(place));
}

TEST(secret, a_header_is_wiped_at_its_end) {
    EXPECT_TRUE(leaves_nothing<http_header>(std::string("N"), std::string(word)));
}

TEST(secret, headers_can_be_copied_moved_and_exchanged_as_before) {
    http_header first("X-Auth-Token", "one");
    http_header second(first);
    EXPECT_EQ(first, second);
    http_header third("Accept", "two");
    third = std::move(second);
    EXPECT_EQ(third, first);
    third = http_header("Accept", "three");
    EXPECT_EQ(third.value, "three");
}

}  // namespace
}  // namespace rolloutd::api
