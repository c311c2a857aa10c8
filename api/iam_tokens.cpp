#include "api/iam_tokens.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "api/json_reader.h"
#include "api/wire.h"
#include "api/wire_error.h"
#include "policies/cel/functions.h"

namespace rolloutd::api {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr std::size_t longest_token = 32 * 1024;
constexpr std::chrono::hours assumed_lifetime{1};  // when IAM does not say how long
constexpr std::chrono::hours longest_lifetime{24};
constexpr std::chrono::minutes earliest_renewal{30};  // before a token expires
// A token that is refused so soon after it was issued tells that a next one would be, too.
constexpr std::chrono::seconds soon{30};

bool is_sendable(std::string_view text) {
    return !text.empty() && text.size() <= longest_token &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

// Between the two times that IAM names, so that neither clock matters.
duration lifetime_of(const std::string& body) {
    const result<json_document> document = json_document::parse(body);
    if (document.has_error()) return assumed_lifetime;
    json_problem ignored;
    const json_node token = json_node(*document, ignored).member("token");
    const auto issued = policies::cel::parse_instant(token.member("issued_at").text().value_or(""));
    const auto ends = policies::cel::parse_instant(token.member("expires_at").text().value_or(""));
    if (!issued || !ends || ends->seconds <= issued->seconds) return assumed_lifetime;
    const std::int64_t most = std::chrono::seconds(longest_lifetime).count();
    return std::chrono::seconds(std::min(ends->seconds - issued->seconds, most));
}

std::string json_text(std::string_view text) {
    return json::serialize(json::string_view(text.data(), text.size()));
}

// {"error":{"code":403,"message":"…"}}, or a code of IAM's own (reference/coc-api.md §4.1).
bool is_iam_error(const std::string& body) {
    const result<json_document> document = json_document::parse(body);
    if (document.has_error()) return false;
    json_problem ignored;
    const json_node root(*document, ignored);
    const json_node error = root.member("error");
    if (error.is_object())
        return !error.member("code").is_null() && !error.member("message").is_null();
    return root.member("error_code").spelt_as_text().value_or("").starts_with("IAM.");
}

// Whether it was IAM who turned the login down. A proxy, a firewall or a page that wants a click
// answers with 302, 400, 403 or 404, too, and that says nothing about the password.
bool is_refusal(const http_response& response) {
    return response.status == 401 || (response.status == 403 && is_iam_error(response.body));
}

}  // namespace

// While it lives nobody else asks IAM; when it goes, those who wait look again. Also when the
// coroutine is cancelled.
struct iam_tokens::asking {
    explicit asking(iam_tokens& of) : home(of) { home.asking_ = true; }
    asking(const asking&) = delete;
    asking& operator=(const asking&) = delete;
    ~asking() {
        home.asking_ = false;
        for (wakeup* const each : home.waiting_)
            each->poke();
    }
    iam_tokens& home;
};

struct iam_tokens::line {
    explicit line(iam_tokens& of) : home(of), bell(of.time_) { home.waiting_.push_back(&bell); }
    line(const line&) = delete;
    line& operator=(const line&) = delete;
    ~line() { std::erase(home.waiting_, &bell); }

