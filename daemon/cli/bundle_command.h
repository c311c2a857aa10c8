#pragma once
// `rolloutctl bundle TICKET`: reads the journal and writes one archive for a post-mortem
// (docs/replay.md).

#include <string>

#include "daemon/cli/commands.h"

namespace rolloutd::daemon::cli {

struct bundle_command_options {
    std::string ticket;
    std::string file;    // the archive; "" is TICKET.tar here
    std::string folder;  // a state folder; "" is the configured one
};

// 0 when the archive is written, 1 when the journal cannot be read or does not know the ticket, 64
// upon wrong usage. Never writes over a file.
int run_bundle(const common_options& how, const bundle_command_options& what);

}  // namespace rolloutd::daemon::cli
