#include "daemon/replay/replay_text.h"

#include <boost/json/array.hpp>

#include "daemon/counted.h"
#include "daemon/journal/json_text.h"
#include "policies/diagnostic.h"

namespace rolloutd::daemon {

namespace json = boost::json;

namespace {

std::string render_difference(const replay_difference& what) {
    using policies::printable;
    std::string text = printable(what.place.file) + ":" + std::to_string(what.place.line) +
                       ": record " + std::to_string(what.seq) + ", " + printable(what.ticket) +
                       " at " + policies::to_text(what.at) + ": ";
    if (what.recorded.empty())
        text += "the engine concludes more than was recorded";
    else if (what.produced.empty())
        text += "the engine does not conclude what was recorded";
    else
        text += "the engine concludes otherwise";
    text += "\n  recorded: " + (what.recorded.empty() ? "nothing more" : printable(what.recorded));
    text += "\n  produced: " + (what.produced.empty() ? "nothing" : printable(what.produced));
    return text + "\n";
}

// Where nothing was compared nothing is in order, either.
std::string headline_of(const replay_report& what) {
    if (!what.differences.empty()) return "differs: ";
    return what.compared > 0 ? "ok: " : "nothing compared: ";
}

}  // namespace

std::string render_replay(const replay_report& what) {
    std::string text = headline_of(what);
    text += counted(what.compared, "record") + " of " + counted(what.tickets.size(), "ticket") +
            " concluded again in " + counted(what.steps, "step");
    std::uint64_t unknown = 0;
    for (const auto& [why, times] : what.undetermined)
        unknown += times;
    if (unknown > 0) text += ", " + counted(unknown, "step") + " undetermined";
    text += ", of " + counted(what.records, "record") + " read\n";
    if (what.cut_short > 0)
        text += counted(what.cut_short, "step") + " cut short by the end of a run\n";
    for (const auto& [why, times] : what.undetermined)
        text += "undetermined: " + policies::printable(why) + ": " + counted(times, "step") + "\n";
    for (const std::string& each : what.versions)
        if (each != ROLLOUTD_VERSION)
            text += "recorded by version " + policies::printable(each) + ", replayed by " +
                    ROLLOUTD_VERSION + "\n";
    for (const replay_difference& each : what.differences)
        text += render_difference(each);
    return text;
}

std::string replay_to_json(const replay_report& what) {
    json::object out;
    out["equal"] = what.differences.empty() && what.compared > 0;
    out["records"] = what.records;
    out["steps"] = what.steps;
    out["compared"] = what.compared;
    out["tickets"] = what.tickets.size();
    out["cut_short"] = what.cut_short;
    json::object kinds;
    for (const auto& [kind, times] : what.kinds)
        kinds[kind] = times;
    out["kinds"] = std::move(kinds);
    json::object undetermined;
    for (const auto& [why, times] : what.undetermined)
        undetermined[why] = times;
    out["undetermined"] = std::move(undetermined);
    json::array differences;
    for (const replay_difference& each : what.differences) {
        json::object told;
        told["seq"] = each.seq;
        told["file"] = each.place.file;
        told["line"] = each.place.line;
        told["at"] = policies::to_text(each.at);
        told["ticket"] = each.ticket;
        told["kind"] = each.kind;
        told["recorded"] = each.recorded;
        told["produced"] = each.produced;
        differences.push_back(std::move(told));
    }
    out["differences"] = std::move(differences);
    return json_text(out) + "\n";
}

}  // namespace rolloutd::daemon
