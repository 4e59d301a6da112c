/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sensors and SDR repository, by their commands (chapters 33 and 35). */
#include "osdep.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bmc/sdr-repo.h"
#include "bmc/sel.h"
#include "bmc/persist.h"
#include "bmc/sensors.h"

#include "command-fixture.h"

#define SENSOR IPMI_NETFN_SENSOR
#define STORAGE IPMI_NETFN_STORAGE

/* The user's sensors, by the order of their configuration. */
#define MANUAL "80"
#define FILE_SENSOR "81"
#define COMMAND "82"
#define STATES "83"

static int run(CommandFixture *f, uint8_t cmd, const char *hex)
{
    return command_fixture_run(f, SENSOR, cmd, hex);
}

static void check(CommandFixture *f, uint8_t cmd, const char *hex,
                  const char *answer)
{
    command_fixture_assert(f, SENSOR, cmd, hex, answer);
}

static bool is_answered(void *opaque)
{
    const CommandFixture *f = opaque;

    return f->answers > 0;
}

/* Waits in real time for a reading that a thread or a process makes. */
static void check_slow(CommandFixture *f, const char *hex,
                       const char *answer)
{
    command_fixture_send(f, SENSOR, 0x2d, hex);
    g_assert_true(test_wait_until(is_answered, f, 5000));
    g_assert_cmphex(f->cc, ==, IPMI_CC_OK);
    test_assert_hex_equal(f->data, f->len, answer);
}

static unsigned sel_count(CommandFixture *f)
{
    return bmc_sel_info(f->base.bmc).count;
}

static const BmcSensorConfig configs[] = {
    { .name = "Manual", .type = 1, .unit = SDR_UNIT_DEGREES_C, .max = 255,
      .threshold = { [BMC_THRESHOLD_UPPER_CRITICAL] = 100 },
      .threshold_mask = 1 << BMC_THRESHOLD_UPPER_CRITICAL, .hysteresis = 5,
      .scale = 1, .interval_s = 10 },
    { .name = "File", .type = 1, .max = 255, .source = BMC_SENSOR_FILE,
      .scale = 0.1, .interval_s = 10 },
    { .name = "Command", .type = 1, .max = 255,
      .source = BMC_SENSOR_COMMAND, .scale = 1, .interval_s = 10 },
    { .name = "States", .type = 0x07, .discrete = true, .scale = 1,
      .interval_s = 10 },
};

static void setup_user(CommandFixture *f, const char *path,
                       const char *command)
{
    static BmcSensorConfig copies[G_N_ELEMENTS(configs)];
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    unsigned i;

    memcpy(copies, configs, sizeof(copies));
    copies[1].argument = path;
    copies[2].argument = command;
    for (i = 0; i < G_N_ELEMENTS(copies); i++) {
        g_ptr_array_add(list, &copies[i]);
    }
    f->base.config.sensors = list;
    command_fixture_restart(f);
    f->base.config.sensors = NULL;
}

static void test_states(CommandFixture *f, const void *opaque)
{
    check(f, 0x2d, "01", "00 c0 00 80");
    check(f, 0x2d, "02", "00 c0 01 80");
    check(f, 0x2d, "05", "00 c0 00 80");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_PANICKED);
    check(f, 0x2d, "05", "00 c0 02 80");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_SHUTDOWN);
    check(f, 0x2d, "01", "00 c0 01 80");
    check(f, 0x2d, "02", "00 c0 20 80");
    check(f, 0x2f, "02", "22 6f");
    /* Sensors that only have events, and none. */
    g_assert_cmphex(run(f, 0x2d, "03"), ==, IPMI_CC_NOT_PRESENT);
    g_assert_cmphex(run(f, 0x2d, "70"), ==, IPMI_CC_NOT_PRESENT);
    g_assert_cmphex(run(f, 0x27, "01"), ==, IPMI_CC_ILLEGAL_FOR_SENSOR);
    g_assert_cmphex(run(f, 0x2e, "02 22 6f"), ==, IPMI_CC_OK);
    g_assert_cmphex(run(f, 0x2e, "02 23 6f"), ==, IPMI_CC_ILLEGAL_FOR_SENSOR);
    g_assert_cmphex(run(f, 0x30, "01 10 00 01"), ==, 0x80);
}

