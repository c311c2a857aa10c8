#pragma once
// The words of single types on top of describe_json.h: times, enumerations, subjects, evidence, and
// the few members whose name in the journal is not their own. Included where text forms are made.

#include "daemon/journal/bodies.h"
#include "daemon/journal/describe_json.h"
#include "policies/event.h"
#include "policies/ticket_state.h"

namespace rolloutd::daemon::text {

template <>
struct codec<policies::timestamp> {
    static json::value write(policies::timestamp what) {
        return json::value(policies::to_text(what));
    }
    static policies::timestamp read(const json::value& from) {
        const auto parsed = policies::parse_timestamp(from_json<std::string>(from));
        if (!parsed) throw unreadable("a time like 2026-11-21T10:15:30.123Z is expected");
        return *parsed;
    }
};

// Unlike in configuration, a length may be negative and has no upper bound.
policies::duration read_duration(std::string_view text);

template <>
struct codec<policies::duration> {
    static json::value write(policies::duration what) {
        return json::value(policies::to_text(what));
    }
    static policies::duration read(const json::value& from) {
        return read_duration(from_json<std::string>(from));
    }
};

template <class T, std::optional<T> (*Parse)(std::string_view)>
struct word_codec {
    static json::value write(T what) { return json::value(std::string(policies::to_text(what))); }
    static T read(const json::value& from) {
        const std::string word = from_json<std::string>(from);
        const std::optional<T> parsed = Parse(word);
        if (!parsed) throw unreadable("'" + word + "' is not one of the known words");
        return *parsed;
    }
};

template <>
struct codec<policies::verdict> : word_codec<policies::verdict, policies::parse_verdict> {};
template <>
struct codec<policies::decision_outcome>
    : word_codec<policies::decision_outcome, policies::parse_decision_outcome> {};
template <>
struct codec<policies::suppression>
    : word_codec<policies::suppression, policies::parse_suppression> {};
template <>
struct codec<policies::answer_kind>
    : word_codec<policies::answer_kind, policies::parse_answer_kind> {};
template <>
struct codec<policies::effect_kind>
    : word_codec<policies::effect_kind, policies::parse_effect_kind> {};
template <>
struct codec<policies::pause_origin>
    : word_codec<policies::pause_origin, policies::parse_pause_origin> {};
template <>
struct codec<policies::proposal_fate>
    : word_codec<policies::proposal_fate, policies::parse_proposal_fate> {};
template <>
struct codec<policies::action> : word_codec<policies::action, policies::parse_action> {};

template <>
struct codec<policies::flight_phase> {
    static json::value write(policies::flight_phase what) {
        return boost::describe::enum_to_string(what, "unknown");
    }
    static policies::flight_phase read(const json::value& from) {
        policies::flight_phase phase{};
        if (!boost::describe::enum_from_string(from_json<std::string>(from).c_str(), phase))
            throw unreadable("not a phase of an operation");
        return phase;
    }
};

template <>
struct codec<policies::subject> {
    static json::value write(const policies::subject& what) {
        return json::value(policies::to_text(what));
    }
    static policies::subject read(const json::value& from) {
        const auto parsed = policies::parse_subject(from_json<std::string>(from));
        if (!parsed) throw unreadable("a subject like batch:2 is expected");
        return *parsed;
    }
};

// "web-fleet.yaml:17".
template <>
struct codec<policies::source_location> {
    static json::value write(const policies::source_location& what) {
        return json::value(what.file + ":" + std::to_string(what.line));
    }
    static policies::source_location read(const json::value& from) {
        const std::string whole = from_json<std::string>(from);
        const std::size_t colon = whole.rfind(':');
        if (colon == std::string::npos) throw unreadable("a place like file.yaml:17 is expected");
        return {whole.substr(0, colon), read_key<int>(std::string_view(whole).substr(colon + 1))};
    }
};

// As a key: "web-fleet/stuck-batch/batch:2".
template <>
struct codec<policies::rule_key> {
    static std::string key(const policies::rule_key& what) {
        return what.policy + "/" + what.rule + "/" + policies::to_text(what.who);
    }
    static policies::rule_key from_key(std::string_view text);
};

template <>
struct codec<policies::evidence_value> {
    static json::value write(const policies::evidence_value& what);
    static policies::evidence_value read(const json::value& from);
};

// An object, name to value; {"value":…,"arguments":[…]} where arguments are shown.
template <>
struct codec<std::vector<policies::evidence_item>> {
    static json::value write(const std::vector<policies::evidence_item>& what);
    static std::vector<policies::evidence_item> read(const json::value& from);
};

template <>
inline constexpr presence presence_of<policies::verdict_changed> = presence::always;
template <>
inline constexpr presence presence_of<policies::decided> = presence::always;
template <>
inline constexpr presence presence_of<policies::intended> = presence::always;
template <>
inline constexpr presence presence_of<policies::answered> = presence::always;
template <>
inline constexpr presence presence_of<policies::effected> = presence::always;
template <>
inline constexpr presence presence_of<policies::notified> = presence::always;
template <>
inline constexpr presence presence_of<policies::foreign> = presence::always;
template <>
inline constexpr presence presence_of<policies::person> = presence::always;
template <>
inline constexpr presence presence_of<policies::held> = presence::always;
template <>
inline constexpr presence presence_of<policies::released> = presence::always;
template <>
inline constexpr presence presence_of<policies::operated> = presence::always;
template <>
inline constexpr presence presence_of<policies::proposed> = presence::always;
template <>
inline constexpr presence presence_of<policies::operation> = presence::always;
template <>
inline constexpr presence presence_of<start_body> = presence::always;
template <>
inline constexpr presence presence_of<reload_body> = presence::always;
template <>
inline constexpr presence presence_of<seen_body> = presence::always;
template <>
inline constexpr presence presence_of<checkpoint_body> = presence::always;
template <>
inline constexpr presence presence_of<freeze_body> = presence::always;
template <>
inline constexpr presence presence_of<thaw_body> = presence::always;
template <>
inline constexpr presence presence_of<breaker_body> = presence::always;

template <>
constexpr std::string_view rename<policies::observed>(std::string_view member) {
    return member == "what" ? "reading" : member;
}
template <>
constexpr std::string_view rename<policies::intended>(std::string_view member) {
    return member == "what" ? "operation" : member;
}
template <>
constexpr std::string_view rename<policies::operation>(std::string_view member) {
    return member == "what" ? "do" : member;
}
template <>
constexpr std::string_view rename<policies::foreign>(std::string_view member) {
    return member == "what" ? "do" : member;
}
template <>
constexpr std::string_view rename<policies::proposed>(std::string_view member) {
    return member == "what" ? "operation" : member;
}
template <>
constexpr std::string_view rename<policies::flight>(std::string_view member) {
    return member == "what" ? "intended" : member;
}
template <>
constexpr std::string_view rename<policies::verdict_changed>(std::string_view member) {
    return member == "to" ? "verdict" : member;
}

template <>
struct key_of<policies::batch_info> {
    static constexpr auto member = &policies::batch_info::index;
    static constexpr std::string_view name = "index";
};
template <>
struct key_of<policies::batch_detail> {
    static constexpr auto member = &policies::batch_detail::index;
    static constexpr std::string_view name = "index";
};
template <>
struct key_of<policies::instance_info> {
    static constexpr auto member = &policies::instance_info::id;
    static constexpr std::string_view name = "id";
};
template <>
struct key_of<policies::status_row> {
    static constexpr auto member = &policies::status_row::status;
    static constexpr std::string_view name = "status";
};

}  // namespace rolloutd::daemon::text
