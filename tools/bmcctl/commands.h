/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bmcctl can do, as tables that end with a zero row. */
#ifndef QEMU_BMC_TOOLS_BMCCTL_COMMANDS_H
#define QEMU_BMC_TOOLS_BMCCTL_COMMANDS_H

#include "ctl.h"

/**
 * CtlCommand: a command.
 *
 * @words: its one or two words, "power on"
 * @args: what follows, for people; words in brackets may be left out
 * @about: what it does
 * @run: does it with the arguments, NULL-terminated; BMC_ERROR_USAGE for
 *       those that make no sense
 * @data: for @run
 */
typedef struct CtlCommand {
    const char *words;
    const char *args;
    const char *about;
    bool (*run)(Ctl *ctl, const char *data, char **args, GError **errp);
    const char *data;
} CtlCommand;

/**
 * ctl_certificate_body: what is sent to a BMC to bring it a certificate.
 *
 * @path: a PEM file
 * @errp: BMC_ERROR_USAGE when it cannot be read
 *
 * Returns: (transfer full): the body, which may have a key in it; or NULL
 */
JsonObject *ctl_certificate_body(const char *path, GError **errp);

extern const CtlCommand ctl_system_commands[];
extern const CtlCommand ctl_guest_commands[];
extern const CtlCommand ctl_media_commands[];
extern const CtlCommand ctl_user_commands[];
extern const CtlCommand ctl_log_commands[];
extern const CtlCommand ctl_network_commands[];
extern const CtlCommand ctl_cert_commands[];
extern const CtlCommand ctl_secure_boot_commands[];
extern const CtlCommand ctl_sensor_commands[];
extern const CtlCommand ctl_firmware_commands[];

#endif /* QEMU_BMC_TOOLS_BMCCTL_COMMANDS_H */
