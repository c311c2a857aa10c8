#include "api/credentials.h"

#include <gtest/gtest.h>

namespace rolloutd::api {
namespace {

TEST(credentials, only_an_answer_that_looked_at_them_is_a_word_on_them) {
    const auto how = [](int status) {
        http_response response;
        response.status = status;
        return standing_of(response);
    };
    EXPECT_EQ(how(401), standing::refused);
    for (const int status : {200, 201, 400, 403, 404})
        EXPECT_EQ(how(status), standing::accepted) << status;
    for (const int status : {429, 500, 502, 503, 504})
        EXPECT_EQ(how(status), standing::unknown) << status;
}

}  // namespace
}  // namespace rolloutd::api
