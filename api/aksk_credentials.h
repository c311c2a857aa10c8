#pragma once
// Credentials that sign each request with an access key and a secret key, permanent ones or
// temporary ones with their security token, all read from files that somebody else renews. The
// secret key never leaves the machine. Single thread.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/clock.h"
#include "api/credentials.h"
#include "api/key_guard.h"
#include "api/secret_file.h"
#include "api/wakeup.h"

namespace rolloutd::api {

struct aksk_settings {
    endpoint where;  // what is signed names the host and the path on it
    std::string access_key_file;
    std::string secret_key_file;
    std::string security_token_file;  // "" with permanent keys
    duration patience{10'000};        // how long a request waits behind another one's trial
    aksk_settings() = default;
};

class aksk_credentials final : public credentials {
public:
    aksk_credentials(clock& time, aksk_settings settings);

    // A content failure names the file that cannot be used; a gateway failure "keys_refused" says
    // for how long nothing is signed after refusals, "keys_on_trial" that another request's trial
    // of the keys took too long.
    boost::asio::awaitable<result<grant>> authorize(const http_request& request) override;
    bool stands(const grant& given) override;
    bool settle(const grant& used, standing how, const std::string& said) override;
    std::string problem() override;

private:
    struct line;

    // Looks at the files and tells the guard when there are other keys in them.
    result<void> refresh();
    result<grant> sign_now(const http_request& request) const;
    boost::asio::awaitable<result<void>> pass_guard();
    failure refused_until(duration left) const;

    clock& time_;
    aksk_settings settings_;
    secret_file access_file_;
    secret_file secret_file_;
    std::optional<secret_file> security_file_;
    // The keys of the last look, views into the files' contents.
    std::string_view access_;
    std::string_view secret_;
    std::string_view security_;
    std::uint64_t series_ = 0;
    std::uint64_t access_version_ = 0;
    key_guard guard_;
    std::vector<wakeup*> waiting_;
};

}  // namespace rolloutd::api
