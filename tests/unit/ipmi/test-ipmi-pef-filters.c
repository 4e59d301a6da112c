/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PEF: which events match, what is done first, and when. */
#include "osdep.h"

#include "bmc/power.h"

#include "pef-test.h"

static const struct {
    const char *match;
    const char *event;
    bool matches;
} filters[] = {
    { ANY, EVENT, true },
    /* Generator id: address or software id, then channel and LUN */
    { "20 00 ff ff ff ff ff" NO_DATA, EVENT, true },
    { "41 00 ff ff ff ff ff" NO_DATA, EVENT, false },
    { "20 10 ff ff ff ff ff" NO_DATA, EVENT, false },
    { "ff 00 ff ff ff ff ff" NO_DATA, EVENT, true },
    { "20 ff ff ff ff ff ff" NO_DATA, EVENT, true },
    { "20 ff ff ff ff ff ff" NO_DATA, "20 10 01 55 01 59 11 22", true },
    { "20 10 ff ff ff ff ff" NO_DATA, "20 10 01 55 01 59 11 22", true },
    { "ff 00 ff ff ff ff ff" NO_DATA, "20 10 01 55 01 59 11 22", false },
    { "00 00 ff ff ff ff ff" NO_DATA, "00 00 01 55 01 59 11 22", true },
    { "00 00 ff ff ff ff ff" NO_DATA, EVENT, false },
    /* Sensor type and number */
    { "ff ff 01 ff ff ff ff" NO_DATA, EVENT, true },
    { "ff ff 02 ff ff ff ff" NO_DATA, EVENT, false },
    { "ff ff 00 ff ff ff ff" NO_DATA, EVENT, false },
    { "ff ff ff 55 ff ff ff" NO_DATA, EVENT, true },
    { "ff ff ff 54 ff ff ff" NO_DATA, EVENT, false },
    { "ff ff ff 00 ff ff ff" NO_DATA, EVENT, false },
    /* Event trigger, with its direction */
    { "ff ff ff ff 01 ff ff" NO_DATA, EVENT, true },
    { "ff ff ff ff 81 ff ff" NO_DATA, EVENT, false },
    { "ff ff ff ff 6f ff ff" NO_DATA, EVENT, false },
    { "ff ff ff ff 81 ff ff" NO_DATA, "20 00 01 55 81 59 11 22", true },
    { "ff ff ff ff 01 ff ff" NO_DATA, "20 00 01 55 81 59 11 22", false },
    { "ff ff ff ff ff ff ff" NO_DATA, "20 00 01 55 81 59 11 22", true },
    /* Offset mask: bits 7:0, then 15:8 */
    { "ff ff ff ff ff 00 00" NO_DATA, EVENT, false },
    { "ff ff ff ff ff 00 02" NO_DATA, EVENT, true },
    { "ff ff ff ff ff 02 00" NO_DATA, EVENT, false },
    { "ff ff ff ff ff ff fd" NO_DATA, EVENT, false },
    { "ff ff ff ff ff 01 00" NO_DATA, "20 00 01 55 01 50 11 22", true },
    { "ff ff ff ff ff fe ff" NO_DATA, "20 00 01 55 01 50 11 22", false },
    { "ff ff ff ff ff 00 80" NO_DATA, "20 00 01 55 01 0f 11 22", true },
    /* Data 1: exact */
    { "ff ff ff ff ff ff ff ffff59 000000 000000", EVENT, true },
    { "ff ff ff ff ff ff ff ffff58 000000 000000", EVENT, false },
    { "ff ff ff ff ff ff ff f0ff50 000000 000000", EVENT, true },
    { "ff ff ff ff ff ff ff f0ff59 000000 000000", EVENT, false },
    { "ff ff ff ff ff ff ff 00ff00 000000 000000", EVENT, true },
    { "ff ff ff ff ff ff ff 00ff01 000000 000000", EVENT, false },
    /* Any bit */
    { "ff ff ff ff ff ff ff ff0058 000000 000000", EVENT, true },
    { "ff ff ff ff ff ff ff ff00a7 000000 000000", EVENT, true },
    { "ff ff ff ff ff ff ff ff00a6 000000 000000", EVENT, false },
    { "ff ff ff ff ff ff ff 0000ff 000000 000000", EVENT, false },
    /* Upper half exact, any bit of the lower one */
    { "ff ff ff ff ff ff ff fff050 000000 000000", EVENT, true },
    { "ff ff ff ff ff ff ff fff056 000000 000000", EVENT, false },
    { "ff ff ff ff ff ff ff fff049 000000 000000", EVENT, false },
    { "ff ff ff ff ff ff ff fff05e 000000 000000", EVENT, true },
    /* Data 2 and 3, each by itself and all together */
    { "ff ff ff ff ff ff ff 000000 ffff11 000000", EVENT, true },
    { "ff ff ff ff ff ff ff 000000 ffff22 000000", EVENT, false },
    { "ff ff ff ff ff ff ff 000000 ff00ee 000000", EVENT, false },
    { "ff ff ff ff ff ff ff 000000 ff00ef 000000", EVENT, true },
    { "ff ff ff ff ff ff ff 000000 000000 ffff22", EVENT, true },
    { "ff ff ff ff ff ff ff 000000 000000 ffff11", EVENT, false },
    { "ff ff ff ff ff ff ff 000000 000000 ff00dd", EVENT, false },
    { "20 00 01 55 01 00 02 ffff59 ffff11 ffff22", EVENT, true },
    { "20 00 01 55 01 00 02 ffff59 ffff11 ffff23", EVENT, false },
};

