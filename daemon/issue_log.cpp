#include "daemon/issue_log.h"

namespace rolloutd::daemon {

void log_issues(event_log& log, log_as how, std::string_view event,
                const std::vector<policies::issue>& all) {
    for (const policies::issue& each : all) {
        const std::string where = each.file + ":" + std::to_string(each.begin.line) + ":" +
                                  std::to_string(each.begin.column);
        (log.*how)(event, {{"where", where},
                           {"code", each.code},
                           {"message", each.message},
                           {"hint", each.hint}});
    }
}

std::string record_text(const std::vector<policies::issue>& all) {
    std::string text;
    for (const policies::issue& each : all)
        text += policies::render(each, "");
    return text.substr(0, std::size_t{64} * 1024);
}

}  // namespace rolloutd::daemon
