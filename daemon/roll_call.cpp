#include "daemon/roll_call.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace rolloutd::daemon {

namespace asio = boost::asio;
using policies::duration;
using policies::timestamp;

namespace {

// Of the calls that the rate allows, the part that the list may take.
constexpr double share_of_rate = 0.1;
// Rows of one creator that are looked through: what is buried deeper is read in its own slot.
constexpr int rows_at_once = 1000;
constexpr int rows_per_call = 100;  // reference/coc-api.md §3.1
// The list's times and those of a ticket's own information may be rounded differently.
constexpr duration slack = std::chrono::seconds{1};

}  // namespace

roll_call::roll_call(api::clock& time, api::gateway& cloud, fleet& tickets)
    : time_(time), cloud_(cloud), tickets_(tickets) {}

asio::awaitable<void> roll_call::run() {
    for (;;) {
        int calls = 0;
        std::map<std::string, group> groups = seldom_read();
        for (const auto& [creator, who] : groups) {
            const int made = co_await ask(creator, who);
            calls += made;
        }
        std::erase_if(
            told_, [this](const auto& each) { return !tickets_.watchers().contains(each.first); });
        const double rate = cloud_.pressure().per_second;
        const double seconds = rate > 0 ? calls / (share_of_rate * rate) : 0;
        const auto fair = std::chrono::ceil<duration>(std::chrono::duration<double>(seconds));
        co_await time_.sleep_for(std::max(fair, tickets_.parts().poll.every));
    }
}

// By their creators, as the list can be asked for one only.
std::map<std::string, roll_call::group> roll_call::seldom_read() const {
    std::map<std::string, group> found;
    const duration often = 2 * tickets_.parts().poll.every;
    for (const auto& [id, each] : tickets_.watchers()) {
        const policies::ticket_state& state = each->state();
        if (!state.last || each->ending() || each->planned() <= often) continue;
        const policies::ticket_info& info = state.last->info;
        group& of_creator = found[info.creator];
        of_creator.dated = of_creator.dated && info.created.has_value();
        if (info.created)
            of_creator.oldest = std::min(of_creator.oldest.value_or(*info.created), *info.created);
    }
    return found;
}

// Returns how many calls it took. A list that cannot be read costs nobody anything but time: the
// tickets are read in their slots.
asio::awaitable<int> roll_call::ask(std::string creator, group who) {
    api::list_filter filter;
    filter.creator = std::move(creator);
    filter.most = rows_at_once;
    if (who.dated && who.oldest) filter.created_since = *who.oldest - slack;
    const auto rows = co_await cloud_.list(filter);
    if (rows.has_error()) co_return 1;
    for (const api::ticket_summary& row : *rows)
        compare(row);
    co_return 1 + static_cast<int>(rows->size()) / rows_per_call;
}

void roll_call::compare(const api::ticket_summary& row) {
    const auto found = tickets_.watchers().find(row.id);
    if (found == tickets_.watchers().end() || !found->second->state().last) return;
    if (row.status == found->second->state().last->info.status) {
        told_.erase(row.id);
        return;
    }
    const auto [known, first] = told_.emplace(row.id, row.status);
    if (!first && known->second == row.status) return;
    known->second = row.status;
    tickets_.hear(row.id);
}

}  // namespace rolloutd::daemon
