#include "daemon/ticket_acts.h"

#include <unistd.h>

#include <optional>
#include <utility>

namespace rolloutd::daemon {

namespace asio = boost::asio;
using policies::act_kind;
using policies::operator_act;
using policies::person;
using policies::ticket_id;

namespace {

// What is true of an act until it is written.
constexpr const char* waits =
    "nothing is sent before it is, and a restart before it is written forgets it";
constexpr const char* forgets = "a restart before it is written forgets it";

act_report refused(int status, std::string code, std::string text) {
    act_report report;
    report.status = status;
    report.code = std::move(code);
    report.text = std::move(text);
    return report;
}

act_report not_watched(const ticket_id& id) {
    return refused(404, "no-such-ticket",
                   id +
                       " is not watched; `rolloutctl status` lists what is, and "
                       "`rolloutctl add " +
                       id + " --reason …` watches it");
}

operator_act act_of(act_kind what, const person& who) {
    operator_act act;
    act.what = what;
    act.by = who;
    return act;
}

std::string command_of(const operator_act& what) {
    std::string name(to_text(what.call.what));
    if (what.call.batch) name += " of batch " + std::to_string(*what.call.batch);
    if (what.call.instance) name += " " + std::to_string(*what.call.instance);
    return name;
}

}  // namespace

void ticket_acts::brake(const ticket_id& id) {
    if (around_.tickets.find(id) != nullptr) around_.stops.held.insert(id);
}

asio::awaitable<act_report> ticket_acts::hold(person who, ticket_id id) {
    watcher* const found = around_.tickets.find(id);
    if (found == nullptr) co_return not_watched(id);
    // First of all, so that nothing which goes wrong after it lets an operation through.
    brake(id);
    const operator_act act = act_of(act_kind::hold, who);
    found->act(act);
    tell("hold", id, who);
    const std::string text = id + " is held: no rule acts on it until it is released";
    act_report report = co_await acknowledge(id, text, in_force);
    co_return report;
}

asio::awaitable<act_report> ticket_acts::release(person who, ticket_id id) {
    watcher* const found = around_.tickets.find(id);
    if (found == nullptr) co_return not_watched(id);
    if (!around_.records.writable()) co_return unrecorded("release");
    const std::optional<policies::standing_hold> before = found->state().people.hold;
    const operator_act act = act_of(act_kind::release, who);
    found->act(act);
    const sequence seq = around_.records.last_seq();
    const bool written = co_await around_.paper.written(seq, people_wait);
    if (!written) {
        // The record may reach the disk yet, but nobody has been told that it did.
        around_.stops.held.insert(id);
        person kept = before ? before->by : policies::the_daemon(::geteuid(), {});
        if (kept.reason.empty()) kept.reason = "a release could not be recorded";
        if (watcher* const still = around_.tickets.find(id)) {
            still->act(act_of(act_kind::hold, kept));
        }
        act_report report = unrecorded("release");
        report.text += "; " + id + " is held meanwhile";
        co_return report;
    }
    // Somebody may have held it again meanwhile.
    if (!around_.records.fleet().held.contains(id)) around_.stops.held.erase(id);
    tell("release", id, who);
    act_report report;
    report.ticket = id;
    report.seq = seq;
    report.text = id + (before ? " is released: rules act on it again"
                               : " was not held; what people did to it withholds nothing any "
                                 "more");
    co_return report;
}

asio::awaitable<act_report> ticket_acts::answer(operator_act what) {
    const std::string number = std::to_string(what.proposal);
    const bool approves = what.what == act_kind::approve;
    watcher* const found = around_.tickets.find_proposer(what.proposal);
    if (found == nullptr) {
        co_return refused(404, "no-such-proposal",
                          "there is no open proposal " + number +
                              ": it was answered, has expired, or was withdrawn because its "
                              "condition is no longer true; `rolloutctl status TICKET` shows what "
                              "is open, `rolloutctl history --kind proposal` what became of it");
    }
    if (!around_.records.writable()) co_return unrecorded(approves ? "approve" : "deny");
    const ticket_id id = found->state().id;
    const std::string why = found->act(what);
    if (!why.empty()) {
        act_report report = refused(409, "refused", why);
        report.ticket = id;
        co_return report;
    }
    tell(approves ? "approve" : "deny", id, what.by);
    const std::string text =
        approves ? "proposal " + number + " for " + id +
                       " is approved: it is judged again on the next reading, and carried out if "
                       "its rule still holds"
                 : "proposal " + number + " for " + id +
                       " is denied: nobody is asked again before the condition has been false";
    act_report report = co_await acknowledge(id, text, waits);
    co_return report;
}

asio::awaitable<act_report> ticket_acts::operate(ticket_id id, operator_act what) {
    watcher* const found = around_.tickets.find(id);
    if (found == nullptr) co_return not_watched(id);
    const std::string name = command_of(what);
    if (!around_.records.writable()) co_return unrecorded(name);
    const std::string why = found->act(what);
    if (!why.empty()) {
        act_report report = refused(409, "refused", name + " of " + id + " is refused: " + why);
        report.ticket = id;
        co_return report;
    }
    tell(name, id, what.by);
    const std::string text = name + " of " + id +
                             " is ordered: it is sent once the ticket has been read again; "
                             "`rolloutctl history --ticket " +
                             id + "` tells what comes of it";
    act_report report = co_await acknowledge(id, text, waits);
    co_return report;
}

asio::awaitable<act_report> ticket_acts::add(person who, watch_entry what) {
    const ticket_id id = what.id;
    if (!around_.records.writable()) co_return unrecorded("add");
    const bool added = around_.tickets.add(who, what);
    if (!added) co_return refused(409, "watched-already", id + " is watched already");
    tell("add", id, who);
    const std::string text =
        id + " is watched from now on, also after a restart, until it is over or removed";
    act_report report = co_await acknowledge(id, text, forgets);
    co_return report;
}

asio::awaitable<act_report> ticket_acts::remove(person who, ticket_id id) {
    watcher* const found = around_.tickets.find(id);
    if (found == nullptr) co_return not_watched(id);
    const std::string source = found->state().watched_by;
    const bool removed = around_.tickets.remove(who, id);
    if (!removed) co_return not_watched(id);
    tell("remove", id, who);
    std::string text = id + " is not watched any more";
    if (source == "config") {
        text += "; the configuration names it, so the next start or reload watches it again";
    } else if (source == "discover") {
        text += "; after the next start it may be discovered again";
    }
    act_report report = co_await acknowledge(id, text, in_force);
    co_return report;
}

asio::awaitable<act_report> ticket_acts::acknowledge(ticket_id id, std::string text,
                                                     std::string meanwhile) {
    act_report report;
    report.ticket = std::move(id);
    report.seq = around_.records.last_seq();
    report.text = std::move(text);
    return around_.paper.acknowledge(std::move(report), std::move(meanwhile));
}

act_report ticket_acts::unrecorded(std::string_view what) const {
    const std::string why = around_.records.failure();
    return refused(503, "journal",
                   std::string(what) + " needs a record on the disk, and " +
                       (why.empty() ? "it was not written in time" : "that fails: " + why) +
                       ". Nothing is sent until the journal is written again: make room or mend "
                       "the disk. Holds and freezes work meanwhile, and so does the cloud's own "
                       "console");
}

void ticket_acts::tell(std::string_view act, const ticket_id& id, const person& who) {
    around_.log.warning(
        "operator",
        {{"act", std::string(act)}, {"ticket", id}, {"by", who.author}, {"reason", who.reason}});
}

}  // namespace rolloutd::daemon
