#include "policies/fact_types.h"

namespace rolloutd::policies {

using cel::type;
using cel::type_kind;

const cel::object_type& ticket_type() {
    static const type texts = type::map_of(type_kind::string, type_kind::string);
    static const cel::object_type declared{"ticket",
                                           {
                                               {"id", type_kind::string},
                                               {"name", type_kind::string},
                                               {"order_name", type_kind::string},
                                               {"script_uuid", type_kind::string},
                                               {"script_version", type_kind::string},
                                               {"creator", type_kind::string},
                                               {"status", type_kind::string},
                                               {"pause_cause", type_kind::string},
                                               {"paused_by", type_kind::string},
                                               {"success_rate", type_kind::real},
                                               {"failure_allowed", type_kind::real},
                                               {"timeout", type_kind::duration},
                                               {"age", type_kind::duration},
                                               {"running_for", type_kind::duration},
                                               {"unchanged_for", type_kind::duration},
                                               {"paused_for", type_kind::duration},
                                               {"unseen_for", type_kind::duration},
                                               {"created", type_kind::timestamp},
                                               {"current_batch", type_kind::integer},
                                               {"batches", type_kind::integer},
                                               {"labels", texts},
                                               {"params", texts},
                                           }};
    return declared;
}

const cel::object_type& count_type() {
    static const cel::object_type declared{"count",
                                           {
                                               {"ready", type_kind::integer},
                                               {"processing", type_kind::integer},
                                               {"abnormal", type_kind::integer},
                                               {"canceled", type_kind::integer},
                                               {"finished", type_kind::integer},
                                               {"rollbacked", type_kind::integer},
                                               {"unknown", type_kind::integer},
                                               {"settled", type_kind::integer},
                                               {"total", type_kind::integer},
                                               {"stuck", type_kind::integer},
                                               {"given_up", type_kind::integer},
                                           }};
    return declared;
}

const cel::object_type& batch_type() {
    static const cel::object_type declared{"batch",
                                           {
                                               {"index", type_kind::integer},
                                               {"size", type_kind::integer},
                                               {"rotation", type_kind::string},
                                               {"label", type_kind::string},
                                               {"current", type_kind::boolean},
                                               {"count", type::object(count_type())},
                                               {"running_for", type_kind::duration},
                                               {"unchanged_for", type_kind::duration},
                                           }};
    return declared;
}

const cel::object_type& instance_type() {
    static const cel::object_type declared{"instance",
                                           {
                                               {"id", type_kind::integer},
                                               {"batch", type_kind::integer},
                                               {"status", type_kind::string},
                                               {"host", type_kind::string},
                                               {"ip", type_kind::string},
                                               {"region", type_kind::string},
                                               {"zone", type_kind::string},
                                               {"resource", type_kind::string},
                                               {"message", type_kind::string},
                                               {"running_for", type_kind::duration},
                                               {"slowness", type_kind::real},
                                           }};
    return declared;
}

}  // namespace rolloutd::policies