/* A disabled event is not logged; its status is kept all the same. */
static void test_event_enable(CommandFixture *f, const void *opaque)
{
    unsigned before = sel_count(f);

    check(f, 0x29, "02", "c0 a904 0000");
    g_assert_cmphex(run(f, 0x28, "02 40 20 00"), ==, IPMI_CC_OK);
    check(f, 0x29, "02", "40 a904 0000");
    g_assert_cmphex(run(f, 0x28, "02 e0 20"), ==, IPMI_CC_OK);
    check(f, 0x29, "02", "c0 8904 0000");
    g_assert_cmphex(run(f, 0x28, "01 e0 01"), ==, IPMI_CC_OK);
    command_fixture_restart(f);
    check(f, 0x29, "02", "c0 8904 0000");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_SHUTDOWN);
    fixture_settle(&f->base);
    g_assert_cmpuint(sel_count(f), ==, before);
    check(f, 0x2b, "01", "c0 0100 0000");
    g_assert_cmphex(run(f, 0x2a, "01 00"), ==, IPMI_CC_OK);
    check(f, 0x2b, "01", "c0 0000 0000");
    g_assert_cmphex(run(f, 0x28, "02 70"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x28, "02 c1"), ==, IPMI_CC_INVALID_FIELD);
    /* The machine's states have no deassertion events, and not all states. */
    g_assert_cmphex(run(f, 0x28, "02 d0 0000 0100"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x28, "02 d0 0200"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x28, "01 d0 00 10"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x2a, "01 01"), ==, IPMI_CC_INVALID_FIELD);
    /* The initialization agent puts everything back. */
    command_fixture_assert(f, STORAGE, 0x2c, "00", "01");
    check(f, 0x29, "02", "c0 8904 0000");
    command_fixture_assert(f, STORAGE, 0x2c, "01", "01");
    check(f, 0x29, "02", "c0 a904 0000");
    g_assert_cmphex(command_fixture_run(f, STORAGE, 0x2c, "02"), ==,
                    IPMI_CC_INVALID_FIELD);
}

/* What an event has told is asserted for as long as it is so. */
static void test_event_status(CommandFixture *f, const void *opaque)
{
    check(f, 0x2b, "02", "c0 0000 0000");
    mock_machine_shutdown(f->base.mock, true, "guest-shutdown");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_SHUTDOWN);
    fixture_settle(&f->base);
    check(f, 0x2b, "01", "c0 0100 0000");
    check(f, 0x2b, "02", "c0 2000 0000");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_RUNNING);
    fixture_settle(&f->base);
    check(f, 0x2b, "01", "c0 0000 0000");
    check(f, 0x2b, "02", "c0 0100 0000");
}

static void fill_log(CommandFixture *f, unsigned count)
{
    const SelRecord record = { .type = 0xe0 };

    while (sel_count(f) < count) {
        g_assert_cmpuint(bmc_sel_add(f->base.bmc, &record, ""), !=, 0);
    }
}

static void test_event_log(CommandFixture *f, const void *opaque)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_LAN };

    check(f, 0x2d, "06", "00 c0 00 80");
    fill_log(f, BMC_SEL_ALMOST_FULL);
    check(f, 0x2d, "06", "00 c0 20 80");
    check(f, 0x2b, "06", "c0 2000 0000");
    fill_log(f, BMC_SEL_MAX);
    check(f, 0x2d, "06", "00 c0 10 80");
    check(f, 0x2b, "06", "c0 1000 0000");
    bmc_sel_clear(f->base.bmc, &origin);
    check(f, 0x2d, "06", "00 c0 00 80");
    check(f, 0x2b, "06", "c0 0000 0000");
}

