#include "daemon/event_log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "daemon/patient_output.h"
#include "policies/diagnostic.h"
#include "policies/text.h"

namespace rolloutd::daemon {

namespace {

constexpr std::size_t longest_value = 2048;

bool is_plain(std::string_view value) {
    for (const char each : value) {
        if (each <= ' ' || each >= 0x7f || each == '"' || each == '=' || each == '\\') return false;
    }
    return true;
}

void append_bytes(std::string& line, std::string_view bytes) {
    for (const char each : bytes) {
        std::array<char, 5> text{};
        std::snprintf(text.data(), text.size(), "\\x%02x",
                      static_cast<unsigned>(static_cast<unsigned char>(each)));
        line += text.data();
    }
}

void append_quoted(std::string& line, std::string_view value) {
    line += '"';
    for (std::size_t at = 0; at < value.size(); ++at) {
        const char each = value[at];
        if (each == '"' || each == '\\') {
            line += '\\';
            line += each;
        } else if (each == '\n') {
            line += "\\n";
        } else if (each == '\t') {
            line += "\\t";
        } else if (const std::size_t bad = policies::steering_at(value, at); bad != 0) {
            append_bytes(line, value.substr(at, bad));
            at += bad - 1;
        } else {
            line += each;
            while (at + 1 < value.size() &&
                   (static_cast<unsigned char>(value[at + 1]) & 0xc0U) == 0x80U)
                line += value[++at];
        }
    }
    line += '"';
}

// syslog(3)'s numbers, as sd-daemon(3) reads them.
std::string_view priority(log_level level) {
    switch (level) {
        case log_level::debug: return "<7>";
        case log_level::info: return "<6>";
        case log_level::warning: return "<4>";
        case log_level::error: return "<3>";
    }
    return "<6>";
}

class stderr_log final : public event_log {
public:
    stderr_log(std::function<policies::timestamp()> now, log_level least)
        : sink_("rolloutd", std::make_shared<spdlog::sinks::stderr_sink_st>()),
          now_(std::move(now)),
          least_(least) {
        if (stderr_is_journal()) journal_.emplace(STDERR_FILENO);
        sink_.set_pattern("%v");
        sink_.set_level(spdlog::level::trace);
        sink_.flush_on(spdlog::level::trace);
    }

    void write(log_level level, std::string_view line) override {
        if (level < least_) return;
        std::string whole;
        if (journal_) whole += priority(level);
        whole += "level=";
        whole += to_text(level);
        if (!journal_) whole += " at=" + policies::to_text(now_());
        whole += ' ';
        whole += line;
        if (journal_) {
            journal_->write(whole + '\n');
        } else {
            sink_.log(spdlog::level::info, whole);
        }
    }

private:
    spdlog::logger sink_;
    std::function<policies::timestamp()> now_;
    log_level least_;
    std::optional<patient_output> journal_;
};

}  // namespace

std::string_view to_text(log_level what) {
    switch (what) {
        case log_level::debug: return "debug";
        case log_level::info: return "info";
        case log_level::warning: return "warning";
        case log_level::error: return "error";
    }
    return "info";
}

std::string format_line(std::string_view event, log_fields fields) {
    std::string line = "event=";
    line += event;
    for (const log_field& each : fields) {
        if (each.value.empty()) continue;
        line += ' ';
        line += each.key;
        line += '=';
        const std::string_view value = policies::beginning_of(each.value, longest_value);
        if (is_plain(value)) {
            line += value;
        } else {
            append_quoted(line, value);
        }
    }
    return line;
}

void event_log::tell(log_level level, std::string_view event, log_fields fields) {
    write(level, format_line(event, fields));
}

void event_log::debug(std::string_view event, log_fields fields) {
    tell(log_level::debug, event, fields);
}

void event_log::info(std::string_view event, log_fields fields) {
    tell(log_level::info, event, fields);
}

void event_log::warning(std::string_view event, log_fields fields) {
    tell(log_level::warning, event, fields);
}

void event_log::error(std::string_view event, log_fields fields) {
    tell(log_level::error, event, fields);
}

std::unique_ptr<event_log> make_stderr_log(std::function<policies::timestamp()> now,
                                           log_level least) {
    return std::make_unique<stderr_log>(std::move(now), least);
}

bool stderr_is_journal() {
    const char* const stream = std::getenv("JOURNAL_STREAM");
    if (stream == nullptr) return false;
    unsigned long long device = 0;
    unsigned long long inode = 0;
    if (std::sscanf(stream, "%llu:%llu", &device, &inode) != 2) return false;
    struct stat about{};
    if (::fstat(STDERR_FILENO, &about) != 0) return false;
    return about.st_dev == device && about.st_ino == inode;
}

}  // namespace rolloutd::daemon
