/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Into the firmware's setup. OVMF takes F2 while it looks for what to boot,
 * and neither it nor QEMU tells when that is. So the key is pressed over and
 * over, from the reset on. The pauses count: OVMF gives a PS/2 keyboard up
 * from which something comes all the time; it wants 65 ms of silence, which it
 * counts by what it does meanwhile. When the processors get only part of a
 * busy host, everything takes longer, so the pauses have to.
 *
 * The setup itself does not mind F2. An operating system might, so it ends
 * as soon as one of these is seen:
 * - OVMF says on the serial port what it starts, the setup or anything else;
 * - the guest agent speaks;
 * - the processors idle: firmware does that only where it waits for somebody;
 * - they have run for longer than firmware takes. It is their time that
 *   counts, not ours: they may be slow, or get little of a busy host.
 */
#include "osdep.h"

#include "bmc/boot-setup.h"

#include "bmc/boot-priv.h"
#include "util/error.h"

#define KEY "f2"
#define PERIOD_MS 75
#define PERIOD_STEPS 4
#define PERIOD_MAX_MS 2000
/* A tick that comes later than that was not the machine's to use. */
#define TICK_MAX_MS 3000

#define SAMPLE_MS 1000
/* Each key makes the setup draw; without any it is still. */
#define QUIET_MS 400
#define CPU_MAX_MS (15 * 1000)
#define RUN_MAX_MS (180 * 1000)
#define RUN_MAX_BLIND_MS (20 * 1000)
/*
 * Before that no key is left out to see if they idle: of the processors' time,
 * or of ours if they have not even used that. Then they may have got too
 * little, so only next to nothing, and for long, means that they idle.
 */
#define IDLE_FROM_CPU_MS (8 * 1000)
#define IDLE_FROM_MS (30 * 1000)
#define IDLE_SAMPLES 3
#define IDLE_EARLY_SAMPLES 10
#define IDLE_PERCENT 10
#define IDLE_EARLY_PERCENT 3

#define LINE_LEN 256
#define STARTING "BdsDxe: starting Boot"

/* OVMF's setup: its name in older and newer versions, and its file. */
static const char *const setup_marks[] = {
    "\"UiApp\"", "\"EFI Firmware Setup\"",
    "462CAA21-7614-4503-836E-8AB6F4662331",
};

/*
 * BootSetup: how far it is.
 *
 * @cancellable: for what the machine is asked
 * @timer: until the next key
 * @active: a boot is to lead into the setup
 * @asking: a key is on its way
 * @ran_ms: how long the machine has run since that boot began
 * @tick_ms: when that was last looked at
 * @asked_ms: @ran_ms when the processors' time was last asked for
 * @sample_ms: when it was last told
 * @has_cpu: the next two hold
 * @cpu_first_us: the processors' time at first
 * @cpu_us: at last
 * @last_used_ms: and by how much it has grown there
 * @last_passed_ms: in which time
 * @keys: pressed so far
 * @quiet: no key until the next sample, which tells whether they idle
 * @was_quiet: there was none before the present one
 * @idle: how many samples in a row say that they do
 * @line: what the serial port has written since the line began
 * @line_len: bytes in it
 * @escape: within a control sequence
 */
struct BootSetup {
    GCancellable *cancellable;
    ClockTimer *timer;
    bool active;
    bool asking;
    int64_t ran_ms;
    int64_t tick_ms;
    int64_t asked_ms;
    int64_t sample_ms;
    bool has_cpu;
    uint64_t cpu_first_us;
    uint64_t cpu_us;
    int64_t last_used_ms;
    int64_t last_passed_ms;
    unsigned keys;
    bool quiet;
    bool was_quiet;
    unsigned idle;
    char line[LINE_LEN];
    size_t line_len;
    bool escape;
};

static void tick(void *opaque);

static void end(Bmc *bmc, const char *why)
{
    boot_setup_stop(bmc);
    g_message("boot override: %s: %s",
              boot_target_name(bmc->boot, BMC_BOOT_SETUP), why);
    if (bmc->boot->boot.enabled == BMC_BOOT_ONCE) {
        boot_consume(bmc, why);
    }
}

static bool is_running(const Bmc *bmc)
{
    return bmc->machine->state == MACHINE_STATE_RUNNING &&
           bmc->machine->connected;
}

static int64_t cpu_used_ms(const BootSetup *s)
{
    return (s->cpu_us - s->cpu_first_us) / 1000;
}

