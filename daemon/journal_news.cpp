#include "daemon/journal_news.h"

namespace rolloutd::daemon {

void journal_news::tell() {
    tell_writable();
    tell_damage();
    tell_disorder();
    counters_.set_fsyncs(static_cast<double>(of_.commits()));
    counters_.set_write_failures(static_cast<double>(failures_));
}

std::vector<std::string> journal_news::not_ready() const {
    std::vector<std::string> reasons;
    if (!of_.writable()) reasons.push_back("the journal cannot be written: " + of_.failure());
    if (of_.damage()) reasons.push_back("the journal is damaged: " + to_text(*of_.damage()));
    if (!of_.unverified().empty())
        reasons.push_back("an old part of the journal cannot be verified: " + of_.unverified());
    return reasons;
}

void journal_news::tell_writable() {
    const bool writable = of_.writable();
    if (writable == was_writable_) return;
    was_writable_ = writable;
    if (writable) {
        log_.info("journal_writable", {});
        return;
    }
    ++failures_;
    log_.error("journal_not_writable",
               {{"error", of_.failure()},
                {"consequence", "no operation is sent until it is written again"}});
}

// Somebody or something has changed an old part of the record: a person must know, but nobody is
// protected by a daemon that gives up.
void journal_news::tell_damage() {
    if (damage_told_ != 0 || !of_.damage()) return;
    const std::string where = to_text(*of_.damage());
    log_.error("journal_damaged", {{"error", where},
                                   {"consequence",
                                    "the daemon goes on from the newest good part; /-/ready fails "
                                    "and no old file is removed until a person has done what "
                                    "docs/operating.md says about a damaged journal"}});
    damage_told_ = of_.append(daemon_body{alert_body{"journal_damaged", where}}).seq;
    counters_.recorded();
}

void journal_news::tell_disorder() {
    if (of_.disorder() == disorder_) return;
    disorder_ = of_.disorder();
    if (disorder_.empty()) return;
    log_.warning("journal_not_tidied",
                 {{"error", disorder_},
                  {"consequence",
                   of_.unverified().empty()
                       ? "closed files stay as they are; it is tried again"
                       : "an old part of the journal is not verified: /-/ready fails and closed "
                         "files stay as they are until it is; it is tried again"}});
}

}  // namespace rolloutd::daemon
