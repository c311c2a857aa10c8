#include "policies/facts.h"

#include "policies/fact_functions.h"
#include "policies/fact_types.h"

namespace rolloutd::policies {

namespace {

using cel::type;
using cel::type_kind;

// The order of declaration is the order of the slots that fact_scope answers.
cel::environment make_environment(std::optional<subject_kind> each) {
    cel::environment names = cel::environment::standard();
    names.set_dialect(
        {.homogeneous_literals = true, .guard_integer_division = true, .literals_are_tried = true});
    declare_functions(names);
    names.declare("ticket", type::object(ticket_type()));
    if (!each) return names;
    names.declare("count", type::object(count_type()));
    names.declare("batches", type::list_of(type::object(batch_type())));
    names.declare("instances", type::list_of(type::object(instance_type())));
    names.declare("now", type_kind::timestamp);
    if (*each == subject_kind::batch) names.declare("batch", type::object(batch_type()));
    if (*each == subject_kind::instance) names.declare("instance", type::object(instance_type()));
    return names;
}

bool within(std::string_view name, std::string_view object) {
    return name.starts_with(object) && (name.size() == object.size() || name[object.size()] == '.');
}

void add_fields(std::vector<fact_entry>& facts, const std::string& prefix,
                const cel::object_type& declared) {
    for (const cel::field_declaration& field : declared.fields()) {
        const std::string name = prefix + "." + field.name;
        facts.push_back({.name = name, .type = field.declared.text()});
        if (field.declared.kind() == type_kind::object) {
            add_fields(facts, name, *field.declared.declared());
        }
    }
}

}  // namespace

const cel::environment& facts_environment(subject_kind each) {
    static const cel::environment of_ticket = make_environment(subject_kind::ticket);
    static const cel::environment of_batch = make_environment(subject_kind::batch);
    static const cel::environment of_instance = make_environment(subject_kind::instance);
    switch (each) {
        case subject_kind::batch: return of_batch;
        case subject_kind::instance: return of_instance;
        case subject_kind::ticket: break;
    }
    return of_ticket;
}

const cel::environment& match_environment() {
    static const cel::environment of_match = make_environment(std::nullopt);
    return of_match;
}

required_reads reads_of(std::string_view name) {
    required_reads reads;
    // A whole object may be handed on inside the expression, so its bare name stands for all of it.
    const auto names = [name](std::string_view object, std::string_view fact) {
        return name == object || within(name, fact);
    };
    reads.details = within(name, "batch") || within(name, "batches") || within(name, "instance") ||
                    within(name, "instances") || names("count", "count.stuck") ||
                    names("count", "count.given_up");
    // What a macro's variable names is not in the chain: `instances` may well ask for messages.
    reads.messages = names("instance", "instance.message") || within(name, "instances");
    reads.params = names("ticket", "ticket.params");
    reads.order_name = names("ticket", "ticket.order_name");
    return reads;
}

std::vector<fact_entry> all_facts() {
    std::vector<fact_entry> facts;
    add_fields(facts, "ticket", ticket_type());
    add_fields(facts, "count", count_type());
    add_fields(facts, "batch", batch_type());
    add_fields(facts, "instance", instance_type());
    facts.push_back({.name = "batches", .type = type::list_of(type::object(batch_type())).text()});
    facts.push_back(
        {.name = "instances", .type = type::list_of(type::object(instance_type())).text()});
    facts.push_back({.name = "now", .type = "timestamp"});
    return facts;
}

}  // namespace rolloutd::policies