/*
 * As short as can be, since OVMF goes on soon after the silence. How long that
 * has to be depends on the host, so the pauses get longer step by step, and
 * begin anew. The unit is what firmware, which never rests, has got of the
 * last second.
 */
static int64_t period_ms(const BootSetup *s)
{
    int64_t period = PERIOD_MS;

    if (s->has_cpu && s->last_used_ms * 10 < s->last_passed_ms * 9) {
        period = PERIOD_MS * s->last_passed_ms / MAX(s->last_used_ms, 1);
    }
    period += period * (s->keys % PERIOD_STEPS) / 10;
    return MIN(period, PERIOD_MAX_MS);
}

static void schedule(Bmc *bmc)
{
    BootSetup *s = bmc->boot->setup;

    if (s->active && !s->asking && is_running(bmc)) {
        clock_timer_start(bmc->clock, &s->timer,
                          s->quiet ? QUIET_MS : period_ms(s), tick, bmc);
    } else {
        clock_timer_stop(&s->timer);
    }
}

static void key_pressed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Bmc *bmc = opaque;

    machine_press_key_finish(res, &err);
    if (bmc_error_is_cancelled(err)) {
        return;
    }
    if (err) {
        g_info("boot override: the key for the setup: %s", err->message);
    }
    bmc->boot->setup->asking = false;
    schedule(bmc);
}

/* What the processors have done since the last sample. */
static void follow_cpu(BootSetup *s, const MachineUsage *usage, int64_t now)
{
    unsigned percent;

    if (!s->has_cpu || usage->cpu_us < s->cpu_us) {
        s->cpu_first_us = usage->cpu_us;
        s->last_passed_ms = 0;
        s->idle = 0;
    } else {
        s->last_used_ms = (usage->cpu_us - s->cpu_us) / 1000;
        s->last_passed_ms = now - s->sample_ms;
    }
    if (s->was_quiet) {
        percent = cpu_used_ms(s) >= IDLE_FROM_CPU_MS ? IDLE_PERCENT :
                  IDLE_EARLY_PERCENT;
        s->idle = s->last_used_ms * 100 < s->last_passed_ms * percent ?
                  s->idle + 1 : 0;
    }
    s->has_cpu = true;
    s->cpu_us = usage->cpu_us;
    s->sample_ms = now;
}

static void press(Bmc *bmc)
{
    BootSetup *s = bmc->boot->setup;

    s->asking = true;
    s->keys++;
    machine_press_key_async(bmc->machine, KEY, s->cancellable, key_pressed,
                            bmc);
}

static void usage_told(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    MachineUsage usage;
    BootSetup *s;
    Bmc *bmc = opaque;
    bool told = machine_query_usage_finish(res, &usage, &err);

    if (bmc_error_is_cancelled(err)) {
        return;
    }
    s = bmc->boot->setup;
    s->asking = false;
    if (told && usage.has_cpu) {
        follow_cpu(s, &usage, clock_now_ms(bmc->clock));
        s->quiet = !s->was_quiet && (s->ran_ms >= IDLE_FROM_MS ||
                                     cpu_used_ms(s) >= IDLE_FROM_CPU_MS);
    }
    if (s->quiet || !is_running(bmc)) {
        schedule(bmc);
    } else {
        press(bmc);
    }
}

/* Returns why it is time to stop, or NULL. */
static const char *too_long(const BootSetup *s)
{
    if (s->idle >= (cpu_used_ms(s) >= IDLE_FROM_CPU_MS ? IDLE_SAMPLES :
                    IDLE_EARLY_SAMPLES)) {
        return "the machine waits for input";
    }
    if ((s->has_cpu && cpu_used_ms(s) >= CPU_MAX_MS) ||
        s->ran_ms >= (s->has_cpu ? RUN_MAX_MS : RUN_MAX_BLIND_MS)) {
        return "the firmware has had its time";
    }
    return NULL;
}

static void count(Bmc *bmc)
{
    BootSetup *s = bmc->boot->setup;
    int64_t now = clock_now_ms(bmc->clock);

    s->ran_ms += MIN(now - s->tick_ms, TICK_MAX_MS);
    s->tick_ms = now;
}

