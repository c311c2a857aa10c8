#include "daemon/cli/past_decision.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <cstdio>

#include "daemon/journal/history.h"
#include "policies/cel/value.h"

namespace rolloutd::daemon::cli {

namespace json = boost::json;

namespace {

std::string member(const json::object& from, std::string_view name) {
    const json::value* const found = from.if_contains(json::string_view(name));
    if (found == nullptr || found->is_null()) return {};
    const std::string text =
        found->is_string() ? json::value_to<std::string>(*found) : json::serialize(*found);
    return harmless(text);
}

std::optional<sequence> number(const json::object& from, std::string_view name) {
    const json::value* const found = from.if_contains(json::string_view(name));
    if (found == nullptr) return std::nullopt;
    boost::system::error_code wrong;
    const auto value = found->to_number<sequence>(wrong);
    return wrong ? std::nullopt : std::optional(value);
}

// Numbers as people write them; a share is in percent.
std::string number_text(const json::value& what, bool share) {
    if (!what.is_double()) return harmless(json::serialize(what));
    if (!share) return policies::cel::value::real(what.get_double()).text();
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f%%", what.get_double());
    return text.data();
}

// "3 of 24 = 12.5%" of a value that is shown with its arguments.
std::string value_text(std::string_view name, const json::value& what) {
    const bool share = name.starts_with("percent");
    const json::object* const shown = what.if_object();
    const json::value* const arguments =
        shown == nullptr ? nullptr : shown->if_contains("arguments");
    const json::value* const result = shown == nullptr ? nullptr : shown->if_contains("value");
    if (arguments == nullptr || !arguments->is_array() || result == nullptr) {
        return number_text(what, share);
    }
    std::string text;
    for (const json::value& each : arguments->get_array())
        text += (text.empty() ? "" : " of ") + number_text(each, false);
    return text + " = " + number_text(*result, share);
}

// "act pause", "suppressed pause [hold]: held by ana: …".
std::string outcome_text(const json::object& what) {
    std::string text = member(what, "outcome") + " " + member(what, "do");
    const std::string reason = member(what, "reason");
    const std::string detail = member(what, "detail");
    if (!reason.empty()) text += " [" + reason + "]";
    if (!detail.empty()) text += ": " + detail;
    return text;
}

}  // namespace

void past_decision::take(const record& what, std::string_view line) {
    const std::string& kind = what.head.kind;
    if (kind == "decision" && what.head.seq == wanted_) {
        decision_ = what;
        lines_.emplace_back(line);
        return;
    }
    if (!decision_) {
        if (kind == "observe") reading_ = what;
        return;
    }
    const auto refers_to = [&what](std::string_view name, sequence to) {
        return number(what.body, name) == to;
    };
    bool follows = (kind == "intent" || kind == "proposal") && refers_to("decision", wanted_);
    if (kind == "result" || kind == "effect") {
        follows = std::ranges::any_of(followed_, [&](const record& each) {
            return each.head.kind == "intent" && refers_to("intent", each.head.seq);
        });
    }
    if (!follows) return;
    followed_.push_back(what);
    lines_.emplace_back(line);
}

std::string past_decision::text(const palette& colours) const {
    const json::object& body = decision_->body;
    std::string text = colours(paint::bold, "decision " + std::to_string(wanted_)) + " at " +
                       policies::to_text(decision_->head.at) + " for " +
                       harmless(decision_->head.ticket) + "\n";
    text += "  rule " + member(body, "policy") + "/" + member(body, "rule") + " at " +
            member(body, "source") + ", policy " + member(body, "policy_sha256").substr(0, 16) +
            "…\n";
    text += "  subject " + member(body, "subject") + ", episode " + member(body, "episode") +
            ", step " + member(body, "step") + "\n";
    if (reading_) {
        text += "  rests on the reading of record " + std::to_string(reading_->head.seq) + " at " +
                policies::to_text(reading_->head.at) + ", or an equal later one\n";
    }
    text += "  " + outcome_text(body) + "\n";
    const json::value* const evidence = body.if_contains("evidence");
    if (evidence != nullptr && evidence->is_object()) {
        for (const auto& each : evidence->get_object())
            text += "    " + harmless(std::string(each.key())) + ": " +
                    value_text(each.key(), each.value()) + "\n";
    }
    return text + tail();
}

std::string past_decision::tail() const {
    std::string text;
    for (const record& each : followed_)
        text += "  " + harmless(table_line(each)) + "\n";
    if (followed_.empty()) text += "  nothing was sent for it\n";
    return text;
}

std::string past_decision::json() const {
    std::string text = "[";
    for (const std::string& each : lines_)
        text += (text.size() == 1 ? "" : ",") + each;
    return text + "]\n";
}

}  // namespace rolloutd::daemon::cli
