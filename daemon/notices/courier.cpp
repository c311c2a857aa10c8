#include "daemon/notices/courier.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace rolloutd::daemon {

namespace asio = boost::asio;

namespace {

// Only the form in seconds; a date is too rare to be worth the reading.
std::optional<duration> asked_pause(const api::http_response& from) {
    const std::string_view text = api::find_header(from, "Retry-After");
    int seconds = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (text.empty() || failed != std::errc{} || stop != text.data() + text.size()) return {};
    if (seconds < 0) return {};
    return std::chrono::seconds{seconds};
}

bool refuses_message(int status) {
    return status == 400 || status == 413 || status == 415 || status == 422;
}

}  // namespace

delivery judge_delivery(const api::result<api::http_response>& got) {
    if (got.has_error()) {
        // A body that nobody can read says no more than its status does.
        const int status = got.error().http_status;
        if (status >= 200 && status < 300) return {reception::taken, ""};
        return {reception::failed, got.error().detail};
    }
    const int status = got->status;
    if (status >= 200 && status < 300) return {reception::taken, ""};
    std::string why = "it answered " + std::to_string(status);
    if (refuses_message(status)) return {reception::refused, std::move(why)};
    if (status >= 300 && status < 400)
        why += ", and redirects are not followed: configure the address that it leads to";
    delivery made(reception::failed, std::move(why));
    made.asked = asked_pause(*got);
    return made;
}

courier::courier(parts around, notice_target to, std::shared_ptr<api::http_client> client,
                 std::string trouble)
    : around_(std::move(around)),
      to_(std::move(to)),
      client_(std::move(client)),
      trouble_(std::move(trouble)),
      secret_("webhook secret", to_.secret_path, api::secret_shape::line),
      wake_(around_.time),
      repeat_at_(around_.time.steady_now() + alert_repeated) {}

void courier::add(const notice& what) {
    box_.add(what, around_.time.steady_now());
    count_losses();
    wake_.poke();
}

void courier::hurry() {
    box_.hurry();
    resting_ = false;
    wake_.poke();
}

void courier::reconnect(std::shared_ptr<api::http_client> client) {
    client_ = std::move(client);
    hurry();
}

outbox courier::hand_down() {
    dismissed_ = true;
    return box_.handed_down();
}

void courier::inherit(outbox what) {
    box_ = std::move(what);
    count_losses();
    wake_.poke();
}

void courier::close() {
    const std::size_t left = hand_down().waiting();
    around_.counters.set_notices_waiting(to_.name, 0);
    if (left == 0) return;
    around_.counters.notified(to_.name, "dropped", static_cast<int>(left));
    around_.log.warning("notices_dropped", {{"target", to_.name},
                                            {"messages", std::to_string(left)},
                                            {"consequence",
                                             "the configuration no longer names the target; what "
                                             "waited for it is in the journal only"}});
}

void courier::broke(const std::string& why) {
    busy_ = false;
    const delivery came(reception::failed, "an error of its own: " + why);
    settle(came);
    learn(came, 1);
    around_.tried();
}

// What leaves the machine bears the machine's own time: ours does not go back when its is set back.
timestamp courier::machine_time() const { return around_.time.now() - around_.time.ahead(); }

timestamp courier::next_look() const {
    const moment now = around_.time.steady_now();
    moment due = box_.due().value_or(now + alert_repeated);
    if (to_.kind == target_kind::alertmanager) {
        const moment repeated = std::max(repeat_at_, box_.rests_until().value_or(repeat_at_));
        due = std::min(due, repeated);
    }
    return around_.time.now() + std::chrono::ceil<duration>(due - now);
}

asio::awaitable<void> courier::run() {
    struct mark {
        bool& it;
        explicit mark(bool& what) : it(what) {}
        ~mark() { it = true; }
    };
    done_ = false;
    const mark at_the_end(done_);
    const bool repeats = to_.kind == target_kind::alertmanager;
    for (;;) {
        const moment now = around_.time.steady_now();
        std::vector<notice> batch = box_.next(now, repeats ? alerts_at_a_time : 1);
        count_losses();
        if (!batch.empty()) {
            co_await deliver(std::move(batch));
            continue;
        }
        const bool rests = now < box_.rests_until().value_or(now);
        if (repeats && !rests && now >= repeat_at_) {
            repeat_at_ = now + alert_repeated;
            co_await repeat();
            continue;
        }
        const timestamp until = next_look();
        co_await wake_.wait_until(until);
    }
}

