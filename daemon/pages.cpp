#include "daemon/pages.h"

#include <boost/json/serialize.hpp>
#include <string_view>
#include <utility>

#include "daemon/explain_page.h"

namespace rolloutd::daemon {

namespace {

constexpr std::string_view status_path = "/api/v1/status";
constexpr std::string_view explain_path = "/api/v1/explain/";

admin_page text_page(int status, std::string body) {
    return {status, "text/plain; charset=utf-8", std::move(body)};
}

admin_page json_page(const boost::json::object& body) {
    return {200, "application/json", boost::json::serialize(body) + "\n"};
}

}  // namespace

pages::pages(const fleet& tickets, metrics& counters, std::function<daemon_facts()> about)
    : tickets_(tickets), counters_(counters), about_(std::move(about)) {}

admin_page pages::answer(const admin_request& what) {
    const bool known = what.path == "/-/healthy" || what.path == "/-/ready" ||
                       what.path == "/metrics" || what.path == status_path ||
                       what.path.starts_with(explain_path) ||
                       what.path.starts_with(std::string(status_path) + "/");
    if (!known) return error_page(404, "not-found", "there is no such page");
    if (what.method != "GET") {
        return error_page(405, "method-not-allowed", "this page can only be read");
    }
    if (what.path == "/-/healthy") return healthy();
    if (what.path == "/-/ready") return ready();
    if (what.path == "/metrics") return exposition();
    if (what.path == status_path) return status(what);
    if (what.path.starts_with(explain_path)) return explanation(what);
    return ticket(what);
}

// That it is answered at all is the sign of life.
admin_page pages::healthy() const { return text_page(200, "healthy\n"); }

admin_page pages::ready() const {
    const daemon_facts about = about_();
    if (about.not_ready.empty()) return text_page(200, "ready\n");
    std::string body = "not ready\n";
    for (const std::string& each : about.not_ready)
        body += each + "\n";
    return text_page(503, std::move(body));
}

admin_page pages::exposition() const {
    admin_page page;
    page.type = "text/plain; version=0.0.4; charset=utf-8";
    page.body = counters_.exposition(standing_of(tickets_, about_()));
    return page;
}

admin_page pages::status(const admin_request& what) const {
    return json_page(status_of(tickets_, about_(), what.local, reach_));
}

admin_page pages::explanation(const admin_request& what) const {
    // What conditions say may be confidential, and working it out takes the daemon's time.
    if (!what.local) return error_page(403, "not-local", "explaining needs the unix socket");
    const auto found = explain_ticket(tickets_, what.path.substr(explain_path.size()));
    if (found) return json_page(*found);
    return error_page(404, "no-such-ticket",
                      "this ticket is not watched; what was decided about it is in the journal: "
                      "rolloutctl history --ticket ID --kind decision");
}

admin_page pages::ticket(const admin_request& what) const {
    const std::string id = what.path.substr(status_path.size() + 1);
    const auto found = status_of_ticket(tickets_, id, what.local, reach_);
    if (found) return json_page(*found);
    return error_page(404, "no-such-ticket", "this ticket is not watched, and was not of late");
}

}  // namespace rolloutd::daemon
