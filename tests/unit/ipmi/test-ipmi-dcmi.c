/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DCMI commands: the group byte, capabilities, and the two texts. */
#include "osdep.h"

#include "bmc/asset.h"

#include "command-fixture.h"

#define GROUP IPMI_NETFN_GROUP
#define HEX16 "30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66"
#define ZERO16 " 00000000000000000000000000000000"

static int run(CommandFixture *f, uint8_t cmd, const char *hex)
{
    return command_fixture_run(f, GROUP, cmd, hex);
}

static void check(CommandFixture *f, uint8_t cmd, const char *hex,
                  const char *answer)
{
    command_fixture_assert(f, GROUP, cmd, hex, answer);
}

static void test_group(CommandFixture *f, const void *opaque)
{
    g_assert_cmphex(run(f, 0x01, ""), ==, IPMI_CC_INVALID_CMD);
    g_assert_cmphex(run(f, 0x01, "01"), ==, IPMI_CC_INVALID_CMD);
    g_assert_cmphex(run(f, 0x01, "01 01"), ==, IPMI_CC_INVALID_CMD);
    g_assert_cmphex(run(f, 0x01, "dc"), ==, IPMI_CC_LENGTH);
    g_assert_cmphex(run(f, 0x01, "dc 01 01"), ==, IPMI_CC_LENGTH);
    /* Power reading and limits, sensors, thermal limits: not here. */
    g_assert_cmphex(run(f, 0x02, "dc 01 00 00"), ==, IPMI_CC_INVALID_CMD);
    g_assert_cmphex(run(f, 0x03, "dc 00 00"), ==, IPMI_CC_INVALID_CMD);
    g_assert_cmphex(run(f, 0x07, "dc 01 40 00 01"), ==, IPMI_CC_INVALID_CMD);
}

static void test_capabilities(CommandFixture *f, const void *opaque)
{
    check(f, 0x01, "dc 01", "dc 01 05 02 00 00 01");
    check(f, 0x01, "dc 02", "dc 01 05 02 e8 03 00 00 00");
    check(f, 0x01, "dc 04", "dc 01 05 02 01 ff ff");
    g_assert_cmphex(run(f, 0x01, "dc 00"), ==, IPMI_CC_NOT_PRESENT);
    check(f, 0x01, "dc 03", "dc 01 05 02 20 00");
    check(f, 0x01, "dc 05", "dc 01 05 02 00");
    g_assert_cmphex(run(f, 0x01, "dc 06"), ==, IPMI_CC_NOT_PRESENT);
}

static void test_tag(CommandFixture *f, const void *opaque)
{
    check(f, 0x06, "dc 00 00", "dc 00");
    check(f, 0x06, "dc 00 10", "dc 00");
    check(f, 0x08, "dc 00 10" HEX16, "dc 10");
    check(f, 0x08, "dc 10 03 58 59 5a", "dc 13");
    check(f, 0x06, "dc 00 00", "dc 13");
    check(f, 0x06, "dc 08 10", "dc 13 38 39 61 62 63 64 65 66 58 59 5a");
    check(f, 0x06, "dc 13 10", "dc 13");
    command_fixture_restart(f);
    check(f, 0x06, "dc 0f 04", "dc 13 66 58 59 5a");
    /* It ends after what is written. */
    check(f, 0x08, "dc 02 01 2d", "dc 03");
    check(f, 0x06, "dc 00 10", "dc 03 30 31 2d");
    check(f, 0x08, "dc 00 00", "dc 00");
    check(f, 0x06, "dc 00 10", "dc 00");
}

