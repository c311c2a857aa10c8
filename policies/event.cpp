#include "policies/event.h"

#include <array>
#include <utility>

namespace rolloutd::policies {

namespace {

template <class Enum, std::size_t Size>
using word_table = std::array<std::pair<Enum, std::string_view>, Size>;

constexpr word_table<verdict, 3> verdict_words{{
    {verdict::no, "false"},
    {verdict::yes, "true"},
    {verdict::undetermined, "undetermined"},
}};

constexpr word_table<decision_outcome, 4> outcome_words{{
    {decision_outcome::act, "act"},
    {decision_outcome::propose, "propose"},
    {decision_outcome::observe, "observe"},
    {decision_outcome::suppressed, "suppressed"},
}};

constexpr word_table<suppression, 16> suppression_words{{
    {suppression::none, ""},
    {suppression::mode, "mode"},
    {suppression::propose, "propose"},
    {suppression::hold, "hold"},
    {suppression::freeze, "freeze"},
    {suppression::window, "window"},
    {suppression::limit, "limit"},
    {suppression::cooldown, "cooldown"},
    {suppression::outranked, "outranked"},
    {suppression::guarded, "guarded"},
    {suppression::human, "human"},
    {suppression::in_flight, "in_flight"},
    {suppression::illegal, "illegal"},
    {suppression::already, "already"},
    {suppression::breaker, "breaker"},
    {suppression::fleet_blind, "fleet_blind"},
}};

constexpr word_table<answer_kind, 4> answer_words{{
    {answer_kind::accepted, "accepted"},
    {answer_kind::refused, "refused"},
    {answer_kind::not_executed, "not_executed"},
    {answer_kind::unknown, "unknown"},
}};

constexpr word_table<effect_kind, 7> effect_words{{
    {effect_kind::confirmed, "confirmed"},
    {effect_kind::refused, "refused"},
    {effect_kind::pending, "pending"},
    {effect_kind::lost, "lost"},
    {effect_kind::overtaken, "overtaken"},
    {effect_kind::unknown, "unknown"},
    {effect_kind::withdrawn, "withdrawn"},
}};

constexpr word_table<proposal_fate, 3> fate_words{{
    {proposal_fate::open, "open"},
    {proposal_fate::expired, "expired"},
    {proposal_fate::withdrawn, "withdrawn"},
}};

constexpr word_table<pause_origin, 5> origin_words{{
    {pause_origin::none, ""},
    {pause_origin::rotation, "rotation"},
    {pause_origin::policy, "policy"},
    {pause_origin::operator_, "operator"},
    {pause_origin::other, "other"},
}};

template <class Enum, std::size_t Size>
std::string_view word_of(const word_table<Enum, Size>& table, Enum what) {
    for (const auto& [value, word] : table) {
        if (value == what) return word;
    }
    return {};
}

template <class Enum, std::size_t Size>
std::optional<Enum> value_of(const word_table<Enum, Size>& table, std::string_view text) {
    for (const auto& [value, word] : table) {
        if (word == text) return value;
    }
    return std::nullopt;
}

// In the order of the variant `event`.
constexpr std::array<std::string_view, std::variant_size_v<event>> kinds{
    "watch",  "unwatch", "observe", "blind", "verdict", "decision", "intent",   "result",
    "effect", "notify",  "foreign", "start", "hold",    "release",  "operator", "proposal"};

}  // namespace

std::string_view to_text(verdict what) { return word_of(verdict_words, what); }
std::optional<verdict> parse_verdict(std::string_view text) {
    return value_of(verdict_words, text);
}

std::string_view to_text(decision_outcome what) { return word_of(outcome_words, what); }
std::optional<decision_outcome> parse_decision_outcome(std::string_view text) {
    return value_of(outcome_words, text);
}

std::string_view to_text(suppression what) { return word_of(suppression_words, what); }
std::optional<suppression> parse_suppression(std::string_view text) {
    return value_of(suppression_words, text);
}

std::string_view to_text(answer_kind what) { return word_of(answer_words, what); }
std::optional<answer_kind> parse_answer_kind(std::string_view text) {
    return value_of(answer_words, text);
}

std::string_view to_text(effect_kind what) { return word_of(effect_words, what); }
std::optional<effect_kind> parse_effect_kind(std::string_view text) {
    return value_of(effect_words, text);
}

std::string_view to_text(pause_origin what) { return word_of(origin_words, what); }
std::optional<pause_origin> parse_pause_origin(std::string_view text) {
    return value_of(origin_words, text);
}

std::string_view to_text(proposal_fate what) { return word_of(fate_words, what); }
std::optional<proposal_fate> parse_proposal_fate(std::string_view text) {
    return value_of(fate_words, text);
}

std::string name_of(const person& who) {
    return who.author.empty() ? "uid " + std::to_string(who.uid) : who.author;
}

person the_daemon(std::uint32_t uid, std::string reason) {
    return {.uid = uid, .author = "rolloutd", .reason = std::move(reason)};
}

std::string_view kind_of(const event& what) { return kinds[what.index()]; }

}  // namespace rolloutd::policies