static void test_filters(CommandFixture *f, const void *opaque)
{
    size_t i;

    enable(f, 0x01);
    for (i = 0; i < G_N_ELEMENTS(filters); i++) {
        unsigned count;

        set_filter(f, 1, 0x20, 0, 0, filters[i].match);
        happen(f, filters[i].event);
        count = fixture_log_count(&f->base, "nmi");
        if (count != (filters[i].matches ? 1 : 0)) {
            g_error("filter '%s', event '%s': %u", filters[i].match,
                    filters[i].event, count);
        }
    }
    /* One that is off, as parameter 6 and as parameter 7 say it */
    set_filter(f, 1, 0x20, 0, 0, ANY);
    check(f, 0x12, "07 01 00", "");
    happen(f, EVENT);
    fixture_assert_log(&f->base, "");
    check(f, 0x12, "07 01 80", "");
    happen(f, EVENT);
    fixture_assert_log(&f->base, "nmi");
}

static void test_invalid(CommandFixture *f, const void *opaque)
{
    static const char *const refused[] = {
        "06 01 81 00 00 00" ANY, "06 01 80 40 00 00" ANY,
        "06 01 80 00 10 00" ANY, "06 01 80 00 00 03" ANY,
        "06 01 80 00 00 40" ANY, "06 01 80 00 00 ff" ANY,
        "07 01 20", "09 01 3d 11 00", "09 01 3f 11 00", "09 01 38 21 00",
        "09 01 38 19 00", "0c 01 15 00", "0c 01 00 80",
    };
    size_t i;
    unsigned severity;

    for (i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_assert_cmphex(run(f, 0x12, refused[i]), ==,
                        IPMI_CC_INVALID_FIELD);
    }
    for (severity = 1; severity <= 0x20; severity <<= 1) {
        set_filter(f, 1, 0, 0, severity, ANY);
    }
}

/* What filters ask for, what is allowed, and what is done. */
static const struct {
    const char *name;
    uint8_t first;
    uint8_t second;
    uint8_t allowed;
    const char *done;
} priorities[] = {
    { "power-down", 0x02, 0x2c, 0x2f, "stop" },
    { "power-down-second", 0x2c, 0x02, 0x2f, "stop" },
    { "all", 0x2e, 0x00, 0x2f, "stop" },
    { "power-cycle", 0x24, 0x08, 0x2f, "stop" },
    { "reset", 0x20, 0x04, 0x2f, "reset" },
    { "diagnostic", 0x20, 0x01, 0x2f, "nmi" },
    { "not-allowed", 0x2e, 0x2e, 0x24, "reset" },
    { "least-allowed", 0x2e, 0x00, 0x20, "nmi" },
    { "none-allowed", 0x2e, 0x2e, 0x01, "" },
};

static void test_priority(CommandFixture *f, const void *opaque)
{
    size_t i = GPOINTER_TO_SIZE(opaque);
    bool cycle = !strcmp(priorities[i].name, "power-cycle");
    g_autofree char *allowed = g_strdup_printf("02 %02x",
                                               priorities[i].allowed);

    enable(f, 0x01);
    check(f, 0x12, allowed, "");
    set_filter(f, 1, priorities[i].first, 0, 0, ANY);
    set_filter(f, 2, priorities[i].second, 0, 0, ANY);
    happen(f, EVENT);
    fixture_assert_log(&f->base, priorities[i].done);
    fixture_advance(&f->base, 60000);
    /* A cycle is told from a power down by its second half. */
    g_assert_cmpint(bmc_power_state(f->base.bmc) == BMC_POWER_STATE_ON, ==,
                    cycle || strcmp(priorities[i].done, "stop"));
}

