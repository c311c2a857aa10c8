#include "daemon/journal/zstd_stream.h"

#include <utility>

#include "daemon/journal/zstd_contexts.h"
#include "policies/check.h"

namespace rolloutd::daemon {

namespace {

// Hosts of a ticket, and tickets, are much alike within a mebibyte.
constexpr int window_log = 20;
constexpr int widest_window_log = 23;
constexpr std::size_t step_limit = std::size_t{256} << 10;

}  // namespace

struct text_compressor::tools {
    packing_context packing{ZSTD_createCCtx()};
    std::string out;
};

text_compressor::text_compressor(int level) : tools_(std::make_unique<tools>()) {
    ZSTD_CCtx* const packing = tools_->packing.get();
    ROLLOUTD_CHECK(packing != nullptr);
    const std::size_t set[] = {ZSTD_CCtx_setParameter(packing, ZSTD_c_compressionLevel, level),
                               ZSTD_CCtx_setParameter(packing, ZSTD_c_windowLog, window_log),
                               ZSTD_CCtx_setParameter(packing, ZSTD_c_checksumFlag, 1)};
    for (const std::size_t each : set)
        ROLLOUTD_CHECK(ZSTD_isError(each) == 0);
}
text_compressor::~text_compressor() = default;
text_compressor::text_compressor(text_compressor&&) noexcept = default;
text_compressor& text_compressor::operator=(text_compressor&&) noexcept = default;

void text_compressor::append(std::string_view text) { push(text, false); }
void text_compressor::finish() { push({}, true); }
std::string text_compressor::take() { return std::exchange(tools_->out, {}); }
std::size_t text_compressor::ready() const { return tools_->out.size(); }

void text_compressor::push(std::string_view text, bool last) {
    std::string& out = tools_->out;
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    for (;;) {
        const std::size_t before = out.size();
        out.resize(before + ZSTD_CStreamOutSize());
        ZSTD_outBuffer to{out.data() + before, out.size() - before, 0};
        const std::size_t left = ZSTD_compressStream2(tools_->packing.get(), &to, &in,
                                                      last ? ZSTD_e_end : ZSTD_e_continue);
        ROLLOUTD_CHECK(ZSTD_isError(left) == 0);
        out.resize(before + to.pos);
        if (last ? left == 0 : in.pos == in.size) return;
    }
}

struct text_expander::tools {
    unpacking_context unpacking{ZSTD_createDCtx()};
    bool complete = true;
};

text_expander::text_expander() : tools_(std::make_unique<tools>()) {
    ZSTD_DCtx* const unpacking = tools_->unpacking.get();
    ROLLOUTD_CHECK(unpacking != nullptr);
    ROLLOUTD_CHECK(ZSTD_isError(ZSTD_DCtx_setParameter(unpacking, ZSTD_d_windowLogMax,
                                                       widest_window_log)) == 0);
}
text_expander::~text_expander() = default;
text_expander::text_expander(text_expander&&) noexcept = default;
text_expander& text_expander::operator=(text_expander&&) noexcept = default;

std::optional<text_expander::step> text_expander::feed(std::string_view packed) {
    step made;
    made.text.resize(step_limit);
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    ZSTD_outBuffer to{made.text.data(), made.text.size(), 0};
    while (to.pos < to.size) {
        const std::size_t read = in.pos;
        const std::size_t written = to.pos;
        const std::size_t left = ZSTD_decompressStream(tools_->unpacking.get(), &to, &in);
        if (ZSTD_isError(left) != 0) return std::nullopt;
        if (in.pos == read && to.pos == written) break;
        tools_->complete = left == 0;
    }
    made.read = in.pos;
    made.text.resize(to.pos);
    return made;
}

bool text_expander::complete() const { return tools_->complete; }

}  // namespace rolloutd::daemon
