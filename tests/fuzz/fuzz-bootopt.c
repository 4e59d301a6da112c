/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot options: the first byte is the parameter, the rest its data. Boot
 * flags that are accepted must be built again to the same bytes.
 */
#include "osdep.h"

#include "codec/bootopt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool try_set(const uint8_t *data, size_t len, GError **errp)
{
    uint8_t state;

    if (!bootopt_parse_set_in_progress(data, len, &state, errp)) {
        return false;
    }
    g_assert(state <= BOOTOPT_SET_COMMIT);
    return true;
}

static bool try_clearing(const uint8_t *data, size_t len, GError **errp)
{
    uint8_t keep;

    if (!bootopt_parse_valid_clearing(data, len, &keep, errp)) {
        return false;
    }
    g_assert(keep < 0x20);
    return true;
}

static bool try_ack(const uint8_t *data, size_t len, GError **errp)
{
    BootoptAck ack;

    if (!bootopt_parse_ack(data, len, &ack, errp)) {
        return false;
    }
    g_assert(bootopt_apply_ack(&ack, ack.data) == ack.data);
    return true;
}

static bool try_flags(const uint8_t *data, size_t len, GError **errp)
{
    BootoptFlags flags;
    uint8_t out[BOOTOPT_FLAGS_LEN];

    if (!bootopt_parse_flags(data, len, &flags, errp)) {
        return false;
    }
    bootopt_build_flags(&flags, out);
    g_assert(!memcmp(out, data, len));
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static bool (*const tries[])(const uint8_t *, size_t, GError **) = {
        [BOOTOPT_SET_IN_PROGRESS] = try_set,
        [BOOTOPT_VALID_CLEARING] = try_clearing,
        [BOOTOPT_INFO_ACK] = try_ack,
        [BOOTOPT_FLAGS] = try_flags,
    };
    g_autoptr(GError) err = NULL;
    uint8_t param;

    if (!len) {
        return 0;
    }
    param = data[0] % G_N_ELEMENTS(tries);
    if (tries[param]) {
        g_assert(tries[param](data + 1, len - 1, &err) == !err);
    }
    return 0;
}
