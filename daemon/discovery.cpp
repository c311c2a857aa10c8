#include "daemon/discovery.h"

#include <algorithm>
#include <utility>

#include "policies/discovery_match.h"
#include "policies/ticket.h"

namespace rolloutd::daemon {

namespace asio = boost::asio;
using policies::duration;
using policies::timestamp;

namespace {

// What may still be running is younger than this: a ticket has at most 20 batches.
constexpr duration oldest_listed = std::chrono::hours{24 * 30};
// Everything is listed again so often, for tickets that come to match later; in between only what
// is about as young as the youngest known.
constexpr duration sweep_every = std::chrono::minutes{10};
constexpr duration overlap = std::chrono::minutes{10};
constexpr int most_rows = 10'000;
// Tickets whose own information is read in one look; the others wait for the next.
constexpr int most_asked = 50;
// A list that cannot be read for so many periods leaves new tickets unguarded for too long.
constexpr int patient_periods = 3;

bool is_over(const api::ticket_summary& row) {
    return row.finished || policies::is_terminal(policies::classify(row.status));
}

policies::ticket_info info_of(const api::ticket_summary& row) {
    policies::ticket_info known;
    known.id = row.id;
    known.order_name = row.order_name;
    known.creator = row.creator;
    known.status = row.status;
    known.created = row.created;
    return known;
}

}  // namespace

discovery::discovery(const parts& around, std::optional<config::discovery> plan)
    : around_(around), plan_(std::move(plan)), wake_(around.time) {}

void discovery::set_plan(std::optional<config::discovery> plan) {
    plan_ = std::move(plan);
    ++number_;
    swept_.reset();
    failing_since_.reset();
    wake_.poke();
}

asio::awaitable<void> discovery::run() {
    for (;;) {
        const timestamp began = around_.time.now();
        if (plan_) {
            config::discovery plan = *plan_;
            co_await look(std::move(plan));
        }
        const timestamp next = plan_ ? began + plan_->every : api::until_rung;
        co_await wake_.wait_until(next);
    }
}

// Since when tickets are listed; a sweep begins when it is due.
std::optional<timestamp> discovery::listed_since(timestamp now) {
    if (swept_ && now - *swept_ < sweep_every && newest_) return *newest_ - overlap;
    return now - oldest_listed;
}

asio::awaitable<void> discovery::look(config::discovery plan) {
    const timestamp now = around_.time.now();
    api::list_filter filter;
    filter.creator = plan.creator;
    filter.most = most_rows;
    filter.created_since = listed_since(now);
    const bool sweeps = *filter.created_since == now - oldest_listed;
    const int number = number_;
    const auto rows = co_await around_.cloud.list(filter);
    // What an older plan asked for says nothing about this one.
    if (number != number_) co_return;
    note(rows);
    if (rows.has_error()) co_return;
    if (sweeps) {
        swept_ = now;
        rejected_.clear();
    }
    asked_ = 0;
    full_ = false;
    for (const api::ticket_summary& row : *rows) {
        if (!row.created) continue;
        const timestamp created = std::min(*row.created, now);
        newest_ = std::max(newest_.value_or(created), created);
    }
    const std::set<policies::ticket_id> unread = std::exchange(unread_, {});
    for (const bool again : {false, true}) {
        for (const api::ticket_summary& row : *rows) {
            if (unread.contains(row.id) != again || is_known(row)) continue;
            co_await judge(plan, row);
            if (number != number_) co_return;
        }
    }
}

bool discovery::is_known(const api::ticket_summary& row) const {
    return is_over(row) || around_.tickets.watchers().contains(row.id) ||
           rejected_.contains(row.id);
}

asio::awaitable<void> discovery::judge(const config::discovery& plan, api::ticket_summary row) {
    policies::ticket_info known = info_of(row);
    const bool asks = policies::teller_of(plan.match) != policies::told_by::row;
    if (asks) {
        if (asked_ >= most_asked) co_return;
        ++asked_;
        const int number = number_;
        auto info = co_await around_.cloud.read_info(row.id);
        if (number != number_) co_return;
        // What cannot be read now is looked at in the next period.
        if (info.has_error()) {
            unread_.insert(row.id);
            co_return;
        }
        known = std::move(*info);
        known.order_name = row.order_name;
    }
    const std::optional<bool> picked = policies::picks(plan.match, known, around_.time.now());
    if (picked && *picked && around_.tickets.watchers().size() >= plan.most) {
        if (!full_) around_.log.warning("discovery_full", {{"ticket", row.id}});
        full_ = true;
        co_return;
    }
    if (picked && *picked) {
        around_.log.info("discovered", {{"ticket", row.id},
                                        {"order_name", row.order_name},
                                        {"creator", row.creator},
                                        {"status", known.status}});
        around_.tickets.discover(row.id);
        co_return;
    }
    if (!picked)
        around_.log.warning("discovery_undetermined",
                            {{"ticket", row.id},
                             {"consequence",
                              "tickets.discover.match cannot be told of it, so it "
                              "is not watched"}});
    if (asks || !picked) rejected_.insert(row.id);
}

void discovery::note(const api::result<std::vector<api::ticket_summary>>& rows) {
    if (rows.has_value()) {
        if (failing_since_) around_.log.info("discovery_works", {});
        failing_since_.reset();
        return;
    }
    failure_ = rows.error().code + ": " + rows.error().detail;
    if (failing_since_) return;
    failing_since_ = around_.time.now();
    around_.log.warning("discovery_failed", {{"error", failure_}});
}

std::string discovery::problem() const {
    if (plan_ && full_)
        return "tickets that tickets.discover picks are not watched: " +
               std::to_string(plan_->most) + " are watched already, and that is the most";
    if (!plan_ || !failing_since_) return "";
    if (around_.time.now() - *failing_since_ < patient_periods * plan_->every) return "";
    return "new tickets cannot be discovered since " + policies::to_text(*failing_since_) + ": " +
           failure_;
}

}  // namespace rolloutd::daemon
