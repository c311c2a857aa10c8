#pragma once
// The workspaces of zstd, each freed with its owner. For the files that call zstd, and no other.

#include <zstd.h>

#include <memory>

namespace rolloutd::daemon {

struct free_context {
    void operator()(ZSTD_CCtx* what) const { ZSTD_freeCCtx(what); }
    void operator()(ZSTD_DCtx* what) const { ZSTD_freeDCtx(what); }
};

using packing_context = std::unique_ptr<ZSTD_CCtx, free_context>;
using unpacking_context = std::unique_ptr<ZSTD_DCtx, free_context>;

}  // namespace rolloutd::daemon
