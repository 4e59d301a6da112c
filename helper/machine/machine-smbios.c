/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SMBIOS values on QEMU's command line. */
#include "osdep.h"

#include "machine/machine-smbios.h"

static const struct {
    const char *type;
    const char *key;
} values[MACHINE_SMBIOS__MAX] = {
    [MACHINE_SMBIOS_FIRMWARE_VERSION] = { "0", "version" },
    [MACHINE_SMBIOS_SYSTEM_MANUFACTURER] = { "1", "manufacturer" },
    [MACHINE_SMBIOS_SYSTEM_PRODUCT] = { "1", "product" },
    [MACHINE_SMBIOS_SYSTEM_VERSION] = { "1", "version" },
    [MACHINE_SMBIOS_SYSTEM_SERIAL] = { "1", "serial" },
    [MACHINE_SMBIOS_SYSTEM_SKU] = { "1", "sku" },
    [MACHINE_SMBIOS_BOARD_MANUFACTURER] = { "2", "manufacturer" },
    [MACHINE_SMBIOS_BOARD_PRODUCT] = { "2", "product" },
    [MACHINE_SMBIOS_BOARD_VERSION] = { "2", "version" },
    [MACHINE_SMBIOS_BOARD_SERIAL] = { "2", "serial" },
    [MACHINE_SMBIOS_BOARD_ASSET] = { "2", "asset" },
    [MACHINE_SMBIOS_CHASSIS_MANUFACTURER] = { "3", "manufacturer" },
    [MACHINE_SMBIOS_CHASSIS_VERSION] = { "3", "version" },
    [MACHINE_SMBIOS_CHASSIS_SERIAL] = { "3", "serial" },
    [MACHINE_SMBIOS_CHASSIS_ASSET] = { "3", "asset" },
    [MACHINE_SMBIOS_CHASSIS_SKU] = { "3", "sku" },
    [MACHINE_SMBIOS_MEMORY_MANUFACTURER] = { "17", "manufacturer" },
    [MACHINE_SMBIOS_MEMORY_SERIAL] = { "17", "serial" },
    [MACHINE_SMBIOS_MEMORY_PART] = { "17", "part" },
};

/* Splits at single commas; a doubled one is a comma of the value. */
static GPtrArray *split_options(const char *text)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    GString *item = g_string_new(NULL);

    for (; *text; text++) {
        if (*text == ',' && text[1] != ',') {
            g_ptr_array_add(list, g_string_free(item, false));
            item = g_string_new(NULL);
            continue;
        }
        text += *text == ',';
        g_string_append_c(item, *text);
    }
    g_ptr_array_add(list, g_string_free(item, false));
    return list;
}

static const char *find_option(const GPtrArray *list, const char *key)
{
    size_t len = strlen(key);
    guint i;

    for (i = list->len; i > 0; i--) {
        const char *item = list->pdata[i - 1];

        if (strncmp(item, key, len) == 0 && item[len] == '=') {
            return item + len + 1;
        }
    }
    return NULL;
}

static void parse_one(const char *text, char *smbios[MACHINE_SMBIOS__MAX])
{
    g_autoptr(GPtrArray) list = split_options(text);
    const char *type = find_option(list, "type");
    unsigned i;

    for (i = 0; type && i < MACHINE_SMBIOS__MAX; i++) {
        const char *value;

        if (strcmp(values[i].type, type)) {
            continue;
        }
        value = find_option(list, values[i].key);
        if (value && g_utf8_validate(value, -1, NULL)) {
            g_free(smbios[i]);
            smbios[i] = *value ? g_strdup(value) : NULL;
        }
    }
}

void machine_smbios_parse(const char *const *argv,
                          char *smbios[MACHINE_SMBIOS__MAX])
{
    memset(smbios, 0, MACHINE_SMBIOS__MAX * sizeof(*smbios));
    for (; argv[0] && argv[1]; argv++) {
        if (g_str_equal(argv[0], "-smbios") ||
            g_str_equal(argv[0], "--smbios")) {
            parse_one(argv[1], smbios);
        }
    }
}
