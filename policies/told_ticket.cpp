#include "policies/told_ticket.h"

#include "policies/told_words.h"

namespace rolloutd::policies {

std::vector<std::string> notes_of(const ticket_state& state, const fleet_view& fleet,
                                  timestamp now) {
    std::vector<std::string> notes;
    if (!state.last) {
        notes.push_back("the ticket has not been read yet: nothing is known of it");
    } else if (state.blind) {
        std::string text = "the ticket cannot be read (" + state.blind_cause + ")";
        if (const auto seen = last_seen(state)) {
            text += " and was last seen " + to_text(now - *seen) + " ago";
        }
        notes.push_back(text + ": only rules about being blind can be true");
    }
    if (state.people.hold) {
        const standing_hold& hold = *state.people.hold;
        notes.push_back("held by " + name_of(hold.by) + " since " + to_text(hold.since) + ": " +
                        hold.by.reason + "; `rolloutctl release " + state.id + "` ends it");
    }
    if (fleet.frozen) notes.push_back("all automation is frozen; `rolloutctl thaw` ends it");
    if (fleet.breaker_open) {
        notes.push_back(
            "the breaker is open: all but pause and notify is only proposed, until "
            "`rolloutctl breaker close`");
    }
    if (state.people.paused) {
        notes.push_back("a person paused it at " + to_text(*state.people.paused) +
                        ": no rule continues it before a person continues or releases it");
    }
    for (const flight& each : state.flights) {
        notes.push_back(action_said(each.what.what.what) + " (intent " +
                        std::to_string(each.intent) + ") is under way since " +
                        to_text(each.since));
    }
    return notes;
}

}  // namespace rolloutd::policies
