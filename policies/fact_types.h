#pragma once
// The shapes of the facts: which fields each object has and their types (DESIGN §7). The
// enumerators are the slots, so their order is the order of the tables in fact_types.cpp. Used by
// facts.cpp to declare them and by fact_view.cpp to answer them; nobody else needs it.

#include "policies/cel/type.h"

namespace rolloutd::policies {

enum class ticket_fact {
    id,
    name,
    order_name,
    script_uuid,
    script_version,
    creator,
    status,
    pause_cause,
    paused_by,
    success_rate,
    failure_allowed,
    timeout,
    age,
    running_for,
    unchanged_for,
    paused_for,
    unseen_for,
    created,
    current_batch,
    batches,
    labels,
    params,
};

enum class count_fact {
    ready,
    processing,
    abnormal,
    canceled,
    finished,
    rollbacked,
    unknown,
    settled,
    total,
    stuck,
    given_up,
};

enum class batch_fact {
    index,
    size,
    rotation,
    label,
    current,
    count,
    running_for,
    unchanged_for,
};

enum class instance_fact {
    id,
    batch,
    status,
    host,
    ip,
    region,
    zone,
    resource,
    message,
    running_for,
    slowness,
};

const cel::object_type& ticket_type();
const cel::object_type& count_type();
const cel::object_type& batch_type();
const cel::object_type& instance_type();

}  // namespace rolloutd::policies
