/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host's /proc tells of a QEMU process. */
#include "osdep.h"

#include "machine/machine-host.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "machine/machine-firmware.h"
#include "machine/machine-smbios.h"

/* Behind the name, which may hold anything, fields 3 and up (proc(5)). */
#define STAT_UTIME 14
#define STAT_START 22
#define STAT_FIRST 3

bool machine_host_has_thread(int pid, int tid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%d", pid, tid);

    return tid > 0 && access(path, F_OK) == 0;
}

void machine_host_read_argv(int pid, MachineInfo *info)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", pid);
    g_autofree char *text = NULL;
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *link = g_strdup_printf("/proc/%d/cwd", pid);
    g_autofree char *dir = g_file_read_link(link, NULL);
    g_autofree char *exe = g_strdup_printf("/proc/%d/exe", pid);
    g_autofree char *program = g_file_read_link(exe, NULL);
    size_t len = 0;
    size_t at;

    if (!g_file_get_contents(path, &text, &len, NULL)) {
        return;
    }
    for (at = 0; at < len; at += strlen(text + at) + 1) {
        g_ptr_array_add(argv, text + at);
    }
    g_ptr_array_add(argv, NULL);
    machine_smbios_parse((const char *const *)argv->pdata, info->smbios);
    machine_settings_parse((const char *const *)argv->pdata,
                           &info->settings);
    if (dir) {
        machine_flash_parse((const char *const *)argv->pdata, dir,
                            info->flash, NULL);
        info->firmware_file = machine_firmware_find(
            (const char *const *)argv->pdata, dir, program,
            &info->firmware_rom, NULL);
    }
}

/* Returns the text of a stat file from a field on, or NULL. */
static const char *find_field(const char *text, int wanted)
{
    const char *at = strrchr(text, ')');
    int field;

    for (field = STAT_FIRST - 1; at && field < wanted; field++) {
        at = strchr(at + 1, ' ');
    }
    return at;
}

/* When a process was started, in ticks since the host was. */
static bool read_start(int pid, int64_t *ticks)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree char *text = NULL;
    const char *at;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return false;
    }
    at = find_field(text, STAT_START);
    return at && sscanf(at, "%" SCNd64, ticks) == 1;
}

/* A clock that is set does not change the name. */
char *machine_host_name_process(int pid)
{
    g_autofree char *boot = NULL;
    int64_t ticks;

    if (!read_start(pid, &ticks) ||
        !g_file_get_contents("/proc/sys/kernel/random/boot_id", &boot, NULL,
                             NULL)) {
        return NULL;
    }
    return g_strdup_printf("%s/%d/%" PRId64, g_strstrip(boot), pid, ticks);
}

int64_t machine_host_started(int pid)
{
    long per_second = sysconf(_SC_CLK_TCK);
    struct timespec now;
    int64_t ticks;

    if (!read_start(pid, &ticks) || clock_gettime(CLOCK_BOOTTIME, &now)) {
        return 0;
    }
    return g_get_real_time() - now.tv_sec * G_USEC_PER_SEC -
           now.tv_nsec / 1000 + ticks * (G_USEC_PER_SEC / per_second);
}

static bool read_thread_ticks(int pid, int tid, uint64_t *ticks)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/stat", pid,
                                            tid);
    g_autofree char *text = NULL;
    const char *at;
    uint64_t user;
    uint64_t system;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return false;
    }
    at = find_field(text, STAT_UTIME);
    if (!at || sscanf(at, "%" SCNu64 " %" SCNu64, &user, &system) != 2) {
        return false;
    }
    *ticks = user + system;
    return true;
}

bool machine_host_read_cpu_us(int pid, const int *threads, uint64_t *us)
{
    long per_second = sysconf(_SC_CLK_TCK);
    uint64_t sum = 0;

    for (; *threads; threads++) {
        uint64_t ticks;

        if (!read_thread_ticks(pid, *threads, &ticks)) {
            return false;
        }
        sum += ticks;
    }
    *us = sum * (G_USEC_PER_SEC / per_second);
    return true;
}

bool machine_host_read_memory(int pid, uint64_t *bytes)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/statm", pid);
    g_autofree char *text = NULL;
    uint64_t size;
    uint64_t resident;

    if (!g_file_get_contents(path, &text, NULL, NULL) ||
        sscanf(text, "%" SCNu64 " %" SCNu64, &size, &resident) != 2) {
        return false;
    }
    *bytes = resident * sysconf(_SC_PAGESIZE);
    return true;
}
