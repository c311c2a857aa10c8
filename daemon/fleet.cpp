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

constexpr const char* by_discovery = "discover";
constexpr const char* by_a_person = "operator";

policies::event act_record(const policies::person& who, std::string command) {
    auto done = policies::made_by<policies::operated>(who);
    done.command = std::move(command);
    return done;
}

}  // namespace

fleet::fleet(asio::any_io_executor loop, watch_parts around)
    : around_(std::move(around)),
      turns_(around_.time, around_.cloud, around_.poll),
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

void fleet::start(const watch_list& wanted, ticket_states recovered) {
    recovered_ = std::move(recovered);
    std::map<ticket_id, watch_entry> entries;
    for (const watch_entry& each : wanted.named)
        entries.emplace(each.id, each);
    std::vector<ticket_id> unwanted;
    for (const auto& [id, state] : recovered_) {
        if (entries.contains(id)) continue;
        if (wanted.discovering && state.watched_by == by_discovery) {
            entries.emplace(id, watch_entry{id, state.labels, by_discovery});
        } else if (state.watched_by == by_a_person) {
            entries.emplace(id, watch_entry{id, state.labels, by_a_person});
        } else {
            unwanted.push_back(id);
        }
    }
    for (const ticket_id& id : unwanted)
        let_go(take_recovered(id), "removed");
    for (const auto& [id, each] : entries)
        add(each, take_recovered(id));
    group_.spawn("turns", turns_.run());
}

fleet_changes fleet::reload(const watch_list& wanted,
                            std::shared_ptr<const policies::settings> rules,
                            const poll_plan& poll) {
    around_.rules = std::move(rules);
    around_.poll = poll;
    fleet_changes changes;
    std::map<ticket_id, const watch_entry*> entries;
    for (const watch_entry& each : wanted.named)
        entries.emplace(each.id, &each);
    for (const auto& [id, each] : watchers_) {
        const std::string& source = each->state().watched_by;
        const bool stays = (wanted.discovering && source == by_discovery) || source == by_a_person;
        const auto named = entries.find(id);
        if ((stays && !dismissed_.contains(id)) || named != entries.end()) {
            each->go_on();
            if (named != entries.end()) rename(*each, *named->second);
        } else if (!each->ending()) {
            changes.removed.push_back(id);
            each->end();
        }
    }
    for (const auto& [id, entry] : entries) {
        dismissed_.erase(id);
        if (watchers_.contains(id) || is_over(id)) continue;
        changes.added.push_back(id);
        forget_past(id);
        add(*entry, {});
    }
    turns_.reload(poll);
    return changes;
}

// A ticket that is named otherwise than before, or that was only discovered until now.
void fleet::rename(watcher& who, const watch_entry& as) {
    const ticket_state& state = who.state();
    if (state.labels != as.labels || state.watched_by != as.source)
        who.begin({as.labels, as.source});
}

void fleet::discover(const ticket_id& id) {
    if (stopping_ || watchers_.contains(id) || is_over(id) || dismissed_.contains(id)) return;
    forget_past(id);
    add({id, {}, by_discovery}, {});
}

bool fleet::add(const policies::person& who, const watch_entry& what) {
    const auto known = watchers_.find(what.id);
    const bool leaving = known != watchers_.end() && known->second->ending();
    if (stopping_ || (known != watchers_.end() && !leaving)) return false;
    dismissed_.erase(what.id);
    if (leaving) {
        // It was to be removed, and that has not come about yet.
        known->second->note(act_record(who, "add"));
        known->second->go_on();
        rename(*known->second, {what.id, what.labels, by_a_person});
        return true;
    }
    forget_past(what.id);
    ticket_state state;
    state.id = what.id;
    const policies::event asked = act_record(who, "add");
    policies::apply(state, asked, around_.records.record(what.id, asked, around_.time.now()));
    add(watch_entry{what.id, what.labels, by_a_person}, std::move(state));
    return true;
}

bool fleet::remove(const policies::person& who, const ticket_id& id) {
    watcher* const found = find(id);
    if (found == nullptr) return false;
    found->note(act_record(who, "remove"));
    dismissed_.insert(id);
    found->end();
    return true;
}

watcher* fleet::find(const ticket_id& id) const {
    const auto found = watchers_.find(id);
    if (found == watchers_.end() || found->second->ending()) return nullptr;
    return found->second.get();
}

watcher* fleet::find_proposer(policies::sequence proposal) const {
    for (const auto& [id, each] : watchers_) {
        const auto& open = each->state().proposals;
        const bool asks = std::ranges::any_of(
            open, [&](const policies::proposal& one) { return one.id == proposal; });
        if (asks && !each->ending()) return each.get();
    }
    return nullptr;
}

void fleet::add(const watch_entry& what, ticket_state state) {
    state.id = what.id;
    const bool begins =
        !state.watched || state.labels != what.labels || state.watched_by != what.source;
    auto made = std::make_unique<watcher>(around_, turns_, std::move(state));
    watcher* const who = made.get();
    watchers_.insert_or_assign(what.id, std::move(made));
    if (begins) who->begin({what.labels, what.source});
    const policies::person* const by = holders_ ? holders_(what.id) : nullptr;
    if (by != nullptr && !who->state().people.hold)
        who->note(policies::made_by<policies::held>(*by));
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
    let_go(std::move(state), why);
}

void fleet::notice_silence() {
    for (const auto& [id, each] : watchers_)
        each->notice_silence();
}

// The state is not remembered: a ticket that is watched again is seen for the first time, here as
// in the fold of the journal.
void fleet::let_go(ticket_state state, std::string why) {
    const timestamp now = around_.time.now();
    around_.log.info("unwatch", {{"ticket", state.id}, {"reason", why}});
    around_.records.record(state.id, policies::unwatched{why}, now);
    // What was read of its hosts is the bulk of it, and not shown any more.
    if (state.last) state.last->details.clear();
    past_.push_back({std::move(state), std::move(why), now});
    if (past_.size() > most_past) past_.pop_front();
    if (farewell_) farewell_(past_.back().state.id);
}

const ticket_state* fleet::state_from(const ticket_id& from) const {
    const auto seen = watchers_.lower_bound(from);
    const auto waiting = recovered_.lower_bound(from);
    const bool before =
        waiting != recovered_.end() && (seen == watchers_.end() || waiting->first < seen->first);
    if (before) return &waiting->second;
    return seen == watchers_.end() ? nullptr : &seen->second->state();
}

ticket_state fleet::take_recovered(const ticket_id& id) {
    auto node = recovered_.extract(id);
    return node.empty() ? ticket_state{} : std::move(node.mapped());
}

void fleet::forget_past(const ticket_id& id) {
    std::erase_if(past_, [&](const past_ticket& each) { return each.state.id == id; });
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