static void tell_usage(CommandFixture *f, uint64_t cpu_us, uint64_t bytes)
{
    MachineUsage *usage = mock_machine_usage(f->base.mock);

    usage->has_cpu = true;
    usage->cpu_us = cpu_us;
    usage->has_memory = true;
    usage->memory_bytes = 512 << 20;
    usage->has_block = true;
    usage->read_bytes = bytes;
    usage->write_bytes = 0;
}

static void tell_info(CommandFixture *f)
{
    Machine *machine = mock_machine_base(f->base.mock);

    machine->info.n_cpus = 2;
    machine->info.memory_bytes = 1024 << 20;
    machine_notify(machine, MACHINE_EVENT_INFO, false, NULL);
    fixture_settle(&f->base);
}

/* They are there once they have been seen, and then stay. */
static void test_usage(CommandFixture *f, const void *opaque)
{
    uint32_t added = bmc_sdr_added(f->base.bmc);
    unsigned count = bmc_sdr_count(f->base.bmc);

    g_assert_cmphex(run(f, 0x2d, "20"), ==, IPMI_CC_NOT_PRESENT);
    tell_usage(f, 0, 0);
    tell_info(f);
    fixture_advance(&f->base, 200);
    g_assert_nonnull(bmc_sensor_find(f->base.bmc, 0x20));
    g_assert_cmpuint(bmc_sdr_count(f->base.bmc), ==, count + 4);
    g_assert_cmpuint(bmc_sdr_added(f->base.bmc), >=, added);
    /* Ten seconds later: 2 CPUs half busy, 20 MB/s. */
    fixture_advance(&f->base, 10000);
    tell_usage(f, 10000000, 200000000);
    check(f, 0x2d, "20", "7d c0 c0");
    check(f, 0x2d, "21", "7d c0 c0");
    check(f, 0x2d, "22", "0a c0 c0");
    check(f, 0x2d, "23", "00 c0 c0");
    check(f, 0x23, "20 00", "ff 04 00 00 00 00 f0");
    /* A process is larger than its guest: 100 percent, and no more. */
    mock_machine_usage(f->base.mock)->memory_bytes = 1280 << 20;
    fixture_advance(&f->base, 10000);
    check(f, 0x2d, "21", "fa c0 c0");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_SHUTDOWN);
    check(f, 0x2d, "20", "00 e0 c0");
    command_fixture_restart(f);
    check(f, 0x2d, "20", "00 e0 c0");
}

/* Nobody has read for long: two samples are taken for one reading. */
static void test_usage_fresh(CommandFixture *f, const void *opaque)
{
    tell_usage(f, 0, 0);
    tell_info(f);
    fixture_advance(&f->base, 200);
    fixture_advance(&f->base, 3600 * 1000);
    command_fixture_send(f, SENSOR, 0x2d, "20");
    fixture_settle(&f->base);
    g_assert_cmpint(f->answers, ==, 0);
    tell_usage(f, 100000, 0);
    fixture_advance(&f->base, 200);
    g_assert_cmpint(f->answers, ==, 1);
    test_assert_hex_equal(f->data, f->len, "3f c0 c0");
    /* QEMU does not answer: unavailable, and in time. */
    mock_machine_hold(f->base.mock, true);
    fixture_advance(&f->base, 3600 * 1000);
    command_fixture_send(f, SENSOR, 0x2d, "20");
    fixture_advance(&f->base, 400);
    g_assert_cmpint(f->answers, ==, 1);
    g_assert_cmphex(f->cc, ==, IPMI_CC_OK);
    test_assert_hex_equal(f->data, f->len, "00 e0 c0");
    mock_machine_hold(f->base.mock, false);
    fixture_settle(&f->base);
}

