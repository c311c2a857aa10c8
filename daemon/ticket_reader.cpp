#include "daemon/ticket_reader.h"

#include <algorithm>
#include <utility>

#include "policies/engine.h"
#include "policies/tally.h"
#include "policies/ticket_needs.h"

namespace rolloutd::daemon {

namespace asio = boost::asio;
using policies::observation;
using policies::reading;
using policies::settings;
using policies::ticket_state;

namespace {

constexpr policies::duration first_list_pause = std::chrono::minutes{1};
constexpr policies::duration longest_list_pause = std::chrono::minutes{30};

int sum_of(const std::vector<policies::batch_info>& batches) {
    int sum = 0;
    for (const policies::batch_info& each : batches)
        sum += each.size;
    return sum;
}

std::optional<int> batch_with(const reading& what, policies::instance_id id) {
    for (const policies::batch_detail& each : what.details) {
        for (const policies::instance_info& one : each.instances) {
            if (one.id == id) return each.index;
        }
    }
    return std::nullopt;
}

bool is_open(std::string_view status) {
    const policies::status_word word = policies::classify(status);
    return word == policies::status_word::ready || word == policies::status_word::processing;
}

bool is_open(const policies::batch_detail& batch, policies::instance_id id) {
    return std::ranges::any_of(batch.instances, [id](const policies::instance_info& each) {
        return each.id == id && is_open(each.status);
    });
}

bool is_open(const policies::statistics& stats, int batch) {
    return policies::batches_in(stats, policies::status_word::ready).contains(batch) ||
           policies::batches_in(stats, policies::status_word::processing).contains(batch);
}

}  // namespace

ticket_reader::ticket_reader(api::clock& time, api::gateway& cloud, policies::ticket_id id)
    : time_(time), cloud_(cloud), id_(std::move(id)), list_pause_(first_list_pause) {}

asio::awaitable<observation> ticket_reader::read(const ticket_state& state, const settings& rules) {
    retry_after_.reset();
    calls_ = 0;
    bool seen = co_await look(state, rules);
    const bool flawed = seen && policies::flaw_of(now_, state, rules).has_value();
    if (flawed) seen = co_await look(state, rules);
    if (!seen) co_return failed_;
    co_return std::move(now_);
}

asio::awaitable<bool> ticket_reader::look(const ticket_state& state, const settings& rules) {
    now_ = reading();
    if (batches_.empty()) {
        const bool listed = co_await read_batches();
        if (!listed) co_return false;
    }
    const bool counted = co_await read_status_and_counts();
    if (!counted) co_return false;
    // A match may name it, so it comes first.
    if (order_name_.empty() && state.last) order_name_ = state.last->info.order_name;
    now_.info.order_name = order_name_;
    const policies::required_reads wanted =
        policies::reads_of_ticket(now_.info, state, rules, time_.now());
    if (!wanted.params) now_.info.params.clear();
    if (wanted.order_name && order_name_.empty()) co_await read_order_name();
    now_.batches = batches_;
    // What was listed is out of date: it is read again at the second look.
    if (sum_of(batches_) != now_.stats.total) batches_.clear();
    if (wanted.details) {
        std::vector<int> due =
            policies::batches_to_read(now_.info, now_.batches, now_.stats, state, rules);
        const bool detailed = co_await read_details(std::move(due), wanted.messages);
        if (!detailed) co_return false;
        const bool agreed = co_await reread_doubtful(state, wanted.messages);
        if (!agreed) co_return false;
    }
    co_return true;
}

asio::awaitable<bool> ticket_reader::read_batches() {
    ++calls_;
    auto got = co_await cloud_.read_batches(id_);
    if (!got) co_return fail(got.error());
    batches_ = std::move(*got);
    co_return true;
}

// Only the list tells it (reference/coc-api.md §3.1). A list that cannot be read, or does not have
// the ticket yet, blinds nobody: the name stays unknown, and is asked for again after a while, as a
// list that hangs would delay each reading.
asio::awaitable<void> ticket_reader::read_order_name() {
    if (time_.steady_now() < list_again_at_) co_return;
    api::list_filter filter;
    filter.creator = now_.info.creator;
    if (now_.info.created) filter.created_since = *now_.info.created - std::chrono::seconds{1};
    ++calls_;
    const auto rows = co_await cloud_.list(filter);
    if (rows) {
        const auto same = std::ranges::find(*rows, id_, &api::ticket_summary::id);
        if (same != rows->end()) order_name_ = same->order_name;
    }
    now_.info.order_name = order_name_;
    list_again_at_ = time_.steady_now() + list_pause_;
    list_pause_ = std::min<policies::duration>(2 * list_pause_, longest_list_pause);
}

asio::awaitable<bool> ticket_reader::read_status_and_counts() {
    ++calls_;
    auto info = co_await cloud_.read_info(id_);
    if (!info) co_return fail(info.error());
    const api::steady_time between = time_.steady_now();
    status_read_at_ = between;
    ++calls_;
    auto stats = co_await cloud_.read_statistics(id_);
    if (!stats) co_return fail(stats.error());
    now_.info = std::move(*info);
    now_.stats = std::move(*stats);
    now_.skew = std::chrono::ceil<policies::duration>(time_.steady_now() - between);
    co_return true;
}

asio::awaitable<bool> ticket_reader::still_shows(const policies::intended& what,
                                                 const ticket_state& state) {
    const api::steady_time began = time_.steady_now();
    const auto info = co_await cloud_.read_info(id_);
    if (!info || info->status != what.status || info->current_batch != what.current_batch) {
        co_return false;
    }
    if (what.what.instance) {
        const std::optional<int> batch = batch_with(*state.last, *what.what.instance);
        if (!batch) co_return false;
        const api::batch_options options(false);
        const auto detail = co_await cloud_.read_batch(id_, *batch, options);
        if (!detail || !is_open(*detail, *what.what.instance)) co_return false;
    }
    if (what.what.batch) {
        const auto stats = co_await cloud_.read_statistics(id_);
        if (!stats || !is_open(*stats, *what.what.batch)) co_return false;
    }
    // The oldest of what it saw.
    status_read_at_ = began;
    co_return true;
}

asio::awaitable<bool> ticket_reader::read_details(std::vector<int> batches, bool messages) {
    const api::batch_options options(messages);
    for (const int index : batches) {
        ++calls_;
        auto got = co_await cloud_.read_batch(id_, index, options);
        if (!got) co_return fail(got.error());
        keep(std::move(*got));
    }
    co_return true;
}

asio::awaitable<bool> ticket_reader::reread_doubtful(const ticket_state& state, bool messages) {
    std::vector<int> doubtful = policies::doubtful_batches(now_, state);
    const bool read = co_await read_details(std::move(doubtful), messages);
    co_return read;
}

void ticket_reader::keep(policies::batch_detail detail) {
    const auto same = std::find_if(now_.details.begin(), now_.details.end(),
                                   [&](const auto& each) { return each.index == detail.index; });
    if (same != now_.details.end()) {
        *same = std::move(detail);
    } else {
        now_.details.push_back(std::move(detail));
    }
}

bool ticket_reader::fail(const api::failure& why) {
    failed_ = api::to_failed_reading(why);
    retry_after_ = why.retry_after;
    return false;
}

}  // namespace rolloutd::daemon
