#include <string>
#include <variant>

#include "daemon/journal_recorder.h"
#include "policies/confidential.h"

namespace rolloutd::daemon {

namespace {

// A script's parameters and a host's messages may hold anything, passwords too: the journal knows
// how to keep them, the log leaves them out.
bool is_private(const policies::evidence_item& what) {
    return what.name.find("params") != std::string::npos ||
           what.name.find("message") != std::string::npos;
}

std::string evidence_text(const std::vector<policies::evidence_item>& items) {
    std::string text;
    for (const policies::evidence_item& each : items) {
        if (is_private(each)) continue;
        if (!text.empty()) text += ", ";
        text += each.name + " = " + policies::text_of(each.value);
        if (each.arguments.empty()) continue;
        text += " of (";
        for (std::size_t k = 0; k < each.arguments.size(); ++k) {
            if (k > 0) text += ", ";
            text += policies::text_of(each.arguments[k]);
        }
        text += ")";
    }
    return text;
}

// Empty for what a person asked for.
std::string rule_of(const auto& what) {
    return what.rule.empty() ? std::string{} : what.policy + "/" + what.rule;
}

std::string number_of(const auto& what) { return what ? std::to_string(*what) : std::string{}; }

// What belongs to one event: which ticket, which record.
class story {
public:
    story(event_log& log, const policies::ticket_id& id, sequence seq)
        : log_(log), id_(id), seq_(std::to_string(seq)) {}

    void operator()(const policies::watched& what) const {
        log_.info("watch", {{"ticket", id_}, {"source", what.source}, {"seq", seq_}});
    }
    void operator()(const policies::unwatched&) const {}  // the fleet says why
    void operator()(const policies::observed& what) const {
        log_.debug("observe", {{"ticket", id_}, {"status", what.what.info.status}, {"seq", seq_}});
    }
    void operator()(const policies::blinded& what) const {
        log_.warning("blind", {{"ticket", id_},
                               {"origin", what.origin},
                               {"code", what.code},
                               {"detail", what.detail},
                               {"seq", seq_}});
    }
    void operator()(const policies::verdict_changed& what) const {
        log_.debug("verdict", {{"ticket", id_},
                               {"rule", what.policy + "/" + what.rule},
                               {"subject", policies::to_text(what.who)},
                               {"verdict", std::string(to_text(what.to))},
                               {"reason", what.reason},
                               {"seq", seq_}});
    }
    void operator()(const policies::decided& what) const {
        log_.info("decision",
                  {{"ticket", id_},
                   {"rule", what.policy + "/" + what.rule},
                   {"subject", policies::to_text(what.who)},
                   {"do", std::string(to_text(what.do_))},
                   {"outcome", std::string(to_text(what.outcome))},
                   {"reason", std::string(to_text(what.reason))},
                   {"detail", what.detail},
                   {"evidence", evidence_text(what.evidence)},
                   {"source", what.source.file + ":" + std::to_string(what.source.line)},
                   {"seq", seq_}});
    }
    void operator()(const policies::intended& what) const {
        log_.info("intent", {{"ticket", id_},
                             {"rule", rule_of(what)},
                             {"by", what.by},
                             {"do", std::string(to_text(what.what.what))},
                             {"try", std::to_string(what.attempt)},
                             {"decision", std::to_string(what.decision)},
                             {"seq", seq_}});
    }
    void operator()(const policies::answered&) const {}  // the executor has told it
    void operator()(const policies::effected& what) const {
        const bool bad = what.effect == policies::effect_kind::refused ||
                         what.effect == policies::effect_kind::lost;
        const log_fields fields{{"ticket", id_},
                                {"effect", std::string(to_text(what.effect))},
                                {"detail", what.detail},
                                {"intent", std::to_string(what.intent)},
                                {"seq", seq_}};
        if (bad) {
            log_.warning("effect", fields);
        } else {
            log_.info("effect", fields);
        }
    }
    void operator()(const policies::notified& what) const {
        log_.warning(
            "notify",
            {{"ticket", id_}, {"rule", rule_of(what)}, {"text", what.text}, {"seq", seq_}});
    }
    void operator()(const policies::foreign& what) const {
        log_.info("foreign", {{"ticket", id_},
                              {"do", std::string(to_text(what.what))},
                              {"detail", what.detail},
                              {"seq", seq_}});
    }
    void operator()(const policies::restarted&) const {}
    void operator()(const policies::held& what) const {
        log_.warning("hold", {{"ticket", id_},
                              {"by", policies::name_of(what)},
                              {"reason", what.reason},
                              {"seq", seq_}});
    }
    void operator()(const policies::released& what) const {
        log_.warning("release", {{"ticket", id_},
                                 {"by", policies::name_of(what)},
                                 {"reason", what.reason},
                                 {"seq", seq_}});
    }
    void operator()(const policies::operated& what) const {
        log_.warning("operator", {{"ticket", id_},
                                  {"by", policies::name_of(what)},
                                  {"command", what.command},
                                  {"proposal", number_of(what.proposal)},
                                  {"batch", number_of(what.batch)},
                                  {"instance", number_of(what.instance)},
                                  {"refused", what.refused},
                                  {"reason", what.reason},
                                  {"seq", seq_}});
    }
    void operator()(const policies::proposed& what) const {
        const bool open = what.fate == policies::proposal_fate::open;
        log_.warning("proposal", {{"ticket", id_},
                                  {"rule", rule_of(what)},
                                  {"subject", policies::to_text(what.who)},
                                  {"do", std::string(to_text(what.what.what))},
                                  {"fate", std::string(to_text(what.fate))},
                                  {"proposal", open ? seq_ : number_of(what.proposal)},
                                  {"expires", what.expires ? policies::to_text(*what.expires) : ""},
                                  {"detail", what.detail},
                                  {"seq", seq_}});
    }

private:
    event_log& log_;
    const policies::ticket_id& id_;
    std::string seq_;
};

}  // namespace

void narrate(event_log& log, const policies::ticket_id& id, const policies::event& what,
             sequence seq) {
    std::visit(story(log, id, seq), what);
}

}  // namespace rolloutd::daemon
