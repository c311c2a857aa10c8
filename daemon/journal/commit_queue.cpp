#include "daemon/journal/commit_queue.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>

namespace rolloutd::daemon {

namespace asio = boost::asio;

namespace {

constexpr policies::duration first_backoff{250};
constexpr policies::duration longest_backoff{4000};
// Beyond it a write counts as failed for all who wait, until it ends after all.
constexpr policies::duration longest_commit{10'000};

}  // namespace

commit_queue::commit_queue(setup how, segment_writer writer)
    : how_(std::move(how)), writer_(std::move(writer)) {}

void commit_queue::push(sequence seq, sealed_line line) {
    // A part that waits may grow; one that begins a file was put there by begin_file.
    if (parts_.empty()) parts_.emplace_back().first = seq;
    parts_.back().last = seq;
    parts_.back().lines += line.text;
    parts_.back().hash = std::move(line.hash);
    pending_bytes_ += line.text.size();
    schedule();
}

void commit_queue::begin_file(sequence first, std::string snapshot) {
    segment_part& part = parts_.emplace_back();
    part.first = first;
    part.begins = true;
    part.snapshot = std::move(snapshot);
}

asio::awaitable<journal_result<void>> commit_queue::durable(sequence seq) {
    if (seq <= how_.durable.seq) co_return journal_result<void>();
    if (failed_) co_return journal_result<void>(*failed_);
    if (hangs_) co_return journal_result<void>(*hangs_);
    journal_result<void> done = co_await reached(seq);
    co_return done;
}

asio::awaitable<journal_result<void>> commit_queue::last_try(sequence seq) {
    const std::shared_ptr<commit_queue> self = shared_from_this();
    // A write that is under way may have been refused already.
    for (int tries = busy_ ? 2 : 1;; --tries) {
        if (hangs_) co_return journal_result<void>(*hangs_);
        retry_at_.reset();
        schedule();
        journal_result<void> done = co_await reached(seq);
        if (done || tries == 1) co_return done;
    }
}

// The outcome of the writes from now on.
asio::awaitable<journal_result<void>> commit_queue::reached(sequence seq) {
    if (seq <= how_.durable.seq) co_return journal_result<void>();
    const std::shared_ptr<commit_queue> self = shared_from_this();
    waiter here{seq, asio::steady_timer(how_.loop), std::nullopt};
    here.woken.expires_at(asio::steady_timer::time_point::max());
    const auto place = waiters_.insert(waiters_.end(), &here);
    boost::system::error_code cancelled;
    co_await here.woken.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    waiters_.erase(place);
    if (seq <= how_.durable.seq) co_return journal_result<void>();
    if (here.failed) co_return journal_result<void>(*here.failed);
    journal_failure given_up(journal_failure::kind::disk, "the wait was cancelled");
    co_return journal_result<void>(given_up);
}

void commit_queue::tick() {
    const timestamp now = how_.now();
    // A clock that was set back must not prolong the wait.
    if (retry_at_ && (now >= *retry_at_ || *retry_at_ - now > longest_backoff)) retry_at_.reset();
    if (busy_ && !hangs_ && now - begun_ > longest_commit) {
        hangs_ = journal_failure(journal_failure::kind::disk,
                                 "a write to the disk has not ended for more than 10 s");
        wake();
    }
    schedule();
}

std::string commit_queue::failure() const {
    if (failed_) return to_text(*failed_);
    if (hangs_) return to_text(*hangs_);
    if (pending_bytes_ > how_.limit) return "too much waits to be written to the journal";
    return "";
}

// At the loop's next turn, so that all that is appended in this one shares the fsync.
void commit_queue::schedule() {
    if (scheduled_ || busy_ || parts_.empty() || retry_at_) return;
    scheduled_ = true;
    asio::post(how_.loop, [self = shared_from_this()] { self->begin_commit(); });
}

void commit_queue::begin_commit() {
    scheduled_ = false;
    busy_ = true;
    begun_ = how_.now();
    batch_ = std::exchange(parts_, {});
    asio::post(how_.worker, [self = shared_from_this()] {
        outcome what = self->work();
        asio::post(self->how_.loop,
                   [self, what = std::move(what)]() mutable { self->end_commit(std::move(what)); });
    });
}

commit_queue::outcome commit_queue::work() {
    outcome what;
    for (const segment_part& part : batch_) {
        what.failed = writer_.commit(part);
        if (what.failed) break;
        ++what.parts;
    }
    return what;
}

void commit_queue::end_commit(outcome what) {
    busy_ = false;
    hangs_.reset();
    commits_ += what.parts;
    for (std::size_t n = 0; n < what.parts; ++n) {
        how_.durable = {batch_[n].last, std::move(batch_[n].hash)};
        pending_bytes_ -= batch_[n].lines.size();
    }
    batch_.erase(batch_.begin(), batch_.begin() + static_cast<std::ptrdiff_t>(what.parts));
    failed_ = std::move(what.failed);
    if (failed_) {
        backoff_ = std::clamp(backoff_ * 2, first_backoff, longest_backoff);
        retry_at_ = how_.now() + backoff_;
        batch_.insert(batch_.end(), std::make_move_iterator(parts_.begin()),
                      std::make_move_iterator(parts_.end()));
        parts_ = std::exchange(batch_, {});
        // One that begins a file is written from its beginning again, and takes what follows.
        failed_lately_ = failed_lately_ || !parts_.back().begins;
    } else {
        batch_.clear();
        backoff_ = {};
    }
    wake();
    schedule();
}

void commit_queue::wake() {
    const std::optional<journal_failure>& wrong = failed_ ? failed_ : hangs_;
    for (waiter* each : waiters_) {
        if (wrong) each->failed = wrong;
        if (wrong || each->seq <= how_.durable.seq) each->woken.cancel();
    }
}

}  // namespace rolloutd::daemon
