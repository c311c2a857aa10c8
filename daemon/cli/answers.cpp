#include "daemon/cli/answers.h"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <cstdio>

#include "daemon/cli/exit_codes.h"
#include "daemon/cli/refusals.h"
#include "daemon/cli/terminal.h"
#include "daemon/journal/json_text.h"

namespace rolloutd::daemon::cli {

namespace json = boost::json;

std::variant<json::value, int> take_answer(const local_answer& answer) {
    if (answer.status == 0) {
        std::fprintf(stderr, "rolloutctl: the daemon is not reachable: %s\n",
                     harmless(answer.body).c_str());
        return exit_with::unreachable;
    }
    boost::system::error_code wrong;
    json::value parsed = json::parse(answer.body, wrong);
    if (!wrong && answer.status == 200) return parsed;
    const json::value* const message =
        wrong ? nullptr : parsed.find_pointer("/error/message", wrong);
    const std::string text = message != nullptr && message->is_string()
                                 ? json::value_to<std::string>(*message)
                                 : "status " + std::to_string(answer.status);
    return refuse(text);
}

std::string text_in(const json::value& from, std::string_view name) {
    const json::object* const object = from.if_object();
    return object == nullptr ? "" : daemon::text_in(*object, name);
}

}  // namespace rolloutd::daemon::cli
