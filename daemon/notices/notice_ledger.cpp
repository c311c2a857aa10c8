#include "daemon/notices/notice_ledger.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace rolloutd::daemon {

namespace {

// Nothing in a name of a policy, rule, ticket or event is a line feed.
std::string key_of(std::string_view event, const ticket_id& ticket, const auto& what) {
    return std::string(event) + '\n' + ticket + '\n' + what.policy + '\n' + what.rule + '\n' +
           policies::to_text(what.who);
}

std::string key_of(const std::string& event) { return event + '\n'; }

constexpr std::string_view rule_holds = "rule_holds";
constexpr std::string_view rule_overridden = "rule_overridden";
constexpr std::string_view proposal_open = "proposal_open";

// What a notify record of a ticket is called, by the step that it names.
std::string_view event_of(int step) {
    switch (step) {
        case policies::step_of_failure: return "operation_failed";
        case policies::step_of_override: return rule_overridden;
        case policies::step_of_alarm: return "limit_passed";
        default: return rule_holds;
    }
}

std::string summary_of(int step, const std::string& who) {
    switch (step) {
        case policies::step_of_failure: return "an operation failed: " + who;
        case policies::step_of_override: return "overridden by a person: " + who;
        case policies::step_of_alarm: return "more pauses than expected; the last: " + who;
        default: return who + " holds";
    }
}

void name_rule(notice& into, const ticket_id& ticket, const auto& what) {
    into.ticket = ticket;
    into.policy = what.policy;
    into.rule = what.rule;
    into.subject = policies::to_text(what.who);
    into.episode = what.episode;
}

const policies::rule* find_rule(const policies::policy_set& in, const std::string& policy,
                                const std::string& name) {
    for (const policies::policy& each : in.policies) {
        if (each.name != policy) continue;
        for (const policies::rule& one : each.rules)
            if (one.name == name) return &one;
    }
    return nullptr;
}

// Whether a step of the ladder that notifies has been taken in this episode.
bool has_notified(const policies::rule_state& memory, const policies::rule* by) {
    if (by == nullptr) return false;
    if (!memory.told.empty()) return true;
    for (int i = 0; i < memory.step && i < static_cast<int>(by->steps.size()); ++i)
        if (by->steps[static_cast<std::size_t>(i)].what == policies::action::notify) return true;
    return false;
}

// "journal_not_writable" in words.
std::string in_words(std::string event) {
    for (char& each : event)
        if (each == '_') each = ' ';
    return event;
}

}  // namespace

std::string named_subject(const ticket_id& ticket, const std::string& policy,
                          const std::string& rule, const policies::subject& who) {
    std::string text = policy + "/" + rule + " of " + ticket;
    if (who.kind == policies::subject_kind::batch) text += ", batch ";
    if (who.kind == policies::subject_kind::instance) text += ", instance ";
    if (who.kind != policies::subject_kind::ticket) text += std::to_string(who.number);
    return text;
}

struct notice_ledger::about {
    std::string event;
    std::string key;
    notice_level level = notice_level::warning;
    std::string summary;
    std::string text;
};

notice notice_ledger::made(const about& what, const policies::stamp& where,
                           const std::string& mode) const {
    notice told;
    told.event = what.event;
    told.key = what.key;
    told.level = what.level;
    told.summary = cut_short(what.summary, longest_notice_text);
    told.text = cut_short(what.text, longest_notice_text);
    told.mode = mode;
    told.at = where.at;
    told.seq = where.seq;
    told.id = journal_ + "/" + std::to_string(where.seq);
    return told;
}

void notice_ledger::begin(notice what, std::vector<notice>& into) {
    const bool known = ongoing_.contains(what.key);
    if (known || ongoing_.size() < most_ongoing) {
        what.state = notice_state::began;
        ongoing_.insert_or_assign(what.key, what);
    }
    into.push_back(std::move(what));
}

void notice_ledger::end(const std::string& key, const policies::stamp& where,
                        std::vector<notice>& into) {
    const auto found = ongoing_.find(key);
    if (found == ongoing_.end()) return;
    notice over = std::move(found->second);
    ongoing_.erase(found);
    over.state = notice_state::ended;
    over.id += ".ended";
    over.ended = where.at;
    over.seq = where.seq;
    into.push_back(std::move(over));
}

void notice_ledger::end_all_of(const ticket_id& ticket, const policies::stamp& where,
                               std::vector<notice>& into) {
    std::vector<std::string> keys;
    for (const auto& [key, each] : ongoing_)
        if (each.ticket == ticket) keys.push_back(key);
    for (const std::string& each : keys)
        end(each, where, into);
}

std::vector<notice> notice_ledger::hear(const ticket_id& ticket, const policies::event& what,
                                        const policies::stamp& where, const mode_source& mode_of) {
    if (const auto* told = std::get_if<policies::notified>(&what))
        return heard(ticket, *told, where, mode_of(told->policy));
    if (const auto* asked = std::get_if<policies::proposed>(&what))
        return heard(ticket, *asked, where, mode_of(asked->policy));
    std::vector<notice> all;
    if (ongoing_.empty()) return all;
    const auto* verdict = std::get_if<policies::verdict_changed>(&what);
    // What is not judged any more, as its policy no longer matches or its subject is gone, does not
    // become false either.
    const bool over = verdict != nullptr && (verdict->to == policies::verdict::no ||
                                             verdict->reason == policies::not_judged);
    if (over) {
        end(key_of(rule_holds, ticket, *verdict), where, all);
        end(key_of(rule_overridden, ticket, *verdict), where, all);
    }
    if (std::holds_alternative<policies::unwatched>(what)) end_all_of(ticket, where, all);
    return all;
}

