#pragma once
// Credentials that are one token, sent as X-Auth-Token: where it comes from, and the way from a
// file.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "api/credentials.h"
#include "api/result.h"
#include "api/secret_file.h"

namespace rolloutd::api {

class token_source : public credentials {
public:
    // The token to send: visible ASCII, never empty. A failure (nothing sent) says why there is
    // none.
    virtual boost::asio::awaitable<result<std::string>> token() = 0;

    // The cloud refused this token (401): the next token() must not take it from a cache
    // while something better is to be had.
    virtual void rejected(std::string_view token) = 0;

    // The token if it can be told at once, and is no other than token() would give; else "".
    virtual std::string_view token_at_hand() { return {}; }

    // A request with this token was let in.
    virtual void accepted(std::string_view) {}

    // The token that is held and still serves, even when a newer one is due: for requests that must
    // not wait for one. "" when there is none.
    virtual std::string held() const { return ""; }

    boost::asio::awaitable<result<grant>> authorize(const http_request& request) final;
    std::optional<grant> at_hand(const http_request& request) final;
    bool settle(const grant& used, standing how, const std::string& said) final;
};

// A file that somebody else renews. It is read anew when it was replaced or changed, which is
// looked at once a second, and after a refusal.
class token_file final : public token_source {
public:
    explicit token_file(std::string path) : file_("token file", std::move(path)) {}

    boost::asio::awaitable<result<std::string>> token() override;
    std::string_view token_at_hand() override;
    void rejected(std::string_view token) override;
    std::string problem() override;

    // The same without a coroutine, and always with a look at the file: for checks at start. A
    // content failure names the path and what is wrong with it.
    result<std::string> read();

private:
    secret_file file_;
    std::chrono::steady_clock::time_point look_again_at_;
};

}  // namespace rolloutd::api