    iam_tokens& home;
    wakeup bell;
};

iam_tokens::iam_tokens(clock& time, http_client& iam, iam_settings settings)
    : time_(time),
      iam_(iam),
      settings_(std::move(settings)),
      password_("password file", settings_.password_file, secret_shape::line),
      next_try_(time.steady_now()) {}

bool iam_tokens::is_valid() const { return !token_.empty() && time_.steady_now() < expires_; }

std::optional<failure> iam_tokens::hold_off() {
    if (refused_password_ && password_.read().has_value() &&
        password_.version() != *refused_password_) {
        refused_password_.reset();
        next_try_ = time_.steady_now();
    }
    if (time_.steady_now() >= next_try_) return std::nullopt;
    return last_failure_.value_or(failure(origin::gateway, "iam_unavailable", "IAM is not asked"));
}

std::string_view iam_tokens::token_at_hand() {
    const bool good = is_valid() && time_.steady_now() < renew_at_;
    return good ? std::string_view(token_) : std::string_view();
}

asio::awaitable<result<std::string>> iam_tokens::token() {
    const steady_time until = time_.steady_now() + settings_.timeout;
    while (!is_valid() || time_.steady_now() >= renew_at_) {
        const std::optional<failure> held = hold_off();
        // What is left of a token is used up before anybody is kept waiting; one that was refused
        // only when nothing better is to be had.
        if (is_valid() && (held || (asking_ && !doubted_))) break;
        if (held) co_return *held;
        if (!asking_) {
            co_await ask();
            continue;
        }
        const steady_time now = time_.steady_now();
        if (now >= until && is_valid()) break;
        if (now >= until)
            co_return failure(origin::gateway, "iam_unavailable", "IAM takes too long to answer");
        line mine(*this);
        const timestamp latest = time_.now() + std::chrono::ceil<duration>(until - now);
        co_await mine.bell.wait_until(latest);
    }
    co_return std::string(token_);
}

asio::awaitable<void> iam_tokens::ask() {
    const asking only_one(*this);
    result<http_request> request = login();
    if (request.has_error()) {
        last_failure_ = request.error();
        next_try_ = time_.steady_now() + first_wait;
        co_return;
    }
    const steady_time deadline = time_.steady_now() + settings_.timeout;
    const result<http_response> answer = co_await iam_.send(*request, deadline);
    if (answer.has_error()) {
        unavailable(answer.error().detail);
    } else if (answer->status == 200 || answer->status == 201) {
        take(*answer);
    } else if (is_refusal(*answer)) {
        refused(said_by(*answer));
    } else {
        unavailable(said_by(*answer).detail);
    }
}

result<http_request> iam_tokens::login() {
    const result<std::string_view> password = password_.read();
    if (password.has_error()) return password.error();
    std::string said = json_text(*password);
    const std::string domain = R"({"name":)" + json_text(settings_.domain) + "}";
    const std::string scope = settings_.project.empty()
                                  ? R"("domain":)" + domain
                                  : R"("project":{"name":)" + json_text(settings_.project) + "}";
    http_request made;
    made.method = "POST";
    made.target = "/v3/auth/tokens?nocatalog=true";
    made.headers.emplace_back("Content-Type", "application/json;charset=utf8");
    made.headers.emplace_back("Accept", "application/json");
    made.headers.emplace_back("User-Agent", "rolloutd/" ROLLOUTD_VERSION);
    made.body = R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":)" +
                domain + R"(,"name":)" + json_text(settings_.user) + R"(,"password":)";
    made.body.reserve(made.body.size() + said.size() + scope.size() + 32);
    made.body += said;
    made.body += R"(}}},"scope":{)" + scope + "}}}";
    wipe(said);
    return made;
}

void iam_tokens::take(const http_response& response) {
    const std::string_view found = find_header(response, "X-Subject-Token");
    if (!is_sendable(found)) {
        unavailable("the answer has no usable X-Subject-Token: check cloud.auth.iam.endpoint");
        return;
    }
    const duration lifetime = lifetime_of(response.body);
    token_ = found;
    issued_ = time_.steady_now();
    expires_ = issued_ + lifetime;
    renew_at_ = expires_ - std::min<duration>(lifetime / 4, earliest_renewal);
    doubted_ = false;
    wipe(set_aside_);
    last_failure_.reset();
    refused_password_.reset();
    next_wait_ = first_wait;
}

failure iam_tokens::said_by(const http_response& response) {
    secret_list secrets;
    const result<std::string_view> password = password_.read();
    if (password.has_value()) {
        // As it is, and as the login spells it.
        const std::string spelt = json_text(*password);
        secrets = {std::string(*password), spelt.substr(1, spelt.size() - 2)};
    }
    failure said = parse_failure(response, secrets);
    if (response.status >= 300 && response.status < 400)
        said.detail =
            "the answer is a redirect, which is not followed: check "
            "cloud.auth.iam.endpoint";
    return said;
}

void iam_tokens::refused(const failure& said) {
    failure what = said;
    what.where = origin::gateway;
    what.code = "iam_refused";
    what.sent = false;  // of the request that the token was wanted for
    what.detail = "IAM refused the login of " + settings_.user + " in " + settings_.domain + ": " +
                  said.detail + "; not tried again for 30 minutes, or until " +
                  settings_.password_file + " changes, lest the user be locked";
    last_failure_ = what;
    refused_password_ = password_.version();
    next_try_ = time_.steady_now() + refused_wait;
}

void iam_tokens::unavailable(std::string why) {
    last_failure_ = failure(origin::gateway, "iam_unavailable", "no token from IAM: " + why);
    next_try_ = time_.steady_now() + next_wait_;
    next_wait_ = std::min(2 * next_wait_, longest_wait);
}

void iam_tokens::rejected(std::string_view token) {
    // Many requests may come back with the same old token.
    if (token != token_) return;
    const steady_time now = time_.steady_now();
    // Others were let in: it may be that one endpoint's own opinion, so the token is kept until
    // there is a better one.
    if (let_in_at_ && now - *let_in_at_ < lately) {
        if (doubted_at_ && now - *doubted_at_ < doubts_apart) return;
        doubted_at_ = now;
        doubted_ = true;
        renew_at_ = std::min(renew_at_, now);
        return;
    }
    set_aside_ = std::exchange(token_, {});
    if (now - issued_ >= soon) {
        next_wait_ = first_wait;
        return;
    }
    unavailable(
        "the cloud refuses the tokens that it gives: check the project and its permissions");
    next_try_ = now + longest_wait;
}

void iam_tokens::accepted(std::string_view token) {
    // The first answer was a refusal, and then others come that tell better.
    if (token_.empty() && !set_aside_.empty() && token == set_aside_) {
        token_ = std::exchange(set_aside_, {});
        next_wait_ = first_wait;
        if (!refused_password_) next_try_ = time_.steady_now();
    }
    if (token != token_) return;
    let_in_at_ = time_.steady_now();
    doubted_ = false;
}

std::string iam_tokens::held() const { return is_valid() && !doubted_ ? std::string(token_) : ""; }

std::string iam_tokens::problem() {
    if (is_valid()) return "";
    const result<std::string_view> password = password_.read();
    if (password.has_error()) return password.error().detail;
    return last_failure_ ? last_failure_->detail : "";
}

}  // namespace rolloutd::api