static void test_postpone(CommandFixture *f, const void *opaque)
{
    enable(f, 0x01);
    set_filter(f, 1, 0x20, 0, 0, ANY);
    check(f, 0x11, "ff", "00");
    check(f, 0x11, "05", "05");
    happen(f, EVENT);
    fixture_advance(&f->base, 2000);
    check(f, 0x11, "ff", "03");
    fixture_assert_log(&f->base, "");
    /* Armed anew */
    check(f, 0x11, "05", "05");
    fixture_advance(&f->base, 4500);
    check(f, 0x11, "ff", "01");
    fixture_assert_log(&f->base, "");
    fixture_advance(&f->base, 1000);
    check(f, 0x11, "ff", "00");
    fixture_assert_log(&f->base, "nmi");
    check(f, 0x11, "fd", "fd");
    check(f, 0x11, "00", "00");
    happen(f, EVENT);
    fixture_assert_log(&f->base, "nmi");
    /* Without end: until it is disabled */
    check(f, 0x11, "fe", "fe");
    happen(f, EVENT);
    fixture_advance(&f->base, 600 * 1000);
    check(f, 0x11, "ff", "fe");
    fixture_assert_log(&f->base, "");
    check(f, 0x11, "00", "00");
    fixture_settle(&f->base);
    fixture_assert_log(&f->base, "nmi");
    g_assert_cmphex(run(f, 0x11, ""), ==, IPMI_CC_LENGTH);
    g_assert_cmphex(run(f, 0x11, "00 00"), ==, IPMI_CC_LENGTH);
}

/* Last record of all, of software and of the BMC; ids in decimal. */
static void check_processed(CommandFixture *f, unsigned last,
                            unsigned software, unsigned bmc)
{
    g_assert_cmphex(run(f, 0x15, ""), ==, IPMI_CC_OK);
    g_assert_cmpuint(f->len, ==, 10);
    g_assert_cmphex(f->data[4] | f->data[5] << 8, ==, last);
    g_assert_cmphex(f->data[6] | f->data[7] << 8, ==, software);
    g_assert_cmphex(f->data[8] | f->data[9] << 8, ==, bmc);
}

static void test_processed(CommandFixture *f, const void *opaque)
{
    unsigned last;

    run(f, 0x15, "");
    last = f->data[4] | f->data[5] << 8;
    check_processed(f, last, 0xffff, 0xffff);
    enable(f, 0x01);
    set_filter(f, 1, 0x20, 0, 0, ANY);
    happen(f, EVENT);
    run(f, 0x15, "");
    last = f->data[4] | f->data[5] << 8;
    check_processed(f, last, 0xffff, last);
    fixture_log_count(&f->base, "nmi");
    /* Software takes two that wait; the third one is PEF's. */
    check(f, 0x11, "fe", "fe");
    happen(f, EVENT);
    happen(f, EVENT);
    happen(f, EVENT);
    check_processed(f, last + 3, 0xffff, last);
    {
        g_autofree char *hex = g_strdup_printf("00 %02x %02x",
            (last + 2) & 0xff, (last + 2) >> 8);

        check(f, 0x14, hex, "");
    }
    check_processed(f, last + 3, last + 2, last);
    check(f, 0x11, "00", "00");
    fixture_settle(&f->base);
    g_assert_cmpuint(fixture_log_count(&f->base, "nmi"), ==, 1);
    check_processed(f, last + 3, last + 2, last + 3);
    command_fixture_restart(f);
    run(f, 0x15, "");
    check_processed(f, f->data[4] | f->data[5] << 8, last + 2, last + 3);
    g_assert_cmphex(run(f, 0x14, "00 fe fe"), ==, IPMI_CC_NOT_PRESENT);
    g_assert_cmphex(run(f, 0x14, "00 00 00"), ==, IPMI_CC_NOT_PRESENT);
    g_assert_cmphex(run(f, 0x14, "02 ff ff"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x14, "00 ff"), ==, IPMI_CC_LENGTH);
    check(f, 0x14, "00 ff ff", "");
    check(f, 0x14, "01 ff ff", "");
    run(f, 0x15, "");
    check_processed(f, f->data[4] | f->data[5] << 8, 0xffff, 0xffff);
}

static void add(const char *name, const void *data,
                void (*func)(CommandFixture *, const void *))
{
    g_autofree char *path = g_strdup_printf("/ipmi-pef-filters/%s", name);

    g_test_add(path, CommandFixture, data, command_fixture_setup, func,
               command_fixture_teardown);
}

int main(int argc, char **argv)
{
    size_t i;

    test_init(&argc, &argv);
    add("filters", NULL, test_filters);
    add("invalid", NULL, test_invalid);
    for (i = 0; i < G_N_ELEMENTS(priorities); i++) {
        g_autofree char *name = g_strdup_printf("priority/%s",
                                                priorities[i].name);

        add(name, GSIZE_TO_POINTER(i), test_priority);
    }
    add("postpone", NULL, test_postpone);
    add("processed", NULL, test_processed);
    return g_test_run();
}
