/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event path over IPMI, and the system interface's messages. */
#include "osdep.h"

#include "bmc/events.h"
#include "bmc/sel.h"
#include "ipmi/ipmi-session.h"

#include "command-fixture.h"

#define EVENT "04 01 30 01 59 00 01"

static int app(CommandFixture *f, uint8_t cmd, const char *hex)
{
    return command_fixture_run(f, IPMI_NETFN_APP, cmd, hex);
}

static void assert_app(CommandFixture *f, uint8_t cmd, const char *hex,
                       const char *answer)
{
    command_fixture_assert(f, IPMI_NETFN_APP, cmd, hex, answer);
}

static int event(CommandFixture *f, const char *hex)
{
    return command_fixture_run(f, IPMI_NETFN_SENSOR, 0x02, hex);
}

static void go_inside(CommandFixture *f)
{
    f->ctx.channel = IPMI_CHANNEL_SYSTEM;
    f->ctx.origin.channel = BMC_CHANNEL_IN_BAND;
    f->ctx.origin.user = NULL;
    f->ctx.origin.peer = NULL;
}

static void test_platform_event(CommandFixture *f, const void *opaque)
{
    g_assert_cmphex(event(f, EVENT), ==, IPMI_CC_OK);
    test_assert_hex_equal(bmc_sel_nth(f->base.bmc, 0)->bytes + 7, 9,
                          "8110 " EVENT);
    g_assert_cmphex(event(f, "41" EVENT), ==, IPMI_CC_LENGTH);
    g_assert_cmphex(event(f, "02 01 30 01 59 00 01"), ==,
                    IPMI_CC_INVALID_FIELD);
    go_inside(f);
    g_assert_cmphex(event(f, EVENT), ==, IPMI_CC_LENGTH);
    g_assert_cmphex(event(f, "20" EVENT), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(event(f, "41" EVENT), ==, IPMI_CC_OK);
    test_assert_hex_equal(bmc_sel_nth(f->base.bmc, 1)->bytes + 7, 9,
                          "4100 " EVENT);
    f->ctx.privilege = BMC_PRIVILEGE_USER;
    g_assert_cmphex(event(f, "41" EVENT), ==, IPMI_CC_PRIVILEGE);
}

static void test_receiver(CommandFixture *f, const void *opaque)
{
    static const char *const refused[] = { "2200", "2001", "ff04", "0000" };
    size_t i;

    command_fixture_assert(f, IPMI_NETFN_SENSOR, 0x01, "", "2000");
    for (i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_assert_cmphex(command_fixture_run(f, IPMI_NETFN_SENSOR, 0x00,
                                            refused[i]), ==,
                        IPMI_CC_INVALID_FIELD);
    }
    command_fixture_assert(f, IPMI_NETFN_SENSOR, 0x00, "ff00", "");
    command_fixture_restart(f);
    command_fixture_assert(f, IPMI_NETFN_SENSOR, 0x01, "", "ff00");
    fixture_power(&f->base, BMC_POWER_FORCE_RESTART);
    g_assert_cmpint(bmc_sel_info(f->base.bmc).count, ==, 0);
    g_assert_cmphex(event(f, EVENT), ==, IPMI_CC_OK);
    g_assert_cmpint(bmc_sel_info(f->base.bmc).count, ==, 1);
    command_fixture_assert(f, IPMI_NETFN_SENSOR, 0x00, "2000", "");
    fixture_power(&f->base, BMC_POWER_FORCE_RESTART);
    g_assert_cmpint(bmc_sel_info(f->base.bmc).count, ==, 2);
}

static void test_enables(CommandFixture *f, const void *opaque)
{
    go_inside(f);
    assert_app(f, 0x2f, "", "08");
    assert_app(f, 0x2e, "07", "");
    assert_app(f, 0x2f, "", "07");
    g_assert_false(bmc_event_logging(f->base.bmc));
    g_assert_cmphex(app(f, 0x2e, "1f"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(app(f, 0x2e, "28"), ==, IPMI_CC_INVALID_FIELD);
    assert_app(f, 0x2f, "", "07");
    fixture_power(&f->base, BMC_POWER_FORCE_RESTART);
    mock_machine_reset(f->base.mock, false);
    assert_app(f, 0x2f, "", "08");
}

static void test_event_buffer(CommandFixture *f, const void *opaque)
{
    go_inside(f);
    g_assert_cmphex(event(f, "41" EVENT), ==, IPMI_CC_OK);
    assert_app(f, 0x31, "", "00");
    g_assert_cmphex(app(f, 0x35, ""), ==, 0x80);
    assert_app(f, 0x2e, "0c", "");
    g_assert_cmphex(event(f, "41" EVENT), ==, IPMI_CC_OK);
    g_assert_cmphex(event(f, "43" EVENT), ==, IPMI_CC_OK);
    assert_app(f, 0x31, "", "02");
    g_assert_cmphex(app(f, 0x35, ""), ==, IPMI_CC_OK);
    g_assert_cmpint(f->len, ==, SEL_RECORD_LEN);
    g_assert_cmpmem(f->data, f->len, bmc_sel_nth(f->base.bmc, 1)->bytes,
                    SEL_RECORD_LEN);
    assert_app(f, 0x31, "", "00");
    g_assert_cmphex(app(f, 0x35, ""), ==, 0x80);
    g_assert_cmphex(event(f, "41" EVENT), ==, IPMI_CC_OK);
    assert_app(f, 0x30, "02", "");
    assert_app(f, 0x31, "", "00");
    g_assert_cmphex(app(f, 0x35, ""), ==, 0x80);
    g_assert_cmphex(event(f, "41" EVENT), ==, IPMI_CC_OK);
    mock_machine_reset(f->base.mock, true);
    assert_app(f, 0x31, "", "00");
}

/* From the LAN to software in the machine. */
static void test_send_message(CommandFixture *f, const void *opaque)
{
    static const char message[] = "0f 4118a7 81041a 61";
    IpmiSession session = { .handle = 5 };
    unsigned i;

    f->ctx.session = &session;
    g_assert_cmphex(app(f, 0x34, message), ==, IPMI_CC_OK);
    g_assert_cmphex(app(f, 0x34, "0f 4118a7 81041a 62"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(app(f, 0x34, "00 4118a7 81041a 61"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(app(f, 0x34, "4f 4118a7 81041a 61"), ==,
                    IPMI_CC_INVALID_FIELD);
    for (i = 1; i < IPMI_MSG_QUEUE_MAX; i++) {
        g_assert_cmphex(app(f, 0x34, message), ==, IPMI_CC_OK);
    }
    g_assert_cmphex(app(f, 0x34, message), ==, IPMI_CC_NODE_BUSY);
    go_inside(f);
    for (i = 0; i < IPMI_MSG_QUEUE_MAX; i++) {
        assert_app(f, 0x31, "", "01");
        assert_app(f, 0x33, "", "41 05 4118a7 81041a 61");
    }
    assert_app(f, 0x31, "", "00");
    g_assert_cmphex(app(f, 0x33, ""), ==, 0x80);
    f->ctx.channel = IPMI_CHANNEL_LAN;
    g_assert_cmphex(app(f, 0x34, message), ==, IPMI_CC_OK);
    f->ctx.channel = IPMI_CHANNEL_SYSTEM;
    assert_app(f, 0x30, "01", "");
    assert_app(f, 0x31, "", "00");
    g_assert_cmphex(app(f, 0x33, ""), ==, 0x80);
    f->ctx.channel = IPMI_CHANNEL_LAN;
    g_assert_cmphex(app(f, 0x34, message), ==, IPMI_CC_OK);
    f->ctx.channel = IPMI_CHANNEL_SYSTEM;
    mock_machine_reset(f->base.mock, true);
    assert_app(f, 0x31, "", "00");
    g_assert_cmphex(app(f, 0x33, ""), ==, 0x80);
}

static void test_flags(CommandFixture *f, const void *opaque)
{
    go_inside(f);
    ipmi_msg_set_flag(&f->core->msg, IPMI_MSG_FLAG_WATCHDOG);
    assert_app(f, 0x31, "", "08");
    assert_app(f, 0x30, "03", "");
    assert_app(f, 0x31, "", "08");
    assert_app(f, 0x30, "eb", "");
    assert_app(f, 0x31, "", "00");
    g_assert_cmphex(app(f, 0x30, "04"), ==, IPMI_CC_INVALID_FIELD);
}

static void test_interface(CommandFixture *f, const void *opaque)
{
    assert_app(f, 0x57, "01", "0000ff");
    g_assert_cmphex(app(f, 0x57, "00"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(app(f, 0x57, "11"), ==, IPMI_CC_INVALID_FIELD);
}

#define ADD(name, func) \
    g_test_add("/ipmi/msg/" name, CommandFixture, NULL, \
               command_fixture_setup, func, command_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("platform-event", test_platform_event);
    ADD("receiver", test_receiver);
    ADD("enables", test_enables);
    ADD("event-buffer", test_event_buffer);
    ADD("send-message", test_send_message);
    ADD("flags", test_flags);
    ADD("interface", test_interface);
    return g_test_run();
}
