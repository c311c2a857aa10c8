#include "daemon/cli/issue_json.h"

#include <boost/json/object.hpp>

namespace rolloutd::daemon::cli {

namespace json = boost::json;

namespace {

json::array fixes_to_json(const std::vector<policies::text_edit>& all) {
    json::array made;
    for (const policies::text_edit& each : all) {
        made.push_back(json::object{{"line", each.begin.line},
                                    {"column", each.begin.column},
                                    {"endLine", each.end.line},
                                    {"endColumn", each.end.column},
                                    {"replacement", each.replacement}});
    }
    return made;
}

}  // namespace

json::array issues_to_json(const std::vector<policies::issue>& all) {
    json::array made;
    for (const policies::issue& each : all) {
        const policies::issue_fields fields = policies::to_fields(each);
        made.push_back(json::object{{"file", fields.file},
                                    {"line", fields.line},
                                    {"column", fields.column},
                                    {"endLine", fields.end_line},
                                    {"endColumn", fields.end_column},
                                    {"code", fields.code},
                                    {"severity", fields.severity},
                                    {"message", fields.message},
                                    {"hint", fields.hint},
                                    {"fixes", fixes_to_json(fields.fixes)}});
    }
    return made;
}

}  // namespace rolloutd::daemon::cli
