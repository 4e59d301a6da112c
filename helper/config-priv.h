/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of settings, which config.c works with. */
#ifndef QEMU_BMC_CONFIG_PRIV_H
#define QEMU_BMC_CONFIG_PRIV_H

#include "config.h"

typedef bool (*ConfigCheck)(const char *value, GError **errp);

typedef struct ConfigSetting {
    const char *group;
    const char *key;    /* in the file; the option too unless it has one */
    const char *option;
    char short_option;
    const char *env;
    const char *value;  /* built in */
    ConfigCheck check;
    bool secret;
    const char *arg;
    const char *help;
} ConfigSetting;

extern const ConfigSetting config_settings[CONFIG__MAX];

#endif /* QEMU_BMC_CONFIG_PRIV_H */
