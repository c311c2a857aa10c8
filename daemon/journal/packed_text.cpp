#include "daemon/journal/packed_text.h"

#include "daemon/journal/zstd_contexts.h"
#include "policies/check.h"

namespace rolloutd::daemon {

namespace {

// Below this there is little to win.
constexpr std::size_t worth_it = 2048;

// The quickest level that still sees that hosts are alike.
constexpr int quickest = 1;

// The first byte tells the two apart.
constexpr char plain_mark = 'p';
constexpr char packed_mark = 'z';

}  // namespace

struct text_packer::tools {
    packing_context packing{ZSTD_createCCtx()};
    unpacking_context unpacking{ZSTD_createDCtx()};
    std::string room;
};

text_packer::text_packer() : tools_(std::make_unique<tools>()) {
    ROLLOUTD_CHECK(tools_->packing && tools_->unpacking);
}
text_packer::~text_packer() = default;
text_packer::text_packer(text_packer&&) noexcept = default;
text_packer& text_packer::operator=(text_packer&&) noexcept = default;

std::string text_packer::pack(std::string_view text) {
    if (text.size() < worth_it) return plain_mark + std::string(text);
    std::string& room = tools_->room;
    room.resize(1 + ZSTD_compressBound(text.size()));
    room[0] = packed_mark;
    const std::size_t size = ZSTD_compressCCtx(tools_->packing.get(), room.data() + 1,
                                               room.size() - 1, text.data(), text.size(), quickest);
    ROLLOUTD_CHECK(ZSTD_isError(size) == 0);
    return room.substr(0, 1 + size);
}

std::string text_packer::unpack(const std::string& packed) {
    ROLLOUTD_CHECK(!packed.empty());
    if (packed.front() == plain_mark) return packed.substr(1);
    const std::size_t length = ZSTD_getFrameContentSize(packed.data() + 1, packed.size() - 1);
    ROLLOUTD_CHECK(length != ZSTD_CONTENTSIZE_ERROR && length != ZSTD_CONTENTSIZE_UNKNOWN);
    std::string text(length, '\0');
    const std::size_t size = ZSTD_decompressDCtx(tools_->unpacking.get(), text.data(), text.size(),
                                                 packed.data() + 1, packed.size() - 1);
    ROLLOUTD_CHECK(size == length);
    return text;
}

}  // namespace rolloutd::daemon