notice notice_ledger::made_of(const ticket_id& ticket, const policies::notified& what,
                              const policies::stamp& where, const std::string& mode) const {
    const std::string event(event_of(what.step));
    const bool failed = what.step == policies::step_of_failure;
    about told;
    told.event = event;
    told.key = key_of(event, ticket, what);
    told.level = failed ? notice_level::critical : notice_level::warning;
    told.summary = summary_of(what.step, named_subject(ticket, what.policy, what.rule, what.who));
    told.text = what.text;
    notice one = made(told, where, mode);
    name_rule(one, ticket, what);
    return one;
}

notice notice_ledger::made_of(const ticket_id& ticket, const policies::proposed& what,
                              const policies::stamp& where, const std::string& mode) const {
    const std::string number = std::to_string(where.seq);
    const std::string call{to_text(what.what.what)};
    about told;
    told.event = proposal_open;
    told.key = key_of(proposal_open, ticket, what);
    told.summary =
        call + " waits for a person: " + named_subject(ticket, what.policy, what.rule, what.who);
    told.text = call + " is proposed; answer with `rolloutctl approve " + number +
                "` or `rolloutctl deny " + number + "`";
    if (what.expires) told.text += " until " + policies::to_text(*what.expires);
    if (!what.detail.empty()) told.text += " (" + what.detail + ")";
    notice one = made(told, where, mode);
    name_rule(one, ticket, what);
    return one;
}

std::vector<notice> notice_ledger::heard(const ticket_id& ticket, const policies::notified& what,
                                         const policies::stamp& where, const std::string& mode) {
    notice one = made_of(ticket, what, where, mode);
    std::vector<notice> all;
    if (one.event == rule_holds || one.event == rule_overridden)
        begin(std::move(one), all);
    else
        all.push_back(std::move(one));
    return all;
}

std::vector<notice> notice_ledger::heard(const ticket_id& ticket, const policies::proposed& what,
                                         const policies::stamp& where, const std::string& mode) {
    std::vector<notice> all;
    if (what.fate == policies::proposal_fate::open)
        begin(made_of(ticket, what, where, mode), all);
    else
        end(key_of(proposal_open, ticket, what), where, all);
    return all;
}

void notice_ledger::resume(const policies::ticket_state& state, const policies::policy_set& by,
                           timestamp now, const mode_source& mode_of) {
    std::vector<notice> not_told;
    for (const policies::proposal& each : state.proposals)
        begin(made_of(state.id, each.what, {each.id, each.at}, mode_of(each.what.policy)),
              not_told);
    // An override is told once for a rule, whatever its subjects.
    std::set<std::pair<std::string, std::string>> overridden;
    const auto begin_again = [&](notice one) {
        // Several may have the same record behind them, or none.
        one.id += "/" + one.key;
        std::ranges::replace(one.id, '\n', '/');
        begin(std::move(one), not_told);
    };
    for (const auto& [key, rule] : state.rules) {
        const std::string mode = mode_of(key.policy);
        // A policy that only observes has told nobody.
        const bool holds = rule.open && rule.reason != policies::not_judged && mode != "observe" &&
                           has_notified(rule, find_rule(by, key.policy, key.rule));
        policies::notified what{.policy = key.policy,
                                .rule = key.rule,
                                .who = key.who,
                                .episode = rule.episode,
                                .step = 0,
                                .text = "it was told before the daemon's last start"};
        const policies::stamp where{rule.decision, rule.true_since.value_or(now)};
        if (holds) begin_again(made_of(state.id, what, where, mode));
        what.step = policies::step_of_override;
        if (rule.overridden && rule.override_told && rule.reason != policies::not_judged &&
            overridden.emplace(key.policy, key.rule).second)
            begin_again(made_of(state.id, what, where, mode));
    }
}

std::vector<notice> notice_ledger::keep_rules_of(const policies::policy_set& by, timestamp now) {
    std::vector<std::string> gone;
    for (const auto& [key, each] : ongoing_) {
        if (!each.ticket.empty() && find_rule(by, each.policy, each.rule) == nullptr)
            gone.push_back(key);
    }
    std::vector<notice> all;
    for (const std::string& each : gone)
        end(each, {0, now}, all);
    return all;
}

std::vector<notice> notice_ledger::stand(const std::vector<condition>& all, timestamp now,
                                         const std::string& mode) {
    std::vector<notice> news;
    std::set<std::string> lasting;
    for (const condition& each : all) {
        const std::string key = key_of(each.event);
        lasting.insert(key);
        absent_.erase(key);
        if (const auto known = ongoing_.find(key); known != ongoing_.end()) {
            known->second.text = cut_short(each.text, longest_notice_text);
            continue;
        }
        about told;
        told.event = each.event;
        told.key = key;
        told.level = each.level;
        told.summary = "rolloutd: " + in_words(each.event);
        told.text = each.text;
        notice one = made(told, {each.seq, now}, mode);
        // Not all of them have a record, and then their time tells them apart.
        if (each.seq == 0) one.id = journal_ + "/" + each.event + "/" + policies::to_text(now);
        // They are few, so that there is always room for them.
        one.state = notice_state::began;
        ongoing_.insert_or_assign(key, one);
        news.push_back(std::move(one));
    }
    for (const auto& [key, each] : ongoing_)
        if (each.ticket.empty() && !lasting.contains(key)) absent_.try_emplace(key, now);
    for (auto each = absent_.begin(); each != absent_.end();) {
        const auto& [key, since] = *each;
        const bool over = now - since >= absent_for;
        if (over) end(key, {0, since}, news);
        each = over ? absent_.erase(each) : std::next(each);
    }
    return news;
}

}  // namespace rolloutd::daemon
