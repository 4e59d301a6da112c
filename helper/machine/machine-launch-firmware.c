/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OVMF for a machine that is to have UEFI: where it is, and its variables. */
#include "osdep.h"

#include "machine/machine-launch-priv.h"

#include <glib/gstdio.h>

#include "machine/machine-flash.h"
#include "util/error.h"

#define VARS_SIZE_MAX (16 * 1024 * 1024)

/*
 * Builds without Secure Boot and SMM, which every machine type can run;
 * code and variables must be of one build.
 */
static const LaunchFirmware firmware_table[] = {
    { "/usr/share/OVMF/OVMF_CODE_4M.fd",
      "/usr/share/OVMF/OVMF_VARS_4M.fd" },
    { "/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd" },
    { "/usr/share/edk2/ovmf/OVMF_CODE.fd",
      "/usr/share/edk2/ovmf/OVMF_VARS.fd" },
    { "/usr/share/edk2/x64/OVMF_CODE.4m.fd",
      "/usr/share/edk2/x64/OVMF_VARS.4m.fd" },
    { "/usr/share/qemu/ovmf-x86_64-code.bin",
      "/usr/share/qemu/ovmf-x86_64-vars.bin" },
};

static char *vars_path(const char *state_dir)
{
    return g_build_filename(state_dir, "OVMF_VARS.fd", NULL);
}

static bool vars_copy(const char *from, const char *to, GError **errp)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = NULL;
    gsize len = 0;

    if (!g_file_get_contents(from, &data, &len, &error)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot read UEFI variables: %s", error->message);
        return false;
    }
    if (len == 0 || len > VARS_SIZE_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "%s does not hold UEFI variables", from);
        return false;
    }
    if (!g_file_set_contents_full(to, data, len,
                                  G_FILE_SET_CONTENTS_CONSISTENT |
                                  G_FILE_SET_CONTENTS_DURABLE, 0600,
                                  &error)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot write UEFI variables: %s", error->message);
        return false;
    }
    return true;
}

const LaunchFirmware *launch_firmware_find(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(firmware_table); i++) {
        if (g_access(firmware_table[i].code, R_OK) == 0 &&
            g_access(firmware_table[i].vars, R_OK) == 0) {
            return &firmware_table[i];
        }
    }
    return NULL;
}

char *launch_firmware_vars_drive(const char *state_dir)
{
    g_autofree char *path = vars_path(state_dir);
    g_autofree char *quoted = machine_opts_quote(path);

    return g_strdup_printf("if=pflash,unit=1,format=raw,file=%s", quoted);
}

bool launch_firmware_prepare(const char *const *argv, const char *state_dir,
                             GError **errp)
{
    const LaunchFirmware *firmware = launch_firmware_find();
    g_autofree char *drive = NULL;
    g_autofree char *path = NULL;

    if (!firmware || !state_dir) {
        return true;
    }
    drive = launch_firmware_vars_drive(state_dir);
    path = vars_path(state_dir);
    if (!g_strv_contains(argv, drive) ||
        g_file_test(path, G_FILE_TEST_EXISTS)) {
        return true;
    }
    return vars_copy(firmware->vars, path, errp);
}
