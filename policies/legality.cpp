#include "policies/legality.h"

#include "policies/tally.h"

namespace rolloutd::policies {

namespace {

legal_opinion illegal(std::string detail) {
    return {.is = legality::illegal, .detail = std::move(detail)};
}

legal_opinion already(std::string detail) {
    return {.is = legality::already, .detail = std::move(detail)};
}

// The ticket is where the action would bring it.
bool is_at_goal(action what, status_word status) {
    if (what == action::pause) {
        return status == status_word::paused || status == status_word::abnormal;
    }
    return what == action::cancel && status == status_word::canceled;
}

legal_opinion judge_batch(const operation& what, const reading& last) {
    if (!what.batch) return illegal("the current batch is not known");
    if (!last.info.current_batch) return illegal("the current batch is not known");
    if (*what.batch < *last.info.current_batch) {
        return already("batch " + std::to_string(*what.batch) + " is behind the current one");
    }
    if (*what.batch > *last.info.current_batch) {
        return illegal("batch " + std::to_string(*what.batch) + " is not the current one");
    }
    return {};
}

legal_opinion judge_instance(const operation& what, const ticket_state& state) {
    if (!what.instance) return illegal("the rule does not name an instance");
    const instance_info* info = find_instance(*state.last, *what.instance);
    if (info == nullptr) return illegal("the instance was not read");
    const status_word status = classify(info->status);
    if (status == status_word::canceled) return already("the instance is CANCELED");
    if (status != status_word::ready && status != status_word::processing) {
        return illegal("the instance is " + info->status);
    }
    return {};
}

}  // namespace

operation operation_for(action what, const subject& who, int batch, const reading& last) {
    operation call{.what = what, .batch = std::nullopt, .instance = std::nullopt};
    if (what == action::skip_batch) {
        call.batch =
            who.kind == subject_kind::ticket ? last.info.current_batch : std::optional<int>{batch};
    }
    if (what == action::cancel_instance && who.kind == subject_kind::instance) {
        call.instance = who.number;
    }
    return call;
}

legal_opinion judge_legality(const operation& what, const ticket_state& state,
                             const legal_table& table) {
    const reading& last = *state.last;
    const status_word status = classify(last.info.status);
    const auto allowed = table.find(what.what);
    if (allowed == table.end() || !allowed->second.contains(status)) {
        if (is_at_goal(what.what, status)) return already("the ticket is " + last.info.status);
        return illegal("the ticket is " + last.info.status);
    }
    if (what.what == action::skip_batch) return judge_batch(what, last);
    if (what.what == action::cancel_instance) return judge_instance(what, state);
    return {};
}

}  // namespace rolloutd::policies