static void test_thresholds(CommandFixture *f, const void *opaque)
{
    unsigned before;

    tell_usage(f, 0, 0);
    tell_info(f);
    fixture_advance(&f->base, 200);
    before = sel_count(f);
    check(f, 0x27, "21", "00 000000 000000");
    check(f, 0x25, "21 ff", "00 00");
    g_assert_cmphex(run(f, 0x26, "21 18 000000 28 30 00"), ==, IPMI_CC_OK);
    check(f, 0x27, "21", "18 000000 28 30 00");
    g_assert_cmphex(run(f, 0x24, "21 ff 02 03"), ==, IPMI_CC_OK);
    check(f, 0x25, "21 ff", "02 03");
    /* Nothing is enabled, so nobody looks. */
    fixture_advance(&f->base, 60000);
    g_assert_cmpuint(sel_count(f), ==, before);
    check(f, 0x2d, "21", "7d c0 d8");
    g_assert_cmpuint(sel_count(f), ==, before);
    g_assert_cmphex(run(f, 0x28, "21 d0 00 02 00 02"), ==, IPMI_CC_OK);
    fixture_advance(&f->base, 10000);
    fixture_advance(&f->base, 200);
    g_assert_cmpuint(sel_count(f), ==, before + 1);
    check(f, 0x2b, "21", "c0 8002 0000");
    /* Once is enough. */
    fixture_advance(&f->base, 10000);
    fixture_advance(&f->base, 200);
    g_assert_cmpuint(sel_count(f), ==, before + 1);
    command_fixture_restart(f);
    check(f, 0x27, "21", "18 000000 28 30 00");
    check(f, 0x25, "21 ff", "02 03");
    check(f, 0x29, "21", "c0 0002 0002");
    g_assert_cmphex(run(f, 0x26, "21 10 000000 00 20 00"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x26, "21 40 000000 000000"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x26, "21 01 000000 000000"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x24, "21 00 02 03"), ==, IPMI_CC_INVALID_FIELD);
    /* FFh takes a threshold away. */
    g_assert_cmphex(run(f, 0x26, "21 18 000000 ff ff 00"), ==, IPMI_CC_OK);
    check(f, 0x27, "21", "00 000000 000000");
}

static void test_manual(CommandFixture *f, const void *opaque)
{
    unsigned before;

    setup_user(f, "/nonexistent", "false");
    before = sel_count(f);
    check(f, 0x2d, MANUAL, "00 e0 c0");
    g_assert_cmphex(run(f, 0x30, MANUAL "01 63"), ==, IPMI_CC_OK);
    check(f, 0x2d, MANUAL, "63 c0 c0");
    g_assert_cmpuint(sel_count(f), ==, before);
    g_assert_cmphex(run(f, 0x30, MANUAL "01 64"), ==, IPMI_CC_OK);
    check(f, 0x2d, MANUAL, "64 c0 d0");
    g_assert_cmpuint(sel_count(f), ==, before + 1);
    /* Within the hysteresis it is still beyond. */
    g_assert_cmphex(run(f, 0x30, MANUAL "01 61"), ==, IPMI_CC_OK);
    g_assert_cmpuint(sel_count(f), ==, before + 1);
    check(f, 0x2b, MANUAL, "c0 0002 0000");
    g_assert_cmphex(run(f, 0x30, MANUAL "01 5e"), ==, IPMI_CC_OK);
    g_assert_cmpuint(sel_count(f), ==, before + 2);
    check(f, 0x2b, MANUAL, "c0 0000 0002");
    setup_user(f, "/nonexistent", "false");
    check(f, 0x2d, MANUAL, "5e c0 c0");
    g_assert_cmphex(run(f, 0x30, MANUAL "02 00"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x30, MANUAL "41 00"), ==, 0x81);
    g_assert_cmphex(run(f, 0x30, MANUAL "10 00 01"), ==, 0x80);
    g_assert_cmphex(run(f, 0x30, FILE_SENSOR "01 00"), ==, 0x80);
    g_assert_cmphex(run(f, 0x30, "20 01 00"), ==, IPMI_CC_NOT_PRESENT);
    /* States: write, set, clear. */
    before = sel_count(f);
    g_assert_cmphex(run(f, 0x30, STATES "10 00 03 00"), ==, IPMI_CC_OK);
    g_assert_cmpuint(sel_count(f), ==, before + 2);
    g_assert_cmphex(run(f, 0x30, STATES "20 00 04 01"), ==, IPMI_CC_OK);
    check(f, 0x2d, STATES, "00 c0 07 81");
    g_assert_cmphex(run(f, 0x30, STATES "30 00 fe ff"), ==, IPMI_CC_OK);
    check(f, 0x2d, STATES, "00 c0 06 81");
    g_assert_cmpuint(sel_count(f), ==, before + 5);
    /* What is set is more than what was asserted since the last start. */
    setup_user(f, "/nonexistent", "false");
    g_assert_cmphex(run(f, 0x30, STATES "20 00 08 00"), ==, IPMI_CC_OK);
    check(f, 0x2d, STATES, "00 c0 0e 81");
}

