/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands on the real hub, free of any transport. */
#include "osdep.h"

#include "command-fixture.h"

static void done(void *opaque, uint8_t cc, const uint8_t *data, size_t len)
{
    CommandFixture *f = opaque;

    f->answers++;
    f->cc = cc;
    f->len = len;
    if (len) {
        memcpy(f->data, data, len);
    }
}

void command_fixture_start(CommandFixture *f)
{
    fixture_start(&f->base);
    f->core = ipmi_core_new(f->base.bmc);
}

void command_fixture_setup(CommandFixture *f, const void *opaque)
{
    fixture_init_accounts(&f->base, MACHINE_STATE_RUNNING);
    command_fixture_start(f);
    f->ctx.channel = IPMI_CHANNEL_LAN;
    f->ctx.privilege = BMC_PRIVILEGE_ADMIN;
    f->ctx.origin.channel = BMC_CHANNEL_LAN;
    f->ctx.origin.user = "admin";
    f->ctx.origin.peer = "192.0.2.1";
}

void command_fixture_teardown(CommandFixture *f, const void *opaque)
{
    g_clear_pointer(&f->core, ipmi_core_free);
    fixture_clear(&f->base);
}

void command_fixture_restart(CommandFixture *f)
{
    g_clear_pointer(&f->core, ipmi_core_free);
    fixture_restart(&f->base);
    f->core = ipmi_core_new(f->base.bmc);
}

void command_fixture_send(CommandFixture *f, uint8_t netfn, uint8_t cmd,
                          const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    IpmiMessage msg = { .netfn = netfn, .cmd = cmd };

    msg.data = g_bytes_get_data(bytes, &msg.len);
    f->answers = 0;
    f->cc = -1;
    ipmi_core_execute(f->core, &f->ctx, &msg, done, f);
}

int command_fixture_run(CommandFixture *f, uint8_t netfn, uint8_t cmd,
                        const char *hex)
{
    command_fixture_send(f, netfn, cmd, hex);
    if (!f->answers) {
        fixture_settle(&f->base);
    }
    g_assert_cmpint(f->answers, ==, 1);
    return f->cc;
}

void command_fixture_assert(CommandFixture *f, uint8_t netfn, uint8_t cmd,
                            const char *hex, const char *answer)
{
    g_assert_cmphex(command_fixture_run(f, netfn, cmd, hex), ==, IPMI_CC_OK);
    test_assert_hex_equal(f->data, f->len, answer);
}