static void tick(void *opaque)
{
    Bmc *bmc = opaque;
    BootSetup *s = bmc->boot->setup;
    const char *why;

    count(bmc);
    why = too_long(s);
    if (why) {
        end(bmc, why);
        return;
    }
    s->was_quiet = s->quiet;
    s->quiet = false;
    if (s->was_quiet || s->ran_ms - s->asked_ms >= SAMPLE_MS) {
        s->asking = true;
        s->asked_ms = s->ran_ms;
        machine_query_usage_async(bmc->machine, s->cancellable, usage_told,
                                  bmc);
    } else {
        press(bmc);
    }
}

/* The line is complete, or as long as we care for. */
static void look_at_line(Bmc *bmc)
{
    BootSetup *s = bmc->boot->setup;
    bool setup = false;

    s->line[s->line_len] = '\0';
    s->line_len = 0;
    if (!strstr(s->line, STARTING)) {
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(setup_marks); i++) {
        setup = setup || strstr(s->line, setup_marks[i]);
    }
    end(bmc, setup ? "the setup has been reached" :
        "the firmware has started something else");
}

void bmc_boot_console_output(Bmc *bmc, const uint8_t *buf, size_t len)
{
    BootSetup *s = bmc->boot->setup;

    for (size_t i = 0; i < len && s->active; i++) {
        if (s->escape) {
            s->escape = !g_ascii_isalpha(buf[i]);
        } else if (buf[i] == '\033') {
            s->escape = true;
        } else if (buf[i] == '\r' || buf[i] == '\n') {
            look_at_line(bmc);
        } else if (buf[i] >= ' ') {
            s->line[s->line_len++] = buf[i];
            if (s->line_len == LINE_LEN - 1) {
                look_at_line(bmc);
            }
        }
    }
}

bool boot_setup_possible(const Bmc *bmc)
{
    const char *arch = bmc->machine->info.arch;

    /* Tried with OVMF on PCs only */
    return bmc_boot_mode(bmc) == MACHINE_FIRMWARE_UEFI &&
           (!arch || g_str_equal(arch, "x86_64") ||
            g_str_equal(arch, "i386")) &&
           boot_sync_has_device(bmc->boot, BMC_BOOT_SETUP);
}

void boot_setup_begin(Bmc *bmc)
{
    BootSetup *s = bmc->boot->setup;

    boot_setup_stop(bmc);
    s->active = true;
    s->ran_ms = 0;
    s->asked_ms = -SAMPLE_MS;
    s->has_cpu = false;
    s->cpu_first_us = 0;
    s->cpu_us = 0;
    s->last_used_ms = 0;
    s->last_passed_ms = 0;
    s->keys = 0;
    s->quiet = false;
    s->was_quiet = false;
    s->idle = 0;
    s->line_len = 0;
    s->escape = false;
    s->tick_ms = clock_now_ms(bmc->clock);
    g_info("boot override: pressing the key for the setup");
    schedule(bmc);
}

void boot_setup_stop(Bmc *bmc)
{
    BootSetup *s = bmc->boot->setup;

    if (s->active) {
        s->active = false;
        s->asking = false;
        clock_timer_stop(&s->timer);
        g_cancellable_cancel(s->cancellable);
        g_object_unref(s->cancellable);
        s->cancellable = g_cancellable_new();
    }
}

void boot_setup_machine_event(Bmc *bmc, const MachineEvent *event)
{
    BootSetup *s = bmc->boot->setup;

    if (!s->active) {
        return;
    }
    if (event->type == MACHINE_EVENT_GUEST && bmc->machine->guest) {
        end(bmc, "an operating system runs");
    } else if (event->type != MACHINE_EVENT_STATE) {
        return;
    } else if (machine_state_is_off(bmc->machine->state)) {
        boot_setup_stop(bmc);
    } else if (is_running(bmc)) {
        s->tick_ms = clock_now_ms(bmc->clock);
        schedule(bmc);
    } else if (s->timer) {
        count(bmc);
        schedule(bmc);
    }
}

void boot_setup_new(Bmc *bmc)
{
    bmc->boot->setup = g_new0(BootSetup, 1);
    bmc->boot->setup->cancellable = g_cancellable_new();
}

void boot_setup_free(Bmc *bmc)
{
    BootSetup *s = bmc->boot->setup;

    boot_setup_stop(bmc);
    g_cancellable_cancel(s->cancellable);
    g_object_unref(s->cancellable);
    g_clear_pointer(&bmc->boot->setup, g_free);
}
