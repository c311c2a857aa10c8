#pragma once
// Tokens from IAM for a user's password (reference/coc-api.md §5.1). Renewed before they expire and
// when the cloud refuses one; by one request at a time, however many wait for it. A password that
// IAM refuses is not sent again until its file changes or half an hour has passed, because wrong
// ones lock the user. One endpoint that refuses a token which others let in costs a renewal now and
// then, and keeps nobody else out. Single thread.

#include <optional>
#include <string>
#include <vector>

#include "api/clock.h"
#include "api/http.h"
#include "api/secret_file.h"
#include "api/token_source.h"
#include "api/wakeup.h"

namespace rolloutd::api {

struct iam_settings {
    std::string domain;
    std::string user;
    std::string password_file;
    std::string project;       // its name; "" asks for a token of the whole domain
    duration timeout{10'000};  // of one request to IAM, and of the wait for another one's
    iam_settings() = default;
};

class iam_tokens final : public token_source {
public:
    // `iam` reaches IAM's endpoint, and must outlive this like `time`.
    iam_tokens(clock& time, http_client& iam, iam_settings settings);

    // A content failure names a password file that cannot be used; a gateway failure "iam_refused"
    // says that IAM refused the login, "iam_unavailable" that it did not answer as it should.
    // While a valid token is left it is given, whatever IAM says of another one.
    boost::asio::awaitable<result<std::string>> token() override;
    std::string_view token_at_hand() override;
    void rejected(std::string_view token) override;
    void accepted(std::string_view token) override;
    std::string held() const override;
    std::string problem() override;

    static constexpr duration refused_wait{30 * 60'000};
    static constexpr duration first_wait{2'000};
    static constexpr duration longest_wait{60'000};
    // How long it tells that tokens are good when one was let in, and how seldom one that was is
    // renewed for a refusal.
    static constexpr duration lately{5 * 60'000};
    static constexpr duration doubts_apart{2 * 60'000};

private:
    struct asking;
    struct line;

    bool is_valid() const;
    // Why IAM may not be asked now, if it may not.
    std::optional<failure> hold_off();
    boost::asio::awaitable<void> ask();
    result<http_request> login();
    void take(const http_response& response);
    // What IAM says, without the password.
    failure said_by(const http_response& response);
    void refused(const failure& said);
    void unavailable(std::string why);

    clock& time_;
    http_client& iam_;
    iam_settings settings_;
    secret_file password_;
    secret_text token_;
    steady_time issued_;
    steady_time renew_at_;
    steady_time expires_;
    std::optional<failure> last_failure_;  // of the last request to IAM, or of what it gave
    steady_time next_try_;
    duration next_wait_ = first_wait;
    std::optional<std::uint64_t> refused_password_;  // its version
    std::optional<steady_time> let_in_at_;   // the last time, with whatever token was held then
    std::optional<steady_time> doubted_at_;  // the last refusal that asked for a renewal
    bool doubted_ = false;                   // the token that is held, since it was let in last
    secret_text set_aside_;                  // a token that was refused before it was let in
    bool asking_ = false;
    std::vector<wakeup*> waiting_;
};

}  // namespace rolloutd::api
