// Failures as people read them.

#include "daemon/journal/failure.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace rolloutd::daemon {
namespace {

TEST(journal_failure, names_file_line_and_record_where_they_are_known) {
    journal_failure failure(journal_failure::kind::broken, "it is torn", "a.jsonl");
    EXPECT_EQ(to_text(failure), "a.jsonl: it is torn");
    failure.line = 3;
    failure.seq = 43;
    EXPECT_EQ(to_text(failure), "a.jsonl:3: record 43: it is torn");
    EXPECT_EQ(to_text(journal_failure(journal_failure::kind::disk, "full")), "full");
}

TEST(journal_failure, is_thrown_only_at_those_who_do_not_look) {
    const journal_result<int> failed = journal_failure(journal_failure::kind::disk, "full");
    EXPECT_THROW(failed.value(), std::runtime_error);
}

}  // namespace
}  // namespace rolloutd::daemon
