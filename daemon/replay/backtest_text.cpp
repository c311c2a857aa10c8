#include "daemon/replay/backtest_text.h"

#include <boost/json/array.hpp>

#include "daemon/counted.h"
#include "daemon/journal/json_text.h"
#include "policies/diagnostic.h"

namespace rolloutd::daemon {

namespace json = boost::json;
using policies::printable;
using policies::to_text;

namespace {

std::string minutes(duration length) {
    return counted(std::chrono::duration_cast<std::chrono::minutes>(length).count(), "minute");
}

std::string of_act(const tried_act& what) {
    std::string text = to_text(what.at) + " " + what.rule + ": " + std::string(to_text(what.what));
    if (what.who.kind != policies::subject_kind::ticket) text += " on " + to_text(what.who);
    if (what.outcome != policies::decision_outcome::act)
        text += " (" + std::string(to_text(what.outcome)) + ")";
    return printable(text);
}

// Of a side that did not pause.
std::string of_wish(const std::optional<tried_act>& what) {
    if (!what) return "";
    return what->outcome == policies::decision_outcome::propose ? " (only proposed)"
                                                                : " (only observed)";
}

std::string of_pauses(const tried_ticket& what) {
    if (what.new_pause && what.old_pause) {
        const duration by = what.new_pause->at - what.old_pause->at;
        if (by == duration::zero()) return "paused at the same time";
        return by < duration::zero() ? "paused " + to_text(-by) + " sooner"
                                     : "paused " + to_text(by) + " later";
    }
    if (what.new_pause) return "paused, and was not" + of_wish(what.old_wish);
    return what.old_pause ? "not paused" + of_wish(what.new_wish) + ", and was"
                          : "not paused by either";
}

std::string render_ticket(const tried_ticket& what) {
    std::string text = "\n" + printable(what.id) +
                       (what.name.empty() ? "" : " (" + printable(what.name) + ")") + ": " +
                       of_pauses(what) + "; ended " + printable(what.status) + "\n";
    for (const tried_act& each : what.only_new)
        text += "  would have been  " + of_act(each) + "\n";
    for (const tried_act& each : what.only_old)
        text += "  was              " + of_act(each) + "\n";
    if (what.untouched > 0)
        text += "  " + counted(what.untouched, "instance") + " would not have been touched\n";
    if (what.needless > duration::zero())
        text += "  needless: held for " + minutes(what.needless) +
                " though the rollout kept its success_rate\n";
    return text;
}

json::object to_json(const tried_act& what) {
    json::object out;
    out["at"] = to_text(what.at);
    out["rule"] = what.rule;
    out["do"] = to_text(what.what);
    out["subject"] = to_text(what.who);
    out["outcome"] = to_text(what.outcome);
    return out;
}

double seconds(duration length) { return static_cast<double>(length.count()) / 1000.0; }

json::array to_json(const std::vector<tried_act>& all) {
    json::array out;
    for (const tried_act& each : all)
        out.push_back(to_json(each));
    return out;
}

json::object to_json(const tried_ticket& what) {
    json::object out;
    out["ticket"] = what.id;
    out["name"] = what.name;
    out["differs_at"] = to_text(what.differs_at);
    if (what.new_pause) out["new_pause"] = to_json(*what.new_pause);
    if (what.old_pause) out["old_pause"] = to_json(*what.old_pause);
    if (what.new_wish) out["new_pause_not_made"] = to_json(*what.new_wish);
    if (what.old_wish) out["old_pause_not_made"] = to_json(*what.old_wish);
    if (what.new_pause && what.old_pause)
        out["sooner_by"] = seconds(what.old_pause->at - what.new_pause->at);
    out["would_have_been"] = to_json(what.only_new);
    out["was"] = to_json(what.only_old);
    out["untouched"] = what.untouched;
    out["needless"] = seconds(what.needless);
    out["ended"] = what.status;
    return out;
}

}  // namespace

namespace {

// What was not judged comes first: the sums are without it.
std::string render_unjudged(const backtest_report& what) {
    std::string text;
    for (const auto& [policy, why] : what.left_out)
        text += "undetermined: not recorded: policy " + printable(policy) +
                " is left out, it names " + printable(why) + "\n";
    if (!what.left_out.empty())
        text +=
            "  what recorded policies of the same name did is not compared where they are left "
            "out\n";
    for (const auto& [why, times] : what.undetermined)
        text += "undetermined: " + why + ": " + counted(times, "ticket") + "\n";
    return text;
}

std::string render_sums(const backtest_report& what) {
    std::string text = "  paused by both " + std::to_string(what.paused_by_both) +
                       ", of these sooner " + std::to_string(what.paused_sooner) + " (by " +
                       to_text(what.sooner_by) + " in all) and later " +
                       std::to_string(what.paused_later) + " (by " + to_text(what.later_by) + ")\n";
    text += "  paused by the new policies alone " + std::to_string(what.paused_only_new) +
            ", by the recorded ones alone " + std::to_string(what.paused_only_old) + "\n";
    text += "  a pause only proposed or observed by the new policies " +
            std::to_string(what.wished_new) + ", by the recorded ones " +
            std::to_string(what.wished_old) + "\n";
    text += "  " + counted(what.untouched, "instance") + " would not have been touched\n";
    return text + "  " + counted(what.needless_holds, "needless hold") + ", " +
           minutes(what.needless) + " in all (an estimate: until the recorded pause or end)\n";
}

}  // namespace

std::string render_backtest(const backtest_report& what) {
    std::string text = render_unjudged(what);
    const std::string of =
        " (" + counted(what.records, "record") + ", " + counted(what.steps, "step") + ")\n";
    if (what.tried == 0) return text + "nothing judged of " + counted(what.tickets, "ticket") + of;
    text += std::to_string(what.differing) + " of " + counted(what.tried, "ticket") +
            " would have been treated otherwise" + of;
    text += render_sums(what);
    if (what.differing > 0)
        text +=
            "Each ticket is judged up to the first operation that differs; what was recorded "
            "after it would not have come about.\n";
    for (const tried_ticket& each : what.otherwise)
        text += render_ticket(each);
    if (what.differing > what.otherwise.size())
        text += "\nand " + std::to_string(what.differing - what.otherwise.size()) + " more\n";
    return text;
}

std::string backtest_to_json(const backtest_report& what) {
    json::object out;
    out["differs"] = what.differing > 0;
    out["records"] = what.records;
    out["steps"] = what.steps;
    out["tickets"] = what.tickets;
    out["judged"] = what.tried;
    out["differing"] = what.differing;
    out["paused_by_both"] = what.paused_by_both;
    out["paused_sooner"] = what.paused_sooner;
    out["sooner_by"] = seconds(what.sooner_by);
    out["paused_later"] = what.paused_later;
    out["later_by"] = seconds(what.later_by);
    out["paused_only_new"] = what.paused_only_new;
    out["paused_only_old"] = what.paused_only_old;
    out["only_proposed_or_observed_new"] = what.wished_new;
    out["only_proposed_or_observed_old"] = what.wished_old;
    out["untouched"] = what.untouched;
    out["needless_holds"] = what.needless_holds;
    out["needless"] = seconds(what.needless);
    json::object left_out;
    for (const auto& [policy, why] : what.left_out)
        left_out[policy] = why;
    out["left_out"] = std::move(left_out);
    json::object undetermined;
    for (const auto& [why, times] : what.undetermined)
        undetermined[why] = times;
    out["undetermined"] = std::move(undetermined);
    json::array otherwise;
    for (const tried_ticket& each : what.otherwise)
        otherwise.push_back(to_json(each));
    out["otherwise"] = std::move(otherwise);
    return json_text(out) + "\n";
}

}  // namespace rolloutd::daemon
