/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log says about a change over IPMI. */
#include "osdep.h"

#include "ipmi/ipmi-audit.h"

#include "util/log.h"

#define FIELDS_MAX 3

/*
 * Field: a part of request data that may be shown.
 *
 * @label: what it is; NULL: its name says enough
 * @at: which byte
 * @mask: its bits, the lowest of which is bit 0
 * @names: (nullable): of its values, %NULL-terminated; others are numbers
 * @hex: the number is a hexadecimal one
 * @text: it is a text of that many bytes instead, padded with zeros
 */
typedef struct Field {
    const char *label;
    uint8_t at;
    uint8_t mask;
    const char *const *names;
    bool hex;
    uint8_t text;
} Field;

typedef struct Layout {
    uint8_t netfn;
    uint8_t cmd;
    Field fields[FIELDS_MAX];
} Layout;

static const char *const controls[] = {
    "power off", "power on", "power cycle", "hard reset",
    "diagnostic interrupt", "soft shutdown", NULL
};

static const char *const policies[] = {
    "always off", "previous", "always on", "no change", NULL
};

static const char *const password_operations[] = {
    "disable", "enable", "set", "test", NULL
};

static const char *const payload_operations[] = { "enable", "disable", NULL };

static const char *const key_operations[] = { "read", "set", "lock", NULL };

static const char *const keys[] = { "K_R", "K_G", NULL };

static const char *const privileges[] = {
    "none", "Callback", "User", "Operator", "Administrator", NULL
};

static const char *const access_modes[] = {
    "disabled", "pre-boot only", "always available", "shared", NULL
};

#define CHANNEL(at) { "channel", at, 0x0f }
#define USER(at) { "user", at, 0x3f }
#define PARAMETER(at, mask) { "parameter", at, mask }
#define SENSOR { "sensor", 0, 0xff, .hex = true }

/* Commands that are not here have a name that says enough. */
static const Layout layouts[] = {
    { IPMI_NETFN_CHASSIS, 0x02, { { NULL, 0, 0x0f, controls } } },
    { IPMI_NETFN_CHASSIS, 0x04, { { "seconds", 0, 0xff } } },
    { IPMI_NETFN_CHASSIS, 0x06, { { NULL, 0, 0x07, policies } } },
    { IPMI_NETFN_CHASSIS, 0x08, { PARAMETER(0, 0x7f) } },
    { IPMI_NETFN_CHASSIS, 0x0b, { { "seconds", 0, 0xff } } },
    { IPMI_NETFN_SENSOR, 0x12, { PARAMETER(0, 0x7f) } },
    { IPMI_NETFN_SENSOR, 0x16, { CHANNEL(0) } },
    { IPMI_NETFN_SENSOR, 0x24, { SENSOR } },
    { IPMI_NETFN_SENSOR, 0x26, { SENSOR } },
    { IPMI_NETFN_SENSOR, 0x28, { SENSOR } },
    { IPMI_NETFN_SENSOR, 0x2a, { SENSOR } },
    { IPMI_NETFN_SENSOR, 0x2e, { SENSOR } },
    { IPMI_NETFN_SENSOR, 0x30, { SENSOR } },
    { IPMI_NETFN_APP, 0x40,
      { CHANNEL(0), { "access", 1, 0x07, access_modes },
        { "privilege", 2, 0x0f, privileges } } },
    { IPMI_NETFN_APP, 0x43,
      { USER(1), CHANNEL(0), { "privilege", 2, 0x0f, privileges } } },
    { IPMI_NETFN_APP, 0x45, { USER(0), { "name", 1, .text = 16 } } },
    { IPMI_NETFN_APP, 0x47,
      { USER(0), { NULL, 1, 0x03, password_operations } } },
    { IPMI_NETFN_APP, 0x4c,
      { USER(1), CHANNEL(0), { NULL, 1, 0xc0, payload_operations } } },
    { IPMI_NETFN_APP, 0x56,
      { CHANNEL(0), { "key", 2, 0xff, keys },
        { NULL, 1, 0xff, key_operations } } },
    { IPMI_NETFN_APP, 0x58, { PARAMETER(0, 0xff) } },
    { IPMI_NETFN_STORAGE, 0x12, { { "FRU", 0, 0xff } } },
    { IPMI_NETFN_TRANSPORT, 0x01, { CHANNEL(0), PARAMETER(1, 0xff) } },
    { IPMI_NETFN_TRANSPORT, 0x21, { CHANNEL(0), PARAMETER(1, 0xff) } },
};

static const Layout *find(const IpmiCommand *command)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(layouts); i++) {
        if (layouts[i].netfn == command->netfn &&
            layouts[i].cmd == command->cmd) {
            return &layouts[i];
        }
    }
    return NULL;
}

static void add_value(GString *text, const Field *field, uint8_t byte)
{
    unsigned value = (byte & field->mask) / (field->mask & -field->mask);
    const char *label = field->label ? field->label : "operation";
    unsigned i;

    for (i = 0; field->names && field->names[i]; i++) {
        if (i == value) {
            g_string_append_printf(text, "%s%s%s", field->label ?: "",
                                   field->label ? " " : "", field->names[i]);
            return;
        }
    }
    g_string_append_printf(text, field->hex ? "%s %02xh" : "%s %u", label,
                           value);
}

char *ipmi_audit_describe(const IpmiCommand *command, const uint8_t *data,
                          size_t len)
{
    const Layout *layout = find(command);
    GString *text = g_string_new(NULL);
    const Field *field;

    if (!layout) {
        return g_string_free(text, FALSE);
    }
    for (field = layout->fields; field < layout->fields + FIELDS_MAX;
         field++) {
        if ((!field->mask && !field->text) || field->at >= len) {
            continue;
        }
        g_string_append(text, text->len ? ", " : "");
        if (field->text) {
            const char *name = (const char *)data + field->at;
            size_t most = MIN(field->text, len - field->at);
            g_autofree char *shown = log_escape(name, strnlen(name, most),
                                                field->text);

            g_string_append_printf(text, "%s \"%s\"", field->label, shown);
        } else {
            add_value(text, field, data[field->at]);
        }
    }
    return g_string_free(text, FALSE);
}
