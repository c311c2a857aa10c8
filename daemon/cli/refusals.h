#pragma once
// How rolloutctl says on standard error that it does not do what was asked. Each returns the exit
// code that goes with it, and makes what it was given harmless to the terminal.

#include <string>

namespace rolloutd::daemon::cli {

// exit_with::error: it could not be done.
int refuse(const std::string& why);

// exit_with::usage: it cannot be meant.
int refuse_usage(const std::string& why);

// The same, of what names no ticket: it must not reach a request line or a path.
int refuse_ticket(const std::string& given);

}  // namespace rolloutd::daemon::cli
