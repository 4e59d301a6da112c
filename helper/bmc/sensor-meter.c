/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the machine uses. Counters become rates by two samples: the last one,
 * if it is neither too new nor too old, else one that is taken now and a
 * second one shortly after it. All who read at the same time share them.
 */
#include "osdep.h"

#include "bmc/sensor-priv.h"

#include "util/error.h"

/* Between two samples; /proc counts in steps of 10 ms. */
#define SAMPLE_MIN_MS 200
#define SAMPLE_MAX_MS 60000
#define MEGABYTE 1e6

static void meter_query(Bmc *bmc);

static void deadline_over(void *opaque)
{
    Bmc *bmc = opaque;

    sensor_waiters_return(bmc, bmc->sensors->meter.waiters, false);
}

static void meter_answer(Bmc *bmc, bool fresh)
{
    SensorMeter *meter = &bmc->sensors->meter;

    clock_timer_stop(&meter->deadline);
    sensor_waiters_return(bmc, meter->waiters, fresh);
}

static double rate(uint64_t now, uint64_t before, int64_t ms)
{
    return now > before ? (now - before) / (ms / 1000.0) : 0;
}

/* Two samples become what the sensors show. */
static void meter_compute(Bmc *bmc, const MachineUsage *now, int64_t ms)
{
    SensorMeter *meter = &bmc->sensors->meter;
    const MachineInfo *info = &bmc->machine->info;
    const MachineUsage *before = &meter->sample;
    SensorUsage *usage = &meter->usage;

    memset(usage, 0, sizeof(*usage));
    if (now->has_cpu && before->has_cpu && info->n_cpus) {
        usage->has_cpu = true;
        usage->cpu = rate(now->cpu_us, before->cpu_us, ms) /
                     (1e4 * info->n_cpus);
        usage->cpu = MIN(usage->cpu, 100);
    }
    if (now->has_memory && info->memory_bytes) {
        usage->has_memory = true;
        /*
         * What a process has beyond the size of its guest is QEMU's own,
         * which for a small guest is a good deal.
         */
        usage->memory = MIN(now->memory_bytes, info->memory_bytes) * 100.0 /
                        info->memory_bytes;
    }
    if (now->has_block && before->has_block) {
        usage->has_block = true;
        usage->block_read = rate(now->read_bytes, before->read_bytes, ms) /
                            MEGABYTE;
        usage->block_write = rate(now->write_bytes, before->write_bytes,
                                  ms) / MEGABYTE;
    }
}

static void meter_found(Bmc *bmc)
{
    const SensorUsage *usage = &bmc->sensors->meter.usage;

    if (usage->has_cpu) {
        sensor_present(bmc, BMC_SENSOR_CPU_LOAD);
    }
    if (usage->has_memory) {
        sensor_present(bmc, BMC_SENSOR_MEMORY);
    }
    if (usage->has_block) {
        sensor_present(bmc, BMC_SENSOR_BLOCK_READ);
        sensor_present(bmc, BMC_SENSOR_BLOCK_WRITE);
    }
}

static void second_due(void *opaque)
{
    meter_query(opaque);
}

static void meter_sampled(GObject *source, GAsyncResult *res, void *opaque)
{
    Bmc *bmc = opaque;
    g_autoptr(GError) err = NULL;
    MachineUsage now = { 0 };
    bool ok = machine_query_usage_finish(res, &now, &err);
    SensorMeter *meter;
    int64_t age;

    if (bmc_error_is_cancelled(err)) {
        return;
    }
    meter = &bmc->sensors->meter;
    meter->querying = false;
    if (!ok) {
        sensor_meter_forget(meter);
        meter_answer(bmc, false);
        return;
    }
    age = meter->sample_ms < 0 ? INT64_MAX :
          clock_now_ms(bmc->clock) - meter->sample_ms;
    if (age >= SAMPLE_MIN_MS && age <= SAMPLE_MAX_MS) {
        meter_compute(bmc, &now, age);
        meter->usage_ms = clock_now_ms(bmc->clock);
        meter_found(bmc);
    }
    if (age >= SAMPLE_MIN_MS) {
        meter->sample = now;
        meter->sample_ms = clock_now_ms(bmc->clock);
    }
    if (age >= SAMPLE_MIN_MS && age <= SAMPLE_MAX_MS) {
        meter_answer(bmc, true);
    } else {
        clock_timer_start(bmc->clock, &meter->second, SAMPLE_MIN_MS,
                          second_due, bmc);
    }
}

static void meter_query(Bmc *bmc)
{
    SensorMeter *meter = &bmc->sensors->meter;

    meter->querying = true;
    machine_query_usage_async(bmc->machine, meter->cancellable,
                              meter_sampled, bmc);
}

void sensor_meter_read(Bmc *bmc, GTask *task)
{
    SensorMeter *meter = &bmc->sensors->meter;
    int64_t now = clock_now_ms(bmc->clock);

    if (!bmc->machine->connected ||
        machine_state_is_off(bmc->machine->state)) {
        sensor_meter_forget(meter);
        if (task) {
            sensor_read_return(bmc, task, false);
        }
        return;
    }
    if (task && meter->usage_ms >= 0 &&
        now - meter->usage_ms < SAMPLE_MIN_MS) {
        sensor_read_return(bmc, task, true);
        return;
    }
    if (task) {
        g_ptr_array_add(meter->waiters, task);
    }
    if (task && !meter->deadline) {
        clock_timer_start(bmc->clock, &meter->deadline, SENSOR_READ_MS,
                          deadline_over, bmc);
    }
    if (!meter->querying && !meter->second) {
        meter_query(bmc);
    }
}

void sensor_meter_init(SensorMeter *meter)
{
    meter->usage_ms = -1;
    meter->sample_ms = -1;
    meter->waiters = g_ptr_array_new();
    meter->cancellable = g_cancellable_new();
}

void sensor_meter_clear(SensorMeter *meter)
{
    g_cancellable_cancel(meter->cancellable);
    g_clear_object(&meter->cancellable);
    clock_timer_stop(&meter->second);
    clock_timer_stop(&meter->deadline);
    sensor_waiters_cancel(meter->waiters);
}

void sensor_meter_forget(SensorMeter *meter)
{
    meter->usage_ms = -1;
    meter->sample_ms = -1;
}
