/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Event filters and events for them, on a CommandFixture. */
#ifndef QEMU_BMC_TESTS_PEF_TEST_H
#define QEMU_BMC_TESTS_PEF_TEST_H

#include "bmc/events.h"
#include "bmc/pef.h"
#include "codec/sel.h"
#include "ipmi/ipmi-core.h"

#include "command-fixture.h"

/* Event data is not looked at. */
#define NO_DATA "000000 000000 000000"
#define ANY "ff ff ff ff ff ff ff" NO_DATA
/* From the BMC, temperature 55h, threshold, offset 9. */
#define EVENT "20 00 01 55 01 59 11 22"

static inline int run(CommandFixture *f, uint8_t cmd, const char *hex)
{
    return command_fixture_run(f, IPMI_NETFN_SENSOR, cmd, hex);
}

static inline void check(CommandFixture *f, uint8_t cmd, const char *hex,
                         const char *answer)
{
    command_fixture_assert(f, IPMI_NETFN_SENSOR, cmd, hex, answer);
}

/* An event: generator, sensor type, sensor, trigger, event data. */
static inline void begin_event(CommandFixture *f, const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    const uint8_t *b = g_bytes_get_data(bytes, NULL);
    SelEvent event = {
        .evm_rev = SEL_EVM_IPMI20, .sensor_type = b[2], .sensor = b[3],
        .event_type = b[4] & 0x7f, .deassert = b[4] & 0x80,
        .data = { b[5], b[6], b[7] },
    };

    g_assert_cmpuint(g_bytes_get_size(bytes), ==, 8);
    g_assert_true(bmc_event_receive(f->base.bmc, &event, b[0] | b[1] << 8,
                                    &f->ctx.origin));
}

/* An event, and what comes of it at once. */
static inline void happen(CommandFixture *f, const char *hex)
{
    begin_event(f, hex);
    fixture_settle(&f->base);
}

static inline void set_filter(CommandFixture *f, unsigned number,
                              unsigned action, unsigned policy,
                              unsigned severity, const char *match)
{
    g_autofree char *hex = g_strdup_printf("06 %02x 80 %02x %02x %02x %s",
                                           number, action, policy, severity,
                                           match);

    check(f, 0x12, hex, "");
}

static inline void enable(CommandFixture *f, unsigned control)
{
    g_autofree char *hex = g_strdup_printf("01 %02x", control);

    check(f, 0x12, hex, "");
    check(f, 0x12, "02 2f", "");
}

#endif /* QEMU_BMC_TESTS_PEF_TEST_H */