static void test_tag_limits(CommandFixture *f, const void *opaque)
{
    g_autofree char *text = NULL;

    check(f, 0x08, "dc 00 10" HEX16, "dc 10");
    check(f, 0x08, "dc 10 10" HEX16, "dc 20");
    check(f, 0x08, "dc 20 10" HEX16, "dc 30");
    g_assert_cmphex(run(f, 0x08, "dc 30 10" HEX16), ==, IPMI_CC_PARAM_RANGE);
    check(f, 0x06, "dc 00 00", "dc 30");
    g_assert_cmphex(run(f, 0x06, "dc 31 01"), ==, IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x06, "dc 00 11"), ==, IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x08, "dc 31 01 41"), ==, IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x08, "dc 00 02 41"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x08, "dc 00 01 41 42"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x08, "dc 00 03 41 00 42"), ==,
                    IPMI_CC_INVALID_FIELD);
    /* NULs at the end fill it up: so FreeIPMI writes back an empty one. */
    check(f, 0x08, "dc 00 04 41 42 00 00", "dc 04");
    check(f, 0x06, "dc 00 10", "dc 02 41 42");
    check(f, 0x08, "dc 00 10" ZERO16, "dc 10");
    check(f, 0x06, "dc 00 10", "dc 00");
    check(f, 0x08, "dc 10 10" ZERO16, "dc 20");
    check(f, 0x08, "dc 30 10" ZERO16, "dc 40");
    g_assert_cmphex(run(f, 0x08, "dc 31 10" ZERO16), ==,
                    IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x08, "dc 10 00"), ==, IPMI_CC_PARAM_RANGE);
    check(f, 0x06, "dc 00 10", "dc 00");
    /* Cut within a character. */
    check(f, 0x08, "dc 00 02 41 c3", "dc 02");
    text = bmc_asset_text(f->base.bmc, BMC_ASSET_TAG);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    check(f, 0x08, "dc 02 01 a4", "dc 03");
    g_free(text);
    text = bmc_asset_text(f->base.bmc, BMC_ASSET_TAG);
    g_assert_cmpstr(text, ==, "A\303\244");
}

static void test_tag_of_machine(CommandFixture *f, const void *opaque)
{
    Machine *machine = mock_machine_base(f->base.mock);

    machine->info.smbios[MACHINE_SMBIOS_CHASSIS_ASSET] = g_strdup("A-7");
    check(f, 0x06, "dc 00 10", "dc 03 41 2d 37");
    check(f, 0x08, "dc 02 01 38", "dc 03");
    check(f, 0x06, "dc 00 10", "dc 03 41 2d 38");
}

static void test_controller(CommandFixture *f, const void *opaque)
{
    const char *name = bmc_name(f->base.bmc);

    g_assert_cmphex(run(f, 0x09, "dc 00 10"), ==, IPMI_CC_OK);
    g_assert_cmpint(f->data[1], ==, strlen(name));
    test_assert_bytes_equal(f->data + 2, f->len - 2, name, strlen(name));
    check(f, 0x0a, "dc 00 04 72 61 63 00", "dc 04");
    check(f, 0x09, "dc 00 10", "dc 03 72 61 63");
    command_fixture_restart(f);
    check(f, 0x09, "dc 01 10", "dc 03 61 63");
    /* 63 bytes and a NUL are the most. */
    check(f, 0x0a, "dc 00 10" HEX16, "dc 10");
    check(f, 0x0a, "dc 10 10" HEX16, "dc 20");
    check(f, 0x0a, "dc 20 10" HEX16, "dc 30");
    g_assert_cmphex(run(f, 0x0a, "dc 30 10" HEX16), ==, IPMI_CC_PARAM_RANGE);
    check(f, 0x0a, "dc 30 10 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 00",
          "dc 40");
    g_assert_cmpint(strlen(bmc_asset_get(f->base.bmc, BMC_ASSET_CONTROLLER)),
                    ==, BMC_ASSET_MAX);
    f->ctx.privilege = BMC_PRIVILEGE_OPERATOR;
    g_assert_cmphex(run(f, 0x0a, "dc 00 01 00"), ==, IPMI_CC_PRIVILEGE);
}

#define ADD(name, func) \
    g_test_add("/ipmi-dcmi/" name, CommandFixture, NULL, \
               command_fixture_setup, func, command_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("group", test_group);
    ADD("capabilities", test_capabilities);
    ADD("tag", test_tag);
    ADD("tag/limits", test_tag_limits);
    ADD("tag/machine", test_tag_of_machine);
    ADD("controller", test_controller);
    return g_test_run();
}
