/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes the command line of a QEMU process, which the process may write
 * over: what is found there can be replaced, and is found again.
 */
#include "osdep.h"

#include "machine/machine-flash.h"

#define OTHER "/other,file"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void try_chip(const char *const *argv, MachineFlash which,
                     const MachineFlashChip *chip)
{
    char *files[MACHINE_FLASH__MAX] = { NULL };
    g_auto(GStrv) out = NULL;

    g_assert(chip->form || (!chip->file && !chip->problem));
    g_assert(!chip->file || !chip->problem);
    if (!chip->file) {
        return;
    }
    out = machine_flash_replace(argv, chip, OTHER);
    machine_flash_parse((const char *const *)out, "/", files, NULL);
    g_assert_cmpstr(files[which], ==, OTHER);
    g_free(files[MACHINE_FLASH_CODE]);
    g_free(files[MACHINE_FLASH_VARS]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    MachineFlashChip chips[MACHINE_FLASH__MAX];
    const char *const *args;

    for (size_t at = 0; at < len; at += strlen(argv->pdata[argv->len - 1]) +
                                        1) {
        g_ptr_array_add(argv, g_strndup((const char *)data + at, len - at));
    }
    g_ptr_array_add(argv, NULL);
    args = (const char *const *)argv->pdata;
    machine_flash_find(args, chips);
    for (int i = 0; i < MACHINE_FLASH__MAX; i++) {
        try_chip(args, i, &chips[i]);
    }
    machine_flash_clear(chips);
    return 0;
}