static void test_inputs(CommandFixture *f, const void *opaque)
{
    g_autofree char *path = test_dir_file(f->base.dir, "value");
    g_autofree char *fifo = test_dir_file(f->base.dir, "fifo");

    g_assert_true(g_file_set_contents(path, "420\n", -1, NULL));
    setup_user(f, path, "sh -c 'echo 17 degrees'");
    check_slow(f, FILE_SENSOR, "2a c0 c0");
    g_assert_true(g_file_set_contents(path, "10", -1, NULL));
    check_slow(f, FILE_SENSOR, "01 c0 c0");
    g_assert_true(g_file_set_contents(path, "hot", -1, NULL));
    check_slow(f, FILE_SENSOR, "00 e0 c0");
    check_slow(f, COMMAND, "11 c0 c0");
    setup_user(f, "/nonexistent/x", "/nonexistent/y");
    check_slow(f, FILE_SENSOR, "00 e0 c0");
    check_slow(f, COMMAND, "00 e0 c0");
    /* What would block, and what does not end. */
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    setup_user(f, fifo, "sleep 1000");
    check_slow(f, FILE_SENSOR, "00 e0 c0");
    command_fixture_send(f, SENSOR, 0x2d, COMMAND);
    fixture_advance(&f->base, 400);
    g_assert_cmpint(f->answers, ==, 1);
    test_assert_hex_equal(f->data, f->len, "00 e0 c0");
    fixture_advance(&f->base, 6000);
    setup_user(f, fifo, "yes");
    check_slow(f, COMMAND, "00 e0 c0");
}

static bool has_ended(void *opaque)
{
    return kill(*(pid_t *)opaque, 0) < 0;
}

static bool has_pid(void *opaque)
{
    return g_file_test(opaque, G_FILE_TEST_EXISTS);
}

/* Waits until a command has written a process id. */
static pid_t read_pid(const char *path)
{
    g_autofree char *text = NULL;
    gint64 pid;

    g_assert_true(test_wait_until(has_pid, (char *)path, 5000));
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_ascii_string_to_signed(g_strchomp(text), 10, 2, G_MAXINT,
                                           &pid, NULL));
    return pid;
}

/* Nothing of a command is left after its time; "@" is where it says which. */
static void check_killed(CommandFixture *f, const char *script,
                         const char *answer)
{
    g_autofree char *path = test_dir_file(f->base.dir, "pid");
    g_auto(GStrv) parts = g_strsplit(script, "@", -1);
    g_autofree char *command = g_strjoinv(path, parts);
    pid_t pid;

    unlink(path);
    setup_user(f, "/x", command);
    command_fixture_send(f, SENSOR, 0x2d, COMMAND);
    pid = read_pid(path);
    if (answer) {
        g_assert_true(test_wait_until(is_answered, f, 5000));
        test_assert_hex_equal(f->data, f->len, answer);
    }
    fixture_advance(&f->base, 6000);
    g_assert_true(test_wait_until(has_ended, &pid, 5000));
}

