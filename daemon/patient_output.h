#pragma once
// Lines to a socket whose reader may stand still: what it does not take at once is kept, within
// bounds, and written before the next line. The event loop never waits for a journald that hangs.
// Used by the event log where standard error is journald's.

#include <cstddef>
#include <deque>
#include <string>

namespace rolloutd::daemon {

class patient_output {
public:
    // Makes `number` non-blocking; it stays whose it was.
    explicit patient_output(int number, std::size_t most_bytes = std::size_t{1} << 20);
    patient_output(const patient_output&) = delete;
    patient_output& operator=(const patient_output&) = delete;
    // Writes what is still kept, as far as it is taken.
    ~patient_output();

    // `line` ends in LF. When there is no room for it, it is counted, and the number of those that
    // are missing stands in their place.
    void write(std::string line);

private:
    void flush();

    int number_;
    std::size_t most_bytes_;
    std::deque<std::string> kept_;
    std::size_t kept_bytes_ = 0;
    std::size_t missing_ = 0;
};

}  // namespace rolloutd::daemon
