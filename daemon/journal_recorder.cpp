#include "daemon/journal_recorder.h"

#include "api/gateway.h"
#include "policies/check.h"

namespace rolloutd::daemon {

policies::stamp journal_recorder::record(const policies::ticket_id& id, const policies::event& what,
                                         timestamp at) {
    around_.time.set(at);
    const policies::stamp where = append(id, what);
    around_.time.set(std::nullopt);
    around_.counters.recorded();
    if (const auto* decided = std::get_if<policies::decided>(&what)) {
        around_.counters.decided(decided->outcome, decided->reason);
    }
    if (around_.narrate) narrate(around_.log, id, what, where.seq);
    return where;
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
