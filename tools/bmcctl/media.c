/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual media. */
#include "osdep.h"

#include <stdio.h>

#include "commands.h"
#include "util/error.h"

#define MEDIA "VirtualMedia"

/* Newer BMCs have them below the system, older ones below the manager. */
static GPtrArray *get_slots(Ctl *ctl, GError **errp)
{
    g_autofree char *path = ctl_follow(ctl, NULL, "Systems", MEDIA, NULL);

    if (!path) {
        path = ctl_follow(ctl, errp, "Managers", MEDIA, NULL);
    }
    return path ? ctl_members(ctl, path, errp) : NULL;
}

static JsonObject *find_slot(GPtrArray *slots, const char *id, GError **errp)
{
    unsigned i;

    for (i = 0; i < slots->len; i++) {
        const char *text = ctl_text(slots->pdata[i], "Id");

        if (text && g_ascii_strcasecmp(text, id) == 0) {
            return slots->pdata[i];
        }
    }
    g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                "there is no drive '%s' (bmcctl media list shows them)", id);
    return NULL;
}

static bool media_list(Ctl *ctl, const char *data, char **args,
                       GError **errp)
{
    g_autoptr(GPtrArray) slots = get_slots(ctl, errp);
    unsigned i;

    if (!slots) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print_all(slots);
        return true;
    }
    printf("%-10s %-8s %s\n", "DRIVE", "MEDIUM", "IMAGE");
    for (i = 0; i < slots->len; i++) {
        JsonObject *slot = slots->pdata[i];

        printf("%-10s %-8s %s\n", ctl_text(slot, "Id") ?: "-",
               ctl_true(slot, "Inserted") ? "in" : "none",
               ctl_text(slot, "Image") ?: "-");
    }
    return true;
}

static bool act(Ctl *ctl, const char *id, const char *action,
                JsonObject *body, GError **errp)
{
    g_autoptr(GPtrArray) slots = get_slots(ctl, errp);
    JsonObject *slot = slots ? find_slot(slots, id, errp) : NULL;
    const char *target = slot ? ctl_action(slot, action, errp) : NULL;
    g_autoptr(JsonObject) answer = NULL;

    if (target) {
        answer = ctl_call(ctl, "POST", target, body, errp);
    }
    return answer;
}

static bool media_insert(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    g_autoptr(JsonObject) body = json_object_new();

    json_object_set_string_member(body, "Image", args[1]);
    return act(ctl, args[0], "#VirtualMedia.InsertMedia", body, errp);
}

static bool media_eject(Ctl *ctl, const char *data, char **args,
                        GError **errp)
{
    g_autoptr(JsonObject) body = json_object_new();

    return act(ctl, args[0], "#VirtualMedia.EjectMedia", body, errp);
}

const CtlCommand ctl_media_commands[] = {
    { "media list", "", "Show the drives and what is in them", media_list,
      NULL },
    { "media insert", "DRIVE URL", "Insert an image", media_insert, NULL },
    { "media eject", "DRIVE", "Take it out", media_eject, NULL },
    { NULL }
};
