#include "policies/told_words.h"

#include <algorithm>
#include <chrono>

namespace rolloutd::policies {

namespace {

constexpr duration half_a_day = std::chrono::hours{12};

std::string_view meaning_of(suppression why) {
    switch (why) {
        case suppression::none: return "";
        case suppression::mode: return "the mode only lets it be recorded";
        case suppression::propose: return "it has to be approved by a person";
        case suppression::hold: return "the ticket is held";
        case suppression::freeze: return "all automation is frozen";
        case suppression::window: return "a window of the policy withholds it";
        case suppression::limit: return "its limit is used up";
        case suppression::cooldown: return "it has to cool down";
        case suppression::outranked: return "another rule goes first";
        case suppression::guarded: return "a rule that protects the ticket stands against it";
        case suppression::human: return "a person's own operation withholds it";
        case suppression::in_flight: return "another operation is under way";
        case suppression::illegal: return "the ticket's status does not allow it";
        case suppression::already: return "it is so already";
        case suppression::breaker:
            return "the breaker of the daemon's limits turns it into a proposal";
        case suppression::fleet_blind: return "too many tickets are unseen at once";
    }
    return "";
}

}  // namespace

std::string action_said(action what) {
    std::string text(to_text(what));
    std::ranges::replace(text, '_', ' ');
    return text;
}

std::string withheld_by(suppression why, const std::string& detail) {
    std::string text(meaning_of(why));
    text += " [" + std::string(to_text(why)) + "]";
    return detail.empty() ? text : text + ": " + detail;
}

std::string moment_said(timestamp at, timestamp now) {
    // Said too early, somebody would look and find that nothing has happened.
    const std::string text = to_text(timestamp(std::chrono::ceil<std::chrono::seconds>(at)));
    const std::string clock = text.substr(11, 8) + "Z";
    const bool near = at - now < half_a_day && now - at < half_a_day;
    return near ? clock : text.substr(0, 10) + " " + clock;
}

}  // namespace rolloutd::policies
