#include "daemon/journal/message_ids.h"

#include <algorithm>
#include <array>

namespace rolloutd::daemon {

namespace {

constexpr std::array ids{
    message_id{"blind", "9670becbaa7647acb6b2d25ca52910c0"},
    message_id{"breaker", "7f6c82c9e86040999d758e528a2e9e78"},
    message_id{"checkpoint", "ea198c1487cd4e0eb18454248b505d36"},
    message_id{"decision", "5e3fd57c0d8340138b9d1c08ab6f3d4e"},
    message_id{"effect", "f568730a716643feb7376b6cc2e3b1fc"},
    message_id{"foreign", "363ee8fda8e44b7886638d18ba1615d5"},
    message_id{"freeze", "cf2d7864b6e642efb9b90f0c4b9b90d1"},
    message_id{"hold", "ab2178c557644bbd85d222c18bd8b50b"},
    message_id{"intent", "15f5542bb5024a0b971a643a27f0af9e"},
    message_id{kind_of_losses, "5c6f44950bc44fc08b9060601e82be82"},
    message_id{"notify", "de152e4acaac4ad58c32bece1547b6ae"},
    message_id{"observe", "f94e31bb32ff45f2bbe5ef99ef22848d"},
    message_id{"operator", "c9899dfe50e8487f80b4dff1c43b7912"},
    message_id{"policy", "cad73334f24049c4ad19c8092ffa2f2b"},
    message_id{"proposal", "a65eeaebab6e4fcdb9ac65cf39be2196"},
    message_id{"release", "9634752689f246a2b7920ffe38570b1c"},
    message_id{"reload", "56fd9c8eff7d41d58620d0a57af2b574"},
    message_id{"repair", "86b56dcbac7d41ceb18376077949d61a"},
    message_id{"result", "ffa506d52dd4490db8411b353e6a8f7c"},
    message_id{"seen", "3b70b59618d342058d66ea2af76c5b8f"},
    message_id{"start", "6cf180b5ee954faaa553960f6eb7c4dd"},
    message_id{"stop", "6b42b4ea82cd44768c11cec13a665659"},
    message_id{"thaw", "c80615db2d634b218506aa38c4a3a38d"},
    message_id{"unwatch", "6516eb13f6494ac1b7b6e2d9cb98e58c"},
    message_id{"verdict", "812ac55a74b545fbabe240465f9cd1e6"},
    message_id{"watch", "2a47be557f844ab5a7b3c468b48ddd11"},
};
static_assert(std::ranges::is_sorted(ids, {}, &message_id::kind));

}  // namespace

std::span<const message_id> message_ids() { return ids; }

std::string_view message_id_of(std::string_view kind) {
    const auto found = std::ranges::lower_bound(ids, kind, {}, &message_id::kind);
    return found == ids.end() || found->kind != kind ? std::string_view() : found->id;
}

}  // namespace rolloutd::daemon
