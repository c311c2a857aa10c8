#include "api/aksk_credentials.h"

#include <algorithm>
#include <utility>

#include "api/signature.h"

namespace rolloutd::api {

namespace asio = boost::asio;

namespace {

// A word of the gateway's message for a key that it has locked (reference/coc-api.md §4.3).
constexpr std::string_view lock_message = "reach the limit";

// Those that reach the gateway as they were sent. A proxy may rewrite the others.
bool is_signed(const http_header& header) {
    return header.name == "Content-Type" || header.name == "X-Project-Id";
}

std::string minutes_of(duration left) {
    const auto whole = std::chrono::ceil<std::chrono::minutes>(left).count();
    return std::to_string(whole) + (whole == 1 ? " minute" : " minutes");
}

}  // namespace

// A place among those who wait for the end of a trial.
struct aksk_credentials::line {
    line(std::vector<wakeup*>& all, clock& time) : home(all), bell(time) { home.push_back(&bell); }
    line(const line&) = delete;
    line& operator=(const line&) = delete;
    ~line() { std::erase(home, &bell); }

    std::vector<wakeup*>& home;
    wakeup bell;
};

aksk_credentials::aksk_credentials(clock& time, aksk_settings settings)
    : time_(time),
      settings_(std::move(settings)),
      access_file_("access key file", settings_.access_key_file),
      secret_file_("secret key file", settings_.secret_key_file) {
    if (!settings_.security_token_file.empty())
        security_file_.emplace("security token file", settings_.security_token_file);
}

result<void> aksk_credentials::refresh() {
    const result<std::string_view> access = access_file_.read();
    if (access.has_error()) return access.error();
    const result<std::string_view> key = secret_file_.read();
    if (key.has_error()) return key.error();
    std::uint64_t series = access_file_.version() + secret_file_.version();
    if (security_file_) {
        const result<std::string_view> token = security_file_->read();
        if (token.has_error()) return token.error();
        security_ = *token;
        series += security_file_->version();
    }
    access_ = *access;
    secret_ = *key;
    // Each version only grows, so their sum changes with any of them.
    if (series != series_) guard_.renewed(access_file_.version() == access_version_);
    series_ = series;
    access_version_ = access_file_.version();
    return {};
}

failure aksk_credentials::refused_until(duration left) const {
    return {origin::gateway, "keys_refused",
            "the cloud refused the signatures of these keys, so nothing is signed for " +
                minutes_of(left) + " lest it lock them: check the keys in " +
                settings_.access_key_file + " and " + settings_.secret_key_file +
                ", and this machine's clock; changed files are tried " + "at once"};
}

asio::awaitable<result<void>> aksk_credentials::pass_guard() {
    const timestamp until = time_.now() + settings_.patience;
    line mine(waiting_, time_);
    for (;;) {
        const result<void> read = refresh();
        if (read.has_error()) co_return read.error();
        const steady_time now = time_.steady_now();
        const std::optional<duration> wait = guard_.admit(now);
        if (!wait) co_return result<void>();
        if (guard_.is_open(now)) co_return refused_until(*wait);
        if (time_.now() >= until)
            co_return failure(origin::gateway, "keys_on_trial",
                              "the keys are not proven yet, and the request that tries them "
                              "has not been answered");
        const timestamp next = std::min(until, time_.now() + *wait);
        co_await mine.bell.wait_until(next);
    }
}

result<grant> aksk_credentials::sign_now(const http_request& request) const {
    const std::string target = settings_.where.prefix + request.target;
    const std::size_t mark = target.find('?');
    signable what;
    what.method = request.method;
    what.path = target.substr(0, mark);
    if (mark != std::string::npos) what.query = parse_query(target.substr(mark + 1));
    what.body = request.body;
    grant made;
    made.series = series_;
    made.number = guard_.last_admitted();
    // The machine's own time: the cloud's clock is not set back when ours is.
    made.headers.emplace_back("X-Sdk-Date", sdk_date(time_.now() - time_.ahead()));
    if (!security_.empty()) {
        made.headers.emplace_back("X-Security-Token", std::string(security_));
        made.secrets.emplace_back(security_);
    }
    what.headers = made.headers;
    what.headers.emplace_back("Host", host_header(settings_.where));
    std::ranges::copy_if(request.headers, std::back_inserter(what.headers), is_signed);
    const result<signature> done = sign(what, access_, secret_);
    if (done.has_error()) return done.error();
    made.headers.emplace_back("Authorization", done->authorization);
    return made;
}

asio::awaitable<result<grant>> aksk_credentials::authorize(const http_request& request) {
    const result<void> free = co_await pass_guard();
    if (free.has_error()) co_return free.error();
    result<grant> made = sign_now(request);
    if (made.has_error()) guard_.undecided(guard_.last_admitted());
    co_return made;
}

bool aksk_credentials::stands(const grant& given) {
    return given.series == series_ && guard_.may_go(given.number, time_.steady_now());
}

bool aksk_credentials::settle(const grant& used, standing how, const std::string& said) {
    // Late words on keys that have been replaced are no words on these.
    if (used.series == series_) {
        const bool locked = said.find(lock_message) != std::string::npos;
        if (how == standing::accepted) guard_.accepted(used.number);
        if (how == standing::unknown) guard_.undecided(used.number);
        if (how == standing::refused) guard_.refused(used.number, locked, time_.steady_now());
    }
    bool others = false;
    if (how == standing::refused) {
        access_file_.forget();
        secret_file_.forget();
        if (security_file_) security_file_->forget();
        const result<void> read = refresh();
        others = read.has_value() && series_ != used.series;
    }
    for (wakeup* const each : waiting_)
        each->poke();
    return others;
}

std::string aksk_credentials::problem() {
    const result<void> read = refresh();
    if (read.has_error()) return read.error().detail;
    const steady_time now = time_.steady_now();
    if (!guard_.is_open(now)) return "";
    return refused_until(guard_.admit(now).value_or(duration::zero())).detail;
}

}  // namespace rolloutd::api
