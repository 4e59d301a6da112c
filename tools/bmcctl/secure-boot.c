/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UEFI Secure Boot. */
#include "osdep.h"

#include <stdio.h>

#include "commands.h"
#include "util/error.h"
#include "util/tls-cert.h"

#define RESET_REQUIRED ".ResetRequired"

static const struct {
    const char *word;
    const char *type;
} resets[] = {
    { "default", "ResetAllKeysToDefault" },
    { "delete", "DeleteAllKeys" },
    { "delete-pk", "DeletePK" },
};

static JsonObject *get_secure_boot(Ctl *ctl, GError **errp)
{
    g_autofree char *path = ctl_follow(ctl, errp, "Systems", "SecureBoot",
                                       NULL);

    return path ? ctl_get(ctl, path, errp) : NULL;
}

/* Whether an answer says that a change waits. */
static bool waits(JsonObject *answer)
{
    JsonNode *node = ctl_node(answer, "@Message.ExtendedInfo");
    JsonArray *list;

    if (!node) {
        node = ctl_node(answer, "error/@Message.ExtendedInfo");
    }
    list = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) :
           NULL;
    for (guint i = 0; list && i < json_array_get_length(list); i++) {
        JsonNode *one = json_array_get_element(list, i);
        const char *id = JSON_NODE_HOLDS_OBJECT(one) ?
                         ctl_text(json_node_get_object(one), "MessageId") :
                         NULL;

        if (id && g_str_has_suffix(id, RESET_REQUIRED)) {
            return true;
        }
    }
    return false;
}

static bool change(Ctl *ctl, const char *method, const char *path,
                   JsonObject *body, GError **errp)
{
    g_autoptr(JsonObject) answer = ctl_call(ctl, method, path, body, errp);

    if (!answer) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print(answer);
    } else if (waits(answer)) {
        printf("It will be so when the BMC next starts or restarts the "
               "machine.\n");
    }
    return true;
}

static bool secure_status(Ctl *ctl, const char *data, char **args,
                          GError **errp)
{
    g_autoptr(JsonObject) secure = get_secure_boot(ctl, errp);

    if (!secure) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print(secure);
        return true;
    }
    printf("Next boot:    %s\n", ctl_true(secure, "SecureBootEnable") ?
           "enabled" : "disabled");
    printf("This boot:    %s\n",
           ctl_text(secure, "SecureBootCurrentBoot") ?: "not known");
    printf("Mode:         %s\n", ctl_text(secure, "SecureBootMode") ?: "-");
    return true;
}

/* @data: "on" or "off". */
static bool secure_enable(Ctl *ctl, const char *data, char **args,
                          GError **errp)
{
    g_autoptr(JsonObject) secure = get_secure_boot(ctl, errp);
    g_autoptr(JsonObject) body = json_object_new();
    const char *path = secure ? ctl_text(secure, "@odata.id") : NULL;

    json_object_set_boolean_member(body, "SecureBootEnable",
                                   g_str_equal(data, "on"));
    return path && change(ctl, "PATCH", path, body, errp);
}

static GPtrArray *get_databases(Ctl *ctl, GError **errp)
{
    g_autofree char *path = ctl_follow(ctl, errp, "Systems", "SecureBoot",
                                       "SecureBootDatabases", NULL);

    return path ? ctl_members(ctl, path, errp) : NULL;
}

static JsonObject *get_database(Ctl *ctl, const char *name, GError **errp)
{
    g_autoptr(GPtrArray) list = get_databases(ctl, errp);

    for (guint i = 0; list && i < list->len; i++) {
        const char *id = ctl_text(list->pdata[i], "Id");

        if (id && g_ascii_strcasecmp(id, name) == 0) {
            return json_object_ref(list->pdata[i]);
        }
    }
    if (list) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no database '%s' (bmcctl secureboot list shows "
                    "them)", name);
    }
    return NULL;
}

static bool secure_reset(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(JsonObject) of = NULL;
    const char *target;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(resets); i++) {
        if (g_str_equal(resets[i].word, args[0])) {
            break;
        }
    }
    if (i == G_N_ELEMENTS(resets)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is neither default, delete nor delete-pk",
                    args[0]);
        return false;
    }
    of = args[1] ? get_database(ctl, args[1], errp) :
         get_secure_boot(ctl, errp);
    target = of ? ctl_action(of, args[1] ? "#SecureBootDatabase.ResetKeys" :
                             "#SecureBoot.ResetKeys", errp) : NULL;
    json_object_set_string_member(body, "ResetKeysType", resets[i].type);
    return target && change(ctl, "POST", target, body, errp);
}

