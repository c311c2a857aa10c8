#include "daemon/journal/line_limits.h"

#include "daemon/journal/json_text.h"
#include "daemon/journal/record.h"
#include "policies/policy_loader.h"

namespace rolloutd::daemon {

namespace json = boost::json;

namespace {

// Beyond this a single text in a body is cut.
constexpr std::size_t text_limit = record_limit / 8;

// Room for the envelope, prev and hash.
constexpr std::size_t longest_body = record_limit - 1024;

// No byte of a policy takes more than two in JSON, as the loader refuses control characters; the
// rest is for its file's name.
static_assert(2 * policies::max_policy_bytes + (std::size_t{64} << 10) <= record_limit);

void cut_texts(json::object& what) {
    for (auto& each : what) {
        json::string* text = each.value().if_string();
        if (text != nullptr && text->size() > text_limit) {
            text->resize(text_limit);
            text->append(" [cut]");
        }
    }
}

// A ticket has at most 200 instances (reference/coc-api.md §2), which is far from the limit of a
// line. Should a server ever send more, the details are left out of the record: after a restart
// they are read anew.
void cut_reading(json::object& what) {
    json::value* reading = what.if_contains("reading");
    if (reading == nullptr || !reading->is_object()) return;
    json::object& members = reading->get_object();
    members.erase("details");
    if (json::value* info = members.if_contains("info"); info != nullptr && info->is_object())
        info->get_object().erase("params");
}

}  // namespace

std::size_t cut_to_fit(std::string_view kind, json::object& what) {
    if (kind != "policy") cut_texts(what);
    const std::size_t bytes = json_text(what).size();
    if (bytes <= longest_body) return bytes;
    cut_reading(what);
    return json_text(what).size();
}

}  // namespace rolloutd::daemon
