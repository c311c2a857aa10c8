#pragma once
// Where the daemon tells people what it does: one line of key=value pairs for each event. A port,
// so that tests read what was said. Never carries a secret: callers hand in names and codes, not
// headers or files. The journal is the record; this is the narration.

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "policies/time.h"

namespace rolloutd::daemon {

enum class log_level { debug, info, warning, error };
std::string_view to_text(log_level what);

struct log_field {
    std::string_view key;
    std::string value;
};

using log_fields = std::initializer_list<log_field>;

class event_log {
public:
    virtual ~event_log() = default;
    // `line` is what format_line made; the level is told again for sinks that mark it otherwise.
    virtual void write(log_level level, std::string_view line) = 0;

    void debug(std::string_view event, log_fields fields);
    void info(std::string_view event, log_fields fields);
    void warning(std::string_view event, log_fields fields);
    void error(std::string_view event, log_fields fields);

private:
    void tell(log_level level, std::string_view event, log_fields fields);
};

// "event=decision ticket=SCT… detail="3 of 24 failed"". A value with anything but plain visible
// ASCII is quoted, with \" \\ \n and \xNN inside; more than 2 KiB of it are cut. Empty ones are
// left out.
std::string format_line(std::string_view event, log_fields fields);

// Lines on standard error: "level=info at=… event=…"; where that is the journal ($JOURNAL_STREAM),
// "<6>level=info event=…", as journald knows the time itself. `now` tells the time of a line.
std::unique_ptr<event_log> make_stderr_log(std::function<policies::timestamp()> now,
                                           log_level least);

// Whether standard error is connected to journald, by $JOURNAL_STREAM's device and inode.
bool stderr_is_journal();

}  // namespace rolloutd::daemon