static bool list_database(Ctl *ctl, JsonObject *database, GPtrArray *all,
                          GError **errp)
{
    const char *path = ctl_text(database, "Certificates/@odata.id");
    g_autoptr(GPtrArray) list = path ? ctl_members(ctl, path, errp) : NULL;

    for (guint i = 0; list && i < list->len; i++) {
        JsonObject *certificate = list->pdata[i];
        const char *pem = ctl_text(certificate, "CertificateString");
        g_autoptr(TlsCertInfo) info = pem ? tls_cert_info_new(pem, NULL) :
                                      NULL;

        if (ctl_json(ctl)) {
            g_ptr_array_add(all, json_object_ref(certificate));
            continue;
        }
        printf("%-9s %-17s %s\n", ctl_text(database, "Id") ?: "-",
               ctl_text(certificate, "Id") ?: "-",
               info && info->subject[TLS_NAME_COMMON] ?
               info->subject[TLS_NAME_COMMON] : "-");
    }
    return list;
}

static bool secure_list(Ctl *ctl, const char *data, char **args,
                        GError **errp)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(
        (GDestroyNotify)json_object_unref);
    g_autoptr(GPtrArray) list = NULL;

    if (args[0]) {
        JsonObject *one = get_database(ctl, args[0], errp);

        if (one) {
            list = g_ptr_array_new_with_free_func(
                (GDestroyNotify)json_object_unref);
            g_ptr_array_add(list, one);
        }
    } else {
        list = get_databases(ctl, errp);
    }
    if (list && !ctl_json(ctl)) {
        printf("%-9s %-17s %s\n", "DATABASE", "ID", "CERTIFICATE");
    }
    for (guint i = 0; list && i < list->len; i++) {
        if (!list_database(ctl, list->pdata[i], all, errp)) {
            return false;
        }
    }
    if (list && ctl_json(ctl)) {
        ctl_print_all(all);
    }
    return list;
}

static bool secure_enroll(Ctl *ctl, const char *data, char **args,
                          GError **errp)
{
    g_autoptr(JsonObject) body = ctl_certificate_body(args[0], errp);
    g_autoptr(JsonObject) database = NULL;
    const char *path;

    if (!body) {
        return false;
    }
    database = get_database(ctl, args[1] ?: "db", errp);
    path = database ? ctl_text(database, "Certificates/@odata.id") : NULL;
    return path && change(ctl, "POST", path, body, errp);
}

static bool secure_remove(Ctl *ctl, const char *data, char **args,
                          GError **errp)
{
    static const char *const kinds[] = { "Certificates/@odata.id",
                                         "Signatures/@odata.id" };
    g_autoptr(JsonObject) database = get_database(ctl, args[0], errp);

    for (unsigned i = 0; database && i < G_N_ELEMENTS(kinds); i++) {
        const char *path = ctl_text(database, kinds[i]);
        g_autoptr(JsonObject) collection = path ? ctl_get(ctl, path, errp) :
                                           NULL;
        g_autofree char *uri = g_strdup_printf("%s/%s", path ?: "", args[1]);
        g_autoptr(JsonObject) entry = NULL;

        if (!collection) {
            return false;
        }
        entry = ctl_get(ctl, uri, NULL);
        if (entry) {
            return change(ctl, "DELETE", uri, NULL, errp);
        }
    }
    if (database) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no '%s' in %s (bmcctl secureboot list shows "
                    "what there is)", args[1], args[0]);
    }
    return false;
}

const CtlCommand ctl_secure_boot_commands[] = {
    { "secureboot status", "", "Show whether Secure Boot is in force",
      secure_status, NULL },
    { "secureboot enable", "", "Enable it", secure_enable, "on" },
    { "secureboot disable", "", "Disable it", secure_enable, "off" },
    { "secureboot list", "[DATABASE]", "Show the certificates in it",
      secure_list, NULL },
    { "secureboot enroll", "FILE [DATABASE]", "Add a certificate",
      secure_enroll, NULL },
    { "secureboot remove", "DATABASE ID", "Delete a certificate or signature",
      secure_remove, NULL },
    { "secureboot reset-keys", "TYPE [DATABASE]",
      "Reset keys: default, delete or delete-pk", secure_reset, NULL },
    { NULL }
};