static void test_lingering(CommandFixture *f, const void *opaque)
{
    /* Its output has ended, it has not. */
    check_killed(f, "sh -c 'f=@; echo $$ > $f.new; mv $f.new $f; echo 17; "
                 "exec >&-; exec sleep 1000'", "11 c0 c0");
    /* A child of it. */
    check_killed(f, "sh -c 'f=@; sleep 1000 & echo $! > $f.new; mv $f.new $f; "
                 "wait'", NULL);
}

/* Numbers follow names, in whatever order they are configured. */
static void test_numbers(CommandFixture *f, const void *opaque)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    BmcSensorConfig first = configs[0];
    BmcSensorConfig last = configs[3];

    setup_user(f, "/x", "false");
    first.name = "Another";
    g_ptr_array_add(list, &first);
    g_ptr_array_add(list, &last);
    f->base.config.sensors = list;
    command_fixture_restart(f);
    g_assert_null(bmc_sensor_find(f->base.bmc, 0x80));
    g_assert_cmpstr(bmc_sensor_find(f->base.bmc, 0x83)->name, ==, "States");
    g_assert_cmpstr(bmc_sensor_find(f->base.bmc, 0x84)->name, ==, "Another");
}

/* A state file that gives two of them one number, or one that is not theirs. */
static void test_damaged_numbers(CommandFixture *f, const void *opaque)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    BmcSensorConfig one = configs[0];
    BmcSensorConfig two = configs[0];
    JsonObject *section = json_object_new();
    const BmcSensor *a, *b;
    Persist *persist;

    one.name = "One";
    two.name = "Two";
    g_ptr_array_add(list, &one);
    g_ptr_array_add(list, &two);
    json_object_set_int_member(section, "One", 0x90);
    json_object_set_int_member(section, "Two", 0x90);
    json_object_set_int_member(section, "Three", 0x20);
    ipmi_core_free(f->core);
    bmc_free(f->base.bmc);
    persist = persist_open(f->base.config.state_dir, NULL);
    persist_set(persist, "sensor-numbers", section);
    persist_free(persist);
    f->base.config.sensors = list;
    test_expect_log(G_LOG_LEVEL_WARNING, "*sensor-numbers.Two cannot*");
    test_expect_log(G_LOG_LEVEL_WARNING, "*sensor-numbers.Three cannot*");
    command_fixture_start(f);
    test_assert_logged();
    a = bmc_sensor_find(f->base.bmc, 0x90);
    b = bmc_sensor_find(f->base.bmc, 0x80);
    g_assert_nonnull(a);
    g_assert_nonnull(b);
    g_assert_cmpstr(a->name, !=, b->name);
    g_assert_null(bmc_sensor_find(f->base.bmc, 0x91));
}

/* Walks the repository as clients do; returns the number of records. */
static unsigned walk(CommandFixture *f)
{
    unsigned id = 0;
    unsigned count = 0;

    do {
        g_autofree char *hex = g_strdup_printf("0000 %02x %02x 00 ff",
                                               id & 0xff, id >> 8);

        g_assert_cmphex(command_fixture_run(f, STORAGE, 0x23, hex), ==,
                        IPMI_CC_OK);
        g_assert_cmpuint(f->len, ==, 2 + 5 + f->data[6]);
        g_assert_cmphex(f->data[4], ==, 0x51);
        id = f->data[0] | f->data[1] << 8;
        count++;
    } while (id != 0xffff && count < 1000);
    return count;
}

