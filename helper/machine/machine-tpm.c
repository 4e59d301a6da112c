/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TPMs as data. */
#include "osdep.h"

#include "machine/machine-tpm.h"

#include "util/json.h"

/* As QEMU's own ids are, so that it can stand in a URI. */
static bool copy_id(JsonObject *object, const char *name,
                    char out[MACHINE_TPM_ID_MAX])
{
    const char *text = NULL;

    if (json_get_string(object, name, &text) != JSON_GET_OK ||
        !g_ascii_isalpha(*text)) {
        return false;
    }
    for (const char *p = text; *p; p++) {
        if (!g_ascii_isalnum(*p) && !strchr("-._", *p)) {
            return false;
        }
    }
    return g_strlcpy(out, text, MACHINE_TPM_ID_MAX) < MACHINE_TPM_ID_MAX;
}

static bool is_taken(const GPtrArray *tpms, const char *id)
{
    for (guint i = 0; i < tpms->len; i++) {
        const MachineTpm *tpm = tpms->pdata[i];

        if (g_str_equal(tpm->id, id)) {
            return true;
        }
    }
    return false;
}

GPtrArray *machine_tpms_parse(JsonNode *reply)
{
    g_autoptr(GPtrArray) tpms = g_ptr_array_new_with_free_func(g_free);
    JsonArray *list;

    if (!JSON_NODE_HOLDS_ARRAY(reply)) {
        return NULL;
    }
    list = json_node_get_array(reply);
    for (guint i = 0; i < json_array_get_length(list) &&
         tpms->len < MACHINE_TPMS_MAX; i++) {
        JsonNode *node = json_array_get_element(list, i);
        g_autofree MachineTpm *tpm = g_new0(MachineTpm, 1);

        if (JSON_NODE_HOLDS_OBJECT(node) &&
            copy_id(json_node_get_object(node), "id", tpm->id) &&
            copy_id(json_node_get_object(node), "model", tpm->model) &&
            !is_taken(tpms, tpm->id)) {
            g_ptr_array_add(tpms, g_steal_pointer(&tpm));
        }
    }
    return g_steal_pointer(&tpms);
}

bool machine_tpms_equal(const GPtrArray *a, const GPtrArray *b)
{
    if (!a || !b || a->len != b->len) {
        return a == b;
    }
    for (guint i = 0; i < a->len; i++) {
        const MachineTpm *x = a->pdata[i], *y = b->pdata[i];

        if (!g_str_equal(x->id, y->id) || !g_str_equal(x->model, y->model)) {
            return false;
        }
    }
    return true;
}

bool machine_tpm_is_2_0(const MachineTpm *tpm)
{
    return g_str_equal(tpm->model, "tpm-crb");
}
