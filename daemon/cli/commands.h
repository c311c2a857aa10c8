#pragma once
// What rolloutctl does for each command: reads, asks the daemon, prints. Each returns its exit code
// (DESIGN §4): 0 ok, 1 error, 3 findings only, 64 usage, 69 daemon not reachable.

#include <string>
#include <vector>

namespace rolloutd::daemon::cli {

struct common_options {
    std::string config = "/etc/rolloutd/rolloutd.yaml";
    std::string socket;            // "" takes what the configuration says
    std::string output = "table";  // or "json"
    bool no_color = false;
    bool json() const { return output == "json"; }
};

struct history_options {
    std::string ticket;
    std::string since;  // "1h30m" ago, or a time as the journal has it
    std::vector<std::string> kinds;
};

int run_status(const common_options& how, const std::string& ticket);
// Repeats until it is interrupted; `times` bounds it, 0 does not.
int run_watch(const common_options& how, const std::string& ticket, int times);
// Why each rule acts or does not; `rule` picks one, as "too-many" or "web/too-many".
int run_explain(const common_options& how, const std::string& ticket, const std::string& rule);
// A decision of the past, from the journal alone; needs no daemon.
int run_explain_decision(const common_options& how, const std::string& ticket,
                         unsigned long long number);
int run_history(const common_options& how, const history_options& what);

struct verify_command {
    std::string folder;    // a state or journal folder; "" takes the configuration's state
    std::string key_file;  // Ed25519 public key, PEM or hex; "" checks signatures by their own key
    std::string kept;      // "41:<hash>": a record that must be there
};
int run_verify(const common_options& how, const verify_command& what);

}  // namespace rolloutd::daemon::cli
