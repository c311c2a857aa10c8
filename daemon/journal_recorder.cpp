#include "daemon/journal_recorder.h"

#include "api/gateway.h"
#include "policies/check.h"
#include "policies/fleet_rules.h"

namespace rolloutd::daemon {

policies::stamp journal_recorder::record(const policies::ticket_id& id, const policies::event& what,
                                         timestamp at) {
    around_.time.set(at);
    const bool was_open = around_.to.fleet().ledger.breaker_open;
    const policies::stamp where = append(id, what);
    if (!was_open && around_.to.fleet().ledger.breaker_open) open_breaker();
    around_.time.set(std::nullopt);
    around_.counters.recorded();
    if (const auto* decided = std::get_if<policies::decided>(&what)) {
        around_.counters.decided(decided->outcome, decided->reason);
    }
    const auto* told = std::get_if<policies::notified>(&what);
    if (told != nullptr && told->step == policies::step_of_alarm) {
        around_.counters.tripped(policies::limit_named(told->text));
    }
    if (around_.narrate) narrate(around_.log, id, what, where.seq);
    if (around_.heard) around_.heard(id, what, where);
    return where;
}

// The decision has opened it; the record says so in its own words, for those who look for it.
void journal_recorder::open_breaker() {
    const std::string why = around_.to.fleet().ledger.breaker_why;
    breaker_body opened;
    opened.reason = why;
    opened.open = true;
    around_.to.append(daemon_body{opened});
    around_.counters.recorded();
    around_.counters.tripped(policies::limit_named(why));
    around_.log.error("breaker_open", {{"reason", why},
                                       {"consequence",
                                        "all but pause and notify is proposed until a person "
                                        "closes it: rolloutctl breaker close --reason …"}});
}

policies::fleet_view journal_recorder::fleet(const policies::ticket_id& id, timestamp now) const {
    return policies::view_of(around_.to.fleet().ledger, id, now);
}

policies::stamp journal_recorder::append(const policies::ticket_id& id,
                                         const policies::event& what) {
    const auto* intent = std::get_if<policies::intended>(&what);
    if (intent == nullptr) return around_.to.append(id, what);
    auto request = api::request_of(id, intent->what);
    ROLLOUTD_CHECK(request.has_value());
    const request_text exact{request->method, request->target, request->body};
    return around_.to.append_intent(id, *intent, exact);
}

void journal_recorder::record_seen(timestamp until, timestamp at) {
    around_.time.set(at);
    around_.to.append(daemon_body{seen_body{until}});
    around_.time.set(std::nullopt);
    around_.counters.recorded();
}

boost::asio::awaitable<bool> journal_recorder::durable(sequence seq) {
    const auto written = co_await around_.to.durable(seq);
    co_return written.has_value();
}

}  // namespace rolloutd::daemon
