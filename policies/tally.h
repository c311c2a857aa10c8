#pragma once
// Counting what a reading shows, by classified status, and looking things up in it. Pure helpers of
// the facts, the checks of a reading and the effects.

#include <array>
#include <set>

#include "policies/ticket.h"

namespace rolloutd::policies {

// How many instances are in each status. Words that are no status of an instance, and what the
// statistics leave out, count as unknown.
struct tally {
    std::array<int, 9> of{};  // by status_word
    int total = 0;

    int operator[](status_word status) const { return of[static_cast<std::size_t>(status)]; }
    void add(std::string_view status, int count);
    int settled() const;
    bool operator==(const tally&) const = default;
};

// `total` is what the statistics claim; a negative remainder gives a negative `unknown`.
tally count_of(const statistics& stats);

// `total` is the batch's size.
tally count_of(const batch_detail& detail);

const batch_info* find_batch(const reading& what, int index);
const batch_detail* find_detail(const reading& what, int index);
const instance_info* find_instance(const reading& what, instance_id id);

// The batches that have an instance in this status, according to the statistics.
std::set<int> batches_in(const statistics& stats, status_word status);

// An instance of the batch is READY, PROCESSING or in a status that is not known.
bool has_unsettled(const reading& what, int batch);

// Whether the statistics count unsettled instances without saying in which batches they are: then
// nothing shows that a batch has none.
bool has_unplaced(const reading& what);

// The same counts in the same batches, in whatever order the rows come; empty rows say nothing.
bool same_counts(const statistics& a, const statistics& b);

// The batch's rows are the same in both: no instance of it is known to have changed.
bool same_rows_of(const statistics& a, const statistics& b, int batch);

// A batch of which nothing had run has begun: a ticket that is PAUSED in both readings was
// continued between them.
bool went_on(const reading& before, const reading& after);

}  // namespace rolloutd::policies
