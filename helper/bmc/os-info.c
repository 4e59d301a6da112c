/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What software in the machine tells the BMC. */
#include "osdep.h"

#include "bmc/os-info.h"

#include <json-glib/json-glib.h>

#include "bmc/bmc-priv.h"
#include "bmc/persist-read.h"

#define SECTION "os-info"
#define TEXT_SIZE (BMC_OS_INFO_BLOCKS * BMC_OS_INFO_BLOCK)

/*
 * BmcOsInfo: texts as they were written, with encoding and length in front.
 *
 * @system: ACPI system power state that software has told, while it runs
 */
struct BmcOsInfo {
    uint8_t texts[BMC_OS_TEXT__MAX][TEXT_SIZE];
    uint8_t system;
    uint8_t device;
};

static const struct {
    const char *key; /* NULL for what ends with the system that runs */
} texts[BMC_OS_TEXT__MAX] = {
    [BMC_OS_FIRMWARE] = { "firmware" },
    [BMC_OS_SYSTEM_NAME] = { "system-name" },
    [BMC_OS_PRIMARY] = { "primary-os" },
    [BMC_OS_BMC_URL] = { "bmc-url" },
    [BMC_OS_OS_URL] = { "os-url" },
};

static unsigned count_blocks(const uint8_t *text)
{
    size_t len = BMC_OS_INFO_HEAD + text[1];

    return (len + BMC_OS_INFO_BLOCK - 1) / BMC_OS_INFO_BLOCK;
}

static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();
    unsigned i;

    for (i = 1; i < BMC_OS_TEXT__MAX; i++) {
        const uint8_t *text = bmc->os_info->texts[i];
        g_autofree char *coded = NULL;

        if (texts[i].key) {
            coded = g_base64_encode(text,
                                    count_blocks(text) * BMC_OS_INFO_BLOCK);
            json_object_set_string_member(section, texts[i].key, coded);
        }
    }
    persist_set(bmc->persist, SECTION, section);
}

static void load(Bmc *bmc)
{
    PersistReader r;
    unsigned i;

    persist_read(&r, bmc->persist, SECTION);
    for (i = 1; i < BMC_OS_TEXT__MAX; i++) {
        g_autofree uint8_t *data = NULL;
        size_t len;

        if (!texts[i].key) {
            continue;
        }
        data = persist_read_data(&r, texts[i].key, BMC_OS_INFO_HEAD,
                                 TEXT_SIZE, &len);
        if (data && len == count_blocks(data) * BMC_OS_INFO_BLOCK) {
            memcpy(bmc->os_info->texts[i], data, len);
        } else if (data) {
            persist_read_damaged(&r, texts[i].key);
        }
    }
}

/* The software that has told it runs no more. */
static void forget(Bmc *bmc)
{
    unsigned i;

    bmc->os_info->system = BMC_ACPI_S0;
    bmc->os_info->device = BMC_ACPI_D0;
    for (i = 1; i < BMC_OS_TEXT__MAX; i++) {
        if (!texts[i].key) {
            memset(bmc->os_info->texts[i], 0, TEXT_SIZE);
        }
    }
}

void bmc_os_info_new(Bmc *bmc)
{
    bmc->os_info = g_new0(BmcOsInfo, 1);
    forget(bmc);
    load(bmc);
}

void bmc_os_info_free(Bmc *bmc)
{
    g_clear_pointer(&bmc->os_info, g_free);
}

void bmc_os_info_machine_event(Bmc *bmc, const MachineEvent *event)
{
    if (event->type == MACHINE_EVENT_RESET ||
        (event->type == MACHINE_EVENT_STATE &&
         machine_state_is_off(bmc->machine->state))) {
        forget(bmc);
    }
}

const uint8_t *bmc_os_info_block(const Bmc *bmc, BmcOsText text,
                                 unsigned block)
{
    const uint8_t *bytes = bmc->os_info->texts[text];

    return block < count_blocks(bytes) ? bytes + block * BMC_OS_INFO_BLOCK :
           NULL;
}

char *bmc_os_info_text(const Bmc *bmc, BmcOsText text)
{
    /* As table 22-16c numbers them; two bytes a character, low one first. */
    static const char *const encodings[] = {
        "ISO-8859-1", NULL, "UTF-16LE",
    };
    const uint8_t *bytes = bmc->os_info->texts[text];
    unsigned encoding = bytes[0] & 0x0f;
    const char *data = (const char *)bytes + BMC_OS_INFO_HEAD;
    size_t len = bytes[1];
    g_autofree char *valid = NULL;

    if (encoding >= G_N_ELEMENTS(encodings)) {
        return NULL;
    }
    if (encodings[encoding]) {
        valid = g_convert(data, len, "UTF-8", encodings[encoding], NULL, NULL,
                          NULL);
    } else {
        valid = g_utf8_make_valid(data, strnlen(data, len));
    }
    return valid && *valid ? g_steal_pointer(&valid) : NULL;
}

void bmc_os_info_set_block(Bmc *bmc, BmcOsText text, unsigned block,
                           const uint8_t *data, size_t len)
{
    uint8_t *at = bmc->os_info->texts[text] + block * BMC_OS_INFO_BLOCK;

    memset(at, 0, BMC_OS_INFO_BLOCK);
    if (len) {
        memcpy(at, data, MIN(len, BMC_OS_INFO_BLOCK));
    }
    if (texts[text].key) {
        save(bmc);
    }
    bmc_changed(bmc, BMC_PART_SYSTEM);
}

uint8_t bmc_os_info_acpi_system(const Bmc *bmc)
{
    switch (bmc->machine->state) {
    case MACHINE_STATE_GONE:
        return BMC_ACPI_G3;
    case MACHINE_STATE_PRELAUNCH:
    case MACHINE_STATE_SHUTDOWN:
        return BMC_ACPI_S5;
    case MACHINE_STATE_SUSPENDED:
        return BMC_ACPI_S3;
    case MACHINE_STATE_UNKNOWN:
        return BMC_ACPI_UNKNOWN;
    default:
        return bmc->os_info->system;
    }
}

uint8_t bmc_os_info_acpi_device(const Bmc *bmc)
{
    return bmc->os_info->device;
}

void bmc_os_info_set_acpi(Bmc *bmc, int system, int device)
{
    if (system >= 0) {
        bmc->os_info->system = system;
    }
    if (device >= 0) {
        bmc->os_info->device = device;
    }
}
