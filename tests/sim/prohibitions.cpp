#include "tests/sim/prohibitions.h"

namespace rolloutd::sim {

namespace {

// Nothing came of it, and nothing was recorded.
bool is_refused(int status) { return status >= 400 && status != 503; }

}  // namespace

void prohibitions::asked(const target& what, bool forbid) {
    standing& now = open_[what];
    (forbid ? now.asked : now.lifted) = true;
}

std::string prohibitions::answered(const target& what, bool forbid, const act_answer& said) {
    standing& now = open_[what];
    if (is_refused(said.status)) {
        (forbid ? now.asked : now.lifted) = false;
        return "";
    }
    if (said.status != 200 || !said.recorded || said.seq <= durable_) return "";
    return "acknowledged record " + std::to_string(said.seq) +
           ", which is not durable: " + said.text;
}

void prohibitions::became_durable(const daemon::envelope& what) {
    durable_ = what.seq;
    if (what.kind == "unwatch") {
        open_.erase(what.ticket);
        recorded_.erase(what.ticket);
    }
    const bool forbids = what.kind == "freeze" || what.kind == "hold";
    const bool lifts = what.kind == "thaw" || what.kind == "release";
    if (!forbids && !lifts) return;
    standing& now = open_[what.ticket];
    (forbids ? now.asked : now.lifted) = false;
    recorded_[what.ticket] = forbids;
}

void prohibitions::process_died() {
    for (auto& [what, now] : open_) {
        if (now.lifted) recorded_[what] = false;
        now = {};
    }
}

bool prohibitions::is_forbidden(const target& what) const {
    const auto found = recorded_.find(what);
    const auto open = open_.find(what);
    return (found != recorded_.end() && found->second) ||
           (open != open_.end() && open->second.asked);
}

std::string prohibitions::against(const std::string& ticket) const {
    if (is_forbidden("")) return "freeze";
    return is_forbidden(ticket) ? "hold" : "";
}

}  // namespace rolloutd::sim
