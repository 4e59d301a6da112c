/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guest may do under each in-band policy. Each command is named
 * here, and not derived from the flags that decide: one that is new has to
 * be thought about.
 */
#include "osdep.h"

#include "command-fixture.h"

#define TRANSPORT IPMI_NETFN_TRANSPORT

#define READ_ONLY (IPMI_CMD_CHANGES | IPMI_CMD_ACCOUNTS)
#define NO_ACCOUNTS IPMI_CMD_ACCOUNTS

typedef struct Class {
    uint8_t netfn;
    const char *reads;
    const char *interface; /* changes what is the guest's own */
    const char *changes;
    const char *accounts;
} Class;

static const Class classes[] = {
    { IPMI_NETFN_CHASSIS, "00 01 07 09 0f", "", "02 04 05 06 08 0a 0b", "" },
    { IPMI_NETFN_SENSOR, "01 10 13 15 23 25 27 29 2b 2d 2f", "",
      "00 02 11 12 14 16 17 24 26 28 2a 2e 30", "" },
    { IPMI_NETFN_APP,
      "01 04 07 08 25 2f 31 37 38 3d 41 42 44 46 4a 4b 4d 4e 4f 54 57 59",
      "2e 30 33 35", "02 03 06 22 24 3c 49 58", "40 43 45 47 4c 56" },
    { IPMI_NETFN_STORAGE, "10 11 20 21 23 28 40 41 43 48 5c", "22 42",
      "12 29 2c 44 45 46 47 49 5d", "" },
    { TRANSPORT, "02 22", "", "01 21", "" },
    { IPMI_NETFN_GROUP, "01 06 09", "", "08 0a", "" },
};

static bool has(const char *list, uint8_t cmd)
{
    g_autofree char *hex = g_strdup_printf("%02x", cmd);

    return strstr(list, hex);
}

static const Class *class_of(uint8_t netfn)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(classes); i++) {
        if (classes[i].netfn == netfn) {
            return &classes[i];
        }
    }
    g_test_message("NetFn %02x has no class", netfn);
    g_assert_not_reached();
}

/* Whether a command with least data, all 0, is refused. */
static bool refused(CommandFixture *f, const IpmiCommand *row, uint8_t flags)
{
    g_autoptr(GString) hex = g_string_new(NULL);
    size_t i;

    for (i = 0; i < row->min; i++) {
        g_string_append_printf(hex, "%02x", i ? 0 : row->group);
    }
    f->ctx.channel = IPMI_CHANNEL_SYSTEM;
    f->ctx.origin.channel = BMC_CHANNEL_IN_BAND;
    f->ctx.refused = flags;
    return command_fixture_run(f, row->netfn, row->cmd, hex->str) ==
           IPMI_CC_PRIVILEGE;
}

static void test_row(CommandFixture *f, const void *opaque)
{
    const IpmiCommand *row = opaque;
    const Class *class = class_of(row->netfn);
    bool changes = has(class->changes, row->cmd);
    bool accounts = has(class->accounts, row->cmd);

    g_assert_cmpint(has(class->reads, row->cmd) +
                    has(class->interface, row->cmd) + changes + accounts,
                    ==, 1);
    g_assert_cmpint(refused(f, row, READ_ONLY), ==, changes || accounts);
    g_assert_cmpint(refused(f, row, NO_ACCOUNTS), ==, accounts);
    g_assert_false(refused(f, row, 0));
}

/* Who may log in with which suite, and how often one may try. */
static void test_lan(CommandFixture *f, const void *opaque)
{
    static const char *const accounts[] = {
        "01 18 00 44 44 44 44 44 44 44 44",
        "01 1a 00 03 0600 0600",
    };
    size_t i;

    f->ctx.channel = IPMI_CHANNEL_SYSTEM;
    f->ctx.origin.channel = BMC_CHANNEL_IN_BAND;
    for (i = 0; i < G_N_ELEMENTS(accounts); i++) {
        f->ctx.refused = NO_ACCOUNTS;
        g_assert_cmphex(command_fixture_run(f, TRANSPORT, 0x01, accounts[i]),
                        ==, IPMI_CC_PRIVILEGE);
        f->ctx.refused = 0;
        g_assert_cmphex(command_fixture_run(f, TRANSPORT, 0x01, accounts[i]),
                        ==, 0);
    }
    f->ctx.refused = NO_ACCOUNTS;
    g_assert_cmphex(command_fixture_run(f, TRANSPORT, 0x01, "01 04 01"), ==,
                    0);
    g_assert_cmphex(command_fixture_run(f, TRANSPORT, 0x02, "01 1a 00 00"),
                    ==, 0);
}

int main(int argc, char **argv)
{
    const IpmiCommand *row;
    size_t n;

    test_init(&argc, &argv);
    for (n = 0; (row = ipmi_core_nth(n)); n++) {
        g_autofree char *path = g_strdup_printf("/ipmi/policy/%02x-%02x-%02x",
                                                row->netfn, row->cmd,
                                                row->group);

        if (row->channels & IPMI_ON_SYSTEM) {
            g_test_add(path, CommandFixture, row, command_fixture_setup,
                       test_row, command_fixture_teardown);
        }
    }
    g_test_add("/ipmi/policy/lan", CommandFixture, NULL,
               command_fixture_setup, test_lan, command_fixture_teardown);
    return g_test_run();
}
