#pragma once
// The parts of rolloutd.yaml, each read by one function. Inner part of config_loader.

#include "config/config.h"
#include "policies/yaml/fields.h"

namespace rolloutd::config {

// The file's problems and its top-level keys, while it is read.
struct reading_file {
    policies::yaml::problems& report;
    policies::yaml::fields& top;
    const std::string& folder;
};

cloud read_cloud(reading_file& from);
poll read_poll(reading_file& from);
operations read_operations(reading_file& from);
journal read_journal(reading_file& from);
api read_api(reading_file& from);
void read_tickets(reading_file& from, config& into);
std::vector<notify_target> read_notify(reading_file& from);
policies::fleet_limits read_limits(reading_file& from);
duration read_proposals_expire(reading_file& from);

}  // namespace rolloutd::config