static void test_repository(CommandFixture *f, const void *opaque)
{
    unsigned reservation;
    g_autofree char *hex = NULL;
    g_autofree char *stale = NULL;

    g_assert_cmpuint(walk(f), ==, bmc_sdr_count(f->base.bmc));
    g_assert_cmphex(command_fixture_run(f, STORAGE, 0x20, ""), ==, 0);
    g_assert_cmpuint(f->len, ==, 14);
    g_assert_cmphex(f->data[0], ==, 0x51);
    g_assert_cmpuint(f->data[1], ==, bmc_sdr_count(f->base.bmc));
    g_assert_cmphex(f->data[13], ==, 0x03);
    command_fixture_assert(f, STORAGE, 0x23, "0000 0001 00 05",
                           "ffff 00 01 51 12 13");
    command_fixture_assert(f, STORAGE, 0x23, "0000 ffff 00 05",
                           "ffff 00 01 51 12 13");
    /* Parts of a record need a reservation. */
    g_assert_cmphex(command_fixture_run(f, STORAGE, 0x23, "0000 0100 05 05"),
                    ==, IPMI_CC_RESERVATION);
    g_assert_cmphex(command_fixture_run(f, STORAGE, 0x22, ""), ==, 0);
    reservation = f->data[0] | f->data[1] << 8;
    hex = g_strdup_printf("%02x %02x 0100 05 03", reservation & 0xff,
                          reservation >> 8);
    command_fixture_assert(f, STORAGE, 0x23, hex, "0200 20 00 01");
    stale = g_strdup_printf("%02x %02x 0100 ff 03", reservation & 0xff,
                            reservation >> 8);
    g_assert_cmphex(command_fixture_run(f, STORAGE, 0x23, stale), ==,
                    IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(command_fixture_run(f, STORAGE, 0x23, "0000 7700 00 05"),
                    ==, IPMI_CC_NOT_PRESENT);
    /* A record more ends the reservation. */
    tell_usage(f, 0, 0);
    tell_info(f);
    fixture_advance(&f->base, 200);
    g_assert_cmphex(command_fixture_run(f, STORAGE, 0x23, hex), ==,
                    IPMI_CC_RESERVATION);
    g_assert_cmpuint(walk(f), ==, bmc_sdr_count(f->base.bmc));
    g_assert_cmphex(command_fixture_run(f, STORAGE, 0x27, "0000 434c52 aa"),
                    ==, IPMI_CC_INVALID_CMD);
}

/* The stamp by which clients know that their copy is good. */
static void test_stamp(CommandFixture *f, const void *opaque)
{
    uint32_t added;

    command_fixture_run(f, STORAGE, 0x29, "00 00 00 50");
    tell_usage(f, 0, 0);
    tell_info(f);
    fixture_advance(&f->base, 200);
    added = bmc_sdr_added(f->base.bmc);
    g_assert_cmphex(added >> 24, ==, 0x50);
    /* Else FreeIPMI goes no further until its copy is thrown away. */
    command_fixture_run(f, STORAGE, 0x29, "00 00 00 60");
    g_assert_cmphex(run(f, 0x26, "21 18 000000 28 30 00"), ==, IPMI_CC_OK);
    g_assert_cmpuint(bmc_sdr_added(f->base.bmc), ==, added);
    g_assert_cmphex(run(f, 0x26, "21 18 000000 29 31 00"), ==, IPMI_CC_OK);
    command_fixture_restart(f);
    g_assert_cmpuint(bmc_sdr_added(f->base.bmc), ==, added);
}

#define ADD(name, func) \
    g_test_add("/ipmi-sensor/" name, CommandFixture, NULL, \
               command_fixture_setup, func, command_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("states", test_states);
    ADD("event-enable", test_event_enable);
    ADD("event-status", test_event_status);
    ADD("event-log", test_event_log);
    ADD("usage", test_usage);
    ADD("usage/fresh", test_usage_fresh);
    ADD("thresholds", test_thresholds);
    ADD("manual", test_manual);
    ADD("inputs", test_inputs);
    ADD("inputs/lingering", test_lingering);
    ADD("numbers", test_numbers);
    ADD("numbers/damaged", test_damaged_numbers);
    ADD("repository", test_repository);
    ADD("stamp", test_stamp);
    return g_test_run();
}
