#include "policies/operation.h"

#include <array>
#include <charconv>
#include <utility>

namespace rolloutd::policies {
namespace {

constexpr std::array<std::pair<std::string_view, action>, 6> actions_by_word{{
    {"cancel", action::cancel},
    {"pause", action::pause},
    {"skip_batch", action::skip_batch},
    {"cancel_instance", action::cancel_instance},
    {"continue", action::continue_ticket},
    {"notify", action::notify},
}};

// The digits of a positive number without sign or leading zero, so that every subject has one
// spelling.
std::optional<std::int64_t> parse_number(std::string_view text) {
    if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

}  // namespace

std::string_view to_text(action what) {
    for (const auto& [text, word] : actions_by_word)
        if (word == what) return text;
    return "unknown";
}

std::optional<action> parse_action(std::string_view text) {
    for (const auto& [word, what] : actions_by_word)
        if (word == text) return what;
    return std::nullopt;
}

std::string to_text(const subject& who) {
    switch (who.kind) {
        case subject_kind::ticket: return "ticket";
        case subject_kind::batch: return "batch:" + std::to_string(who.number);
        case subject_kind::instance: return "instance:" + std::to_string(who.number);
    }
    return "ticket";
}

std::optional<subject> parse_subject(std::string_view text) {
    if (text == "ticket") return subject{};
    subject who;
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view kind = text.substr(0, colon);
    if (kind == "batch")
        who.kind = subject_kind::batch;
    else if (kind == "instance")
        who.kind = subject_kind::instance;
    else
        return std::nullopt;
    const std::optional<std::int64_t> number = parse_number(text.substr(colon + 1));
    if (!number) return std::nullopt;
    who.number = *number;
    return who;
}

}  // namespace rolloutd::policies
