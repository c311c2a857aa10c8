#pragma once
// What people have forbidden, as somebody outside the daemon can know it: from the moment a freeze
// or hold is asked for until the record of the thaw or release that ends it is durable; and after a
// death of the process as far as it was durable. Where nobody outside can know, nothing is
// forbidden. Pure; the referee asks before it lets an operation of a rule pass.

#include <cstdint>
#include <map>
#include <string>

#include "daemon/journal/record.h"

namespace rolloutd::sim {

// What the daemon said to an act.
struct act_answer {
    int status = 0;         // HTTP's
    bool recorded = false;  // it claims that the record is on the disk
    std::uint64_t seq = 0;  // of that record
    std::string text;
};

class prohibitions {
public:
    // "" for the whole fleet (freeze and thaw), or a ticket (hold and release).
    using target = std::string;

    // The living process has heard of it.
    void asked(const target& what, bool forbid);

    // Returns what is wrong with the answer, or "".
    std::string answered(const target& what, bool forbid, const act_answer& said);

    // Each durable record, in order; only those about holds and freezes need their body.
    void became_durable(const daemon::envelope& what);

    // What it would not have recorded is forgotten.
    void process_died();

    // Why no rule may act on the ticket now: "freeze", "hold" or "".
    std::string against(const std::string& ticket) const;

    // What the record alone forbids: each process that starts upon it has to know.
    const std::map<target, bool>& recorded() const { return recorded_; }

private:
    struct standing {
        bool asked = false;   // and no durable record says so yet
        bool lifted = false;  // the same of its end: a crash may leave the record or not
    };

    bool is_forbidden(const target& what) const;

    std::map<target, standing> open_;
    std::map<target, bool> recorded_;
    std::uint64_t durable_ = 0;  // the last record
};

}  // namespace rolloutd::sim
