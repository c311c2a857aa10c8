#include "daemon/patient_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace rolloutd::daemon {

patient_output::patient_output(int number, std::size_t most_bytes)
    : number_(number), most_bytes_(most_bytes) {
    const int flags = ::fcntl(number_, F_GETFL);
    if (flags >= 0) ::fcntl(number_, F_SETFL, flags | O_NONBLOCK);
}

patient_output::~patient_output() { flush(); }

void patient_output::write(std::string line) {
    flush();
    if (missing_ > 0 && kept_.empty()) {
        std::string told =
            "<4>level=warning event=lines_lost count=" + std::to_string(missing_) + "\n";
        missing_ = 0;
        kept_bytes_ += told.size();
        kept_.push_back(std::move(told));
    }
    if (missing_ > 0 || kept_bytes_ + line.size() > most_bytes_) {
        ++missing_;
        return;
    }
    kept_bytes_ += line.size();
    kept_.push_back(std::move(line));
    flush();
}

void patient_output::flush() {
    while (!kept_.empty()) {
        std::string& first = kept_.front();
        const ssize_t written = ::write(number_, first.data(), first.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        // Whoever closed the other end does not want to hear it.
        const std::size_t gone = written < 0 ? first.size() : static_cast<std::size_t>(written);
        kept_bytes_ -= gone;
        if (gone < first.size()) {
            first.erase(0, gone);
            continue;
        }
        kept_.pop_front();
    }
}

}  // namespace rolloutd::daemon
