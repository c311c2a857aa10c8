#include "policies/trial/trial_words.h"

namespace rolloutd::policies::trial {

std::string rule_text(const std::string& rule, const subject& who) {
    const std::string subject = subject_name(who);
    return subject.empty() ? rule : rule + " " + subject;
}

// "pause", "would pause", "asks to pause", "window withholds pause".
std::string act_text(action what, decision_outcome outcome, suppression why) {
    const std::string word{to_text(what)};
    switch (outcome) {
        case decision_outcome::act: return word;
        case decision_outcome::propose: return "propose " + word;
        case decision_outcome::observe: return "observe " + word;
        case decision_outcome::suppressed:
            return word + " suppressed (" + std::string{to_text(why)} + ")";
    }
    return word;
}

std::string when_text(const expectation& what) {
    if (!what.timed) return "at any time";
    if (what.when.from == what.when.to) return "at " + to_text(what.when.from);
    return "between " + to_text(what.when.from) + " and " + to_text(what.when.to);
}

std::string verdict_text(const verdict_point& what) {
    if (!what.says) return "unmatched";
    std::string text{to_text(*what.says)};
    if (!what.reason.empty()) text += "(" + what.reason + ")";
    return text;
}

std::string evidence_text(const evidence_value& what) {
    if (const auto* flag = std::get_if<bool>(&what)) return *flag ? "true" : "false";
    if (const auto* number = std::get_if<std::int64_t>(&what)) return std::to_string(*number);
    if (const auto* real = std::get_if<double>(&what)) return cel::value::real(*real).text();
    return std::get<std::string>(what);
}

}  // namespace rolloutd::policies::trial
