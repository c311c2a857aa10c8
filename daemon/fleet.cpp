#include "daemon/fleet.h"

#include <algorithm>
#include <set>
#include <utility>

#include "policies/check.h"

namespace rolloutd::daemon {

namespace asio = boost::asio;
using policies::ticket_id;
using policies::ticket_state;
using policies::timestamp;

namespace {

constexpr std::size_t most_past = 200;

// The k-th of n first readings, so that a fleet is not read all at the same moment.
timestamp spread(timestamp from, policies::duration over, std::size_t k, std::size_t n) {
    if (n == 0) return from;
    return from +
           over * static_cast<policies::duration::rep>(k) / static_cast<policies::duration::rep>(n);
}

bool was_over(const ticket_state& state) {
    return !state.watched && state.last &&
           policies::is_terminal(policies::classify(state.last->info.status));
}

}  // namespace

fleet::fleet(asio::any_io_executor loop, watch_parts around)
    : around_(std::move(around)),
      group_(std::move(loop), [this](std::string_view name, std::exception_ptr error) {
          std::string what = "unknown";
          try {
              std::rethrow_exception(error);
          } catch (const std::exception& known) {
              what = known.what();
          } catch (...) {}
          around_.log.error("watcher_failed", {{"ticket", std::string(name)}, {"error", what}});
          // A ticket that nobody watches any more would go unnoticed; a restart folds it anew.
          policies::invariant_broken("a watcher never fails", __FILE__, __LINE__);
      }) {}

fleet::~fleet() = default;

void fleet::start(const std::vector<watch_entry>& wanted, ticket_states recovered) {
    recovered_ = std::move(recovered);
    std::set<ticket_id> names;
    for (const watch_entry& each : wanted)
        names.insert(each.id);
    while (!recovered_.empty()) {
        // A state is in one place at every moment, so that a snapshot never lacks it.
        auto node = recovered_.extract(recovered_.begin());
        ticket_state& state = node.mapped();
        if (was_over(state)) {
            remember(std::move(state), "over");
        } else if (state.watched && !names.contains(node.key())) {
            let_go(std::move(state), "removed");
        } else {
            remember(std::move(state), "removed");
        }
    }
    std::vector<const watch_entry*> due;
    for (const watch_entry& each : wanted) {
        if (!is_over(each.id)) due.push_back(&each);
    }
    const timestamp now = around_.time.now();
    for (std::size_t k = 0; k < due.size(); ++k) {
        add(*due[k], take_past(due[k]->id), spread(now, around_.poll.every, k, due.size()));
    }
    while (past_.size() > most_past)
        past_.pop_front();
}

fleet_changes fleet::reload(const std::vector<watch_entry>& wanted,
                            std::shared_ptr<const policies::settings> rules,
                            const poll_plan& poll) {
    around_.rules = std::move(rules);
    around_.poll = poll;
    fleet_changes changes;
    std::map<ticket_id, const watch_entry*> entries;
    for (const watch_entry& each : wanted)
        entries.emplace(each.id, &each);
    for (const auto& [id, each] : watchers_) {
        if (entries.contains(id)) {
            each->go_on();
            each->refresh();
        } else if (!each->ending()) {
            changes.removed.push_back(id);
            each->end();
        }
    }
    for (const auto& [id, entry] : entries) {
        if (!watchers_.contains(id) && !is_over(id)) changes.added.push_back(id);
    }
    const timestamp now = around_.time.now();
    for (std::size_t k = 0; k < changes.added.size(); ++k) {
        const ticket_id& id = changes.added[k];
        add(*entries.at(id), take_past(id), spread(now, poll.every, k, changes.added.size()));
    }
    return changes;
}

void fleet::add(const watch_entry& what, ticket_state state, timestamp first) {
    state.id = what.id;
    const bool begins = !state.watched || state.labels != what.labels;
    auto made = std::make_unique<watcher>(around_, std::move(state), first);
    watcher* const who = made.get();
    watchers_.insert_or_assign(what.id, std::move(made));
    around_.view.watched = static_cast<int>(watchers_.size());
    if (begins) who->begin({what.labels, what.source});
    group_.spawn(what.id, watch(who));
}

asio::awaitable<void> fleet::watch(watcher* who) {
    co_await who->run();
    if (!stopping_) end(*who);
}

// The coroutine of this watcher has nothing left to do but to return.
void fleet::end(watcher& who) {
    const std::string why = who.over() ? "over" : "removed";
    ticket_state state = who.take_state();
    watchers_.erase(state.id);
    around_.view.watched = static_cast<int>(watchers_.size());
    let_go(std::move(state), why);
    if (past_.size() > most_past) past_.pop_front();
}

void fleet::let_go(ticket_state state, std::string why) {
    const ticket_id id = state.id;
    const policies::event ends = policies::unwatched{why};
    around_.log.info("unwatch", {{"ticket", id}, {"reason", why}});
    remember(std::move(state), std::move(why));
    ticket_state& kept = past_.back().state;
    policies::apply(kept, ends, around_.records.record(id, ends, past_.back().at));
}

void fleet::remember(ticket_state state, std::string why) {
    // What was read of its hosts is the bulk of it, and nobody judges it any more.
    if (why == "over" && state.last) state.last->details.clear();
    past_.push_back({std::move(state), std::move(why), around_.time.now()});
}

ticket_states fleet::states() const {
    ticket_states all = recovered_;
    for (const past_ticket& each : past_)
        all.insert_or_assign(each.state.id, each.state);
    for (const auto& [id, each] : watchers_)
        all.insert_or_assign(id, each->state());
    return all;
}

ticket_state fleet::take_past(const ticket_id& id) {
    const auto found = std::find_if(past_.begin(), past_.end(),
                                    [&](const past_ticket& each) { return each.state.id == id; });
    if (found == past_.end()) return {};
    ticket_state state = std::move(found->state);
    past_.erase(found);
    return state;
}

bool fleet::is_over(const ticket_id& id) const {
    return std::any_of(past_.begin(), past_.end(), [&](const past_ticket& each) {
        return each.state.id == id && each.why == "over";
    });
}

asio::awaitable<void> fleet::stop() {
    stopping_ = true;
    for (const auto& [id, each] : watchers_)
        each->end();
    group_.cancel();
    co_await group_.join();
}

std::optional<timestamp> fleet::seen_until() const {
    std::optional<timestamp> until;
    for (const auto& [id, each] : watchers_) {
        if (each->state().blind) continue;
        if (!each->last_good()) return std::nullopt;
        const timestamp last = *each->last_good();
        if (!until || last < *until) until = last;
    }
    return until;
}

}  // namespace rolloutd::daemon