asio::awaitable<void> courier::deliver(std::vector<notice> batch) {
    const std::size_t messages = batch.size();
    busy_ = true;
    const delivery what = co_await post(std::move(batch));
    busy_ = false;
    settle(what);
    learn(what, messages);
    around_.tried();
}

void courier::settle(const delivery& what) {
    box_.answered(what.how, around_.time.steady_now(), around_.dice(), what.asked);
    resting_ = what.how == reception::failed;
}

// What lasts is told again and again, or Alertmanager takes it as over. A target that fails now is
// left alone as after any other failure. No message is counted but one that fails: it is one more.
asio::awaitable<void> courier::repeat() {
    const std::vector<notice> all = around_.ongoing();
    for (std::size_t from = 0; from < all.size(); from += alerts_at_a_time) {
        const std::size_t to = std::min(all.size(), from + alerts_at_a_time);
        std::vector<notice> batch(all.begin() + static_cast<std::ptrdiff_t>(from),
                                  all.begin() + static_cast<std::ptrdiff_t>(to));
        const delivery what = co_await post(std::move(batch));
        settle(what);
        learn(what, what.how == reception::failed ? 1 : 0);
        if (what.how == reception::failed) co_return;
    }
}

asio::awaitable<delivery> courier::send_alone(notice what) {
    std::vector<notice> batch;
    batch.push_back(std::move(what));
    const delivery came = co_await post(std::move(batch));
    co_return came;
}

asio::awaitable<delivery> courier::post(std::vector<notice> batch) {
    // It may be replaced while this one is under way.
    const std::shared_ptr<api::http_client> client = client_;
    if (!client) co_return delivery(reception::failed, trouble_);
    auto request = prepare(batch);
    if (request.has_error()) co_return delivery(reception::failed, request.error().detail);
    const api::steady_time deadline = around_.time.steady_now() + around_.patience;
    const auto got = co_await client->send(*request, deadline);
    co_return judge_delivery(got);
}

api::result<api::http_request> courier::prepare(const std::vector<notice>& batch) {
    const timestamp now = machine_time();
    const sending how{now, around_.newest(), box_.lost()};
    api::http_request request;
    request.method = "POST";
    request.target = to_.path;
    request.headers.emplace_back("Content-Type", "application/json");
    request.headers.emplace_back("User-Agent", "rolloutd/" + around_.self.version);
    if (to_.kind == target_kind::alertmanager) {
        request.body = alertmanager_body(batch, around_.self, how);
        return request;
    }
    request.body = webhook_body(batch.front(), around_.self, how);
    if (to_.secret_path.empty()) return request;
    // Never without its signature: who checks it would take it for somebody else's.
    const auto secret = secret_.read();
    if (secret.has_error()) return secret.error();
    std::string signature = webhook_signature(*secret, now, request.body);
    if (signature.empty()) return api::bad_request("the message cannot be signed");
    request.headers.emplace_back(signature_header, std::move(signature));
    return request;
}

// Told once when it begins to fail, and once when it is well again.
void courier::learn(const delivery& what, std::size_t messages) {
    if (dismissed_) return;
    const auto many = static_cast<int>(messages);
    if (what.how == reception::taken) {
        delivered_ += messages;
        around_.counters.notified(to_.name, "delivered", many);
        if (!problem_.empty()) around_.log.info("notify_target_well", {{"target", to_.name}});
        problem_.clear();
        return;
    }
    const bool refused = what.how == reception::refused;
    around_.counters.notified(to_.name, refused ? "refused" : "failed", many);
    if (refused) refused_ += messages;
    if (problem_.empty() || (refused && messages > 0)) {
        around_.log.warning(
            "notify_target_failing",
            {{"target", to_.name},
             {"error", what.why},
             {"consequence", refused ? "what it refused is not sent to it again"
                                     : "it is tried again; what is told meanwhile waits"}});
    }
    problem_ = what.why;
}

void courier::count_losses() {
    if (dismissed_) return;
    const auto dropped = static_cast<int>(box_.dropped() - dropped_told_);
    const auto expired = static_cast<int>(box_.expired() - expired_told_);
    if (dropped > 0) around_.counters.notified(to_.name, "dropped", dropped);
    if (expired > 0) around_.counters.notified(to_.name, "expired", expired);
    dropped_told_ = box_.dropped();
    expired_told_ = box_.expired();
    around_.counters.set_notices_waiting(to_.name, box_.waiting());
}

target_standing courier::standing() const {
    return {to_.name, box_.waiting(), delivered_, box_.dropped() + box_.expired() + refused_,
            problem_};
}

}  // namespace rolloutd::daemon
