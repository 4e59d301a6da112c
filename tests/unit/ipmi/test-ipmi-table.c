/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What holds for every command, as its row in the table says: there is a
 * test for each row, made from it.
 */
#include "osdep.h"

#include "command-fixture.h"

#define ANSWER_MS 500

/* Takes one answer, whatever it is. */
typedef struct Answer {
    unsigned count;
    uint8_t cc;
} Answer;

static void take(void *opaque, uint8_t cc, const uint8_t *data, size_t len)
{
    Answer *answer = opaque;

    answer->count++;
    answer->cc = cc;
}

/* Runs the row with @len bytes, all 0 but the number of the group. */
static uint8_t run(CommandFixture *f, const IpmiCommand *row, uint8_t lun,
                   size_t len)
{
    uint8_t data[UINT8_MAX + 2] = { row->group };
    IpmiMessage msg = {
        .netfn = row->netfn,
        .lun = lun,
        .cmd = row->cmd,
        .data = data,
        .len = len,
    };
    Answer answer = { 0 };

    ipmi_core_execute(f->core, &f->ctx, &msg, take, &answer);
    if (!answer.count) {
        fixture_advance(&f->base, ANSWER_MS);
    }
    g_assert_cmpuint(answer.count, ==, 1);
    return answer.cc;
}

/* Sends as one who may do anything, over a channel that the row allows. */
static void allow(CommandFixture *f, const IpmiCommand *row)
{
    f->ctx.channel = row->channels & IPMI_ON_SYSTEM ? IPMI_CHANNEL_SYSTEM :
                     IPMI_CHANNEL_LAN;
    f->ctx.origin.channel = row->channels & IPMI_ON_SYSTEM ?
                            BMC_CHANNEL_IN_BAND : BMC_CHANNEL_LAN;
    f->ctx.privilege = BMC_PRIVILEGE_ADMIN;
    f->ctx.refused = 0;
}

static void test_unique(CommandFixture *f, const void *opaque)
{
    const IpmiCommand *row = opaque;

    g_assert_true(ipmi_core_find(row->netfn, row->cmd, row->group) == row);
    g_assert_cmpuint(row->netfn & 1, ==, 0);
    g_assert_cmpuint(row->min, <=, row->max);
    g_assert_cmpuint(row->channels, !=, 0);
    if (row->flags & IPMI_CMD_SESSIONLESS) {
        g_assert_cmpint(row->privilege, ==, BMC_PRIVILEGE_NONE);
    } else {
        g_assert_cmpint(row->privilege, >, BMC_PRIVILEGE_NONE);
    }
}

/* Each change of a setting leaves a line; nothing else does. */
static void test_audit(CommandFixture *f, const void *opaque)
{
    const IpmiCommand *row = opaque;
    g_autoptr(GString) log = g_string_new(NULL);
    g_autofree char *start = g_strdup_printf("IPMI: %s ", row->name);
    bool logged = row->flags & IPMI_CMD_CHANGES &&
                  !(row->flags & IPMI_CMD_INTERFACE) &&
                  (row->flags & IPMI_CMD_ROUTINE) != IPMI_CMD_ROUTINE;

    allow(f, row);
    f->ctx.origin.user = "admin";
    test_collect_log("*", log);
    run(f, row, 0, row->min);
    test_collect_log("*", NULL);
    if (!logged) {
        g_assert_null(strstr(log->str, start));
        return;
    }
    g_assert_nonnull(strstr(log->str, start));
    g_assert_nonnull(strstr(log->str, "by admin at 192.0.2.1 over "));
}

static void test_length(CommandFixture *f, const void *opaque)
{
    const IpmiCommand *row = opaque;
    size_t least = row->group ? 1 : 0;

    allow(f, row);
    if (row->min > least) {
        g_assert_cmphex(run(f, row, 0, row->min - 1), ==, IPMI_CC_LENGTH);
    }
    g_assert_cmphex(run(f, row, 0, row->max + 1), ==, IPMI_CC_LENGTH);
}

static void test_lun(CommandFixture *f, const void *opaque)
{
    const IpmiCommand *row = opaque;
    unsigned lun;

    allow(f, row);
    for (lun = 1; lun < 4; lun++) {
        g_assert_cmphex(run(f, row, lun, row->min), ==, IPMI_CC_INVALID_LUN);
    }
}

static void test_privilege(CommandFixture *f, const void *opaque)
{
    const IpmiCommand *row = opaque;
    unsigned privilege;

    allow(f, row);
    for (privilege = BMC_PRIVILEGE_NONE; privilege < row->privilege;
         privilege++) {
        f->ctx.privilege = privilege;
        g_assert_cmphex(run(f, row, 0, row->min), ==, IPMI_CC_PRIVILEGE);
    }
}

static void test_channel(CommandFixture *f, const void *opaque)
{
    const IpmiCommand *row = opaque;

    allow(f, row);
    if (!(row->channels & IPMI_ON_LAN)) {
        f->ctx.channel = IPMI_CHANNEL_LAN;
        g_assert_cmphex(run(f, row, 0, row->min), ==, IPMI_CC_INVALID_CMD);
    }
    if (!(row->channels & IPMI_ON_SYSTEM)) {
        f->ctx.channel = IPMI_CHANNEL_SYSTEM;
        g_assert_cmphex(run(f, row, 0, row->min), ==, IPMI_CC_INVALID_CMD);
    }
}

static void test_policy(CommandFixture *f, const void *opaque)
{
    const IpmiCommand *row = opaque;
    uint8_t flags = IPMI_CMD_CHANGES | IPMI_CMD_ACCOUNTS;

    allow(f, row);
    if (!(row->flags & flags) || (row->flags & IPMI_CMD_INTERFACE)) {
        return;
    }
    f->ctx.refused = row->flags & flags;
    g_assert_cmphex(run(f, row, 0, row->min), ==, IPMI_CC_PRIVILEGE);
}

/*
 * The exact length is not refused, and the answer is there in time even
 * while QEMU is slow. What only comes in a session is tested with one.
 */
static void test_answer(CommandFixture *f, const void *opaque)
{
    const IpmiCommand *row = opaque;
    uint8_t cc;

    allow(f, row);
    if (f->ctx.channel != IPMI_CHANNEL_SYSTEM) {
        return;
    }
    mock_machine_hold(f->base.mock, true);
    cc = run(f, row, 0, row->min);
    if (row->min == row->max) {
        g_assert_cmphex(cc, !=, IPMI_CC_LENGTH);
    }
    g_assert_cmphex(cc, !=, IPMI_CC_PRIVILEGE);
    g_assert_cmphex(cc, !=, IPMI_CC_INVALID_CMD);
    mock_machine_hold(f->base.mock, false);
    fixture_settle(&f->base);
}

static void add(const char *what, const IpmiCommand *row,
                void (*func)(CommandFixture *, const void *))
{
    g_autofree char *path = g_strdup_printf("/ipmi/table/%s/%02x-%02x-%02x",
                                            what, row->netfn, row->cmd,
                                            row->group);

    g_test_add(path, CommandFixture, row, command_fixture_setup, func,
               command_fixture_teardown);
}

int main(int argc, char **argv)
{
    const IpmiCommand *row;
    size_t n;

    test_init(&argc, &argv);
    for (n = 0; (row = ipmi_core_nth(n)); n++) {
        add("row", row, test_unique);
        add("audit", row, test_audit);
        add("length", row, test_length);
        add("lun", row, test_lun);
        add("privilege", row, test_privilege);
        add("channel", row, test_channel);
        add("policy", row, test_policy);
        add("answer", row, test_answer);
    }
    return g_test_run();
}
